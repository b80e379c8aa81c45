"""Reports that tests of several renderers print."""

from __future__ import annotations

import math
from dataclasses import replace

from checker.outcome import CheckResult, NamedLine, OwnFile, Report, Status

HOSTILE = 'a]]> <b> & "c" [red]d[/red] \x00\x1b[31m \ud800'

LINE = NamedLine("ex04.py", 2, "ex04.py, line 2")
REPORT = Report(
    "ex04",
    "exercises/ex04.py",
    "embedded",
    "none",
    [
        CheckResult("check_a", "does a", Status.PASS, advice="could be faster"),
        CheckResult("check_b", "does b", Status.FAIL, "here", "one", HOSTILE, "look there", place="here", lines=(LINE,)),
        CheckResult("check_c", "does c", Status.SKIP, detail="does b"),
        CheckResult("check_d", "does d", Status.ERROR, detail="Traceback …"),
    ],
    duration_s=1.23456,
    peak_memory_bytes=300 << 20,
    logdir="/some where/logdir/ex04",
    loss=[2.3, 1.0, math.nan],
    notes=["a note"],
    sources=[OwnFile("ex04.py", "ex04.py", f"x = 1\n{HOSTILE}")],
    cause="check_b",
)


TWO_FAILURES = replace(
    REPORT,
    checks=[
        CheckResult("check_a", "does a", Status.PASS),
        CheckResult("check_b", "does b", Status.FAIL, "here", "one", "two", "look there"),
        CheckResult("check_c", "does c", Status.FAIL, "there", "three", "four", "look here"),
        CheckResult("check_d", "does d", Status.SKIP, detail="does c"),
        CheckResult("check_e", "does e", Status.SKIP, detail="does c"),
    ],
    cause="check_c",
)
