"""How a script ended is said where it ended, as it was said, and with a hint."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checker.engine.script_run import ScriptRun
from checker.exercise import Limits
from checker.outcome import Mismatch
from checker.sandbox.box import JobResult
from tests.support.exercises import CATALOG
from tests.support.fixture_types import RunScript
from tests.support.script_text import IMPORT_TENSORFLOW

NOISE = "import sys\nfor i in range(1000):\n    print('step', i, file=sys.stderr)\n"


def verdict(result: JobResult, folder: Path) -> Mismatch:
    run = ScriptRun(CATALOG["ex01"], folder / "script.py", folder / "run", folder, folder, result, "embedded")
    with pytest.raises(Mismatch) as caught:
        run.require_success()
    return caught.value


@pytest.mark.parametrize(
    ("text", "where", "actual", "hint"),
    [
        (IMPORT_TENSORFLOW + "v = tf.Variable(1)\ntf.Session().run(v)", "script.py, line 4", "FailedPreconditionError: Attempting to use uninitialized value Variable", "global_variables_initializer"),
        ("h = {}\nh['accuracy']", "script.py, line 2", "KeyError: 'accuracy'", "History.history"),
        ("assert 1 == 2", "script.py, line 1", "AssertionError", "each name in it"),
        (NOISE + "raise ValueError('again')", "script.py, line 4", "ValueError: again", "each name in it"),
        (NOISE + "sys.exit('the data is missing')", "script.py", "exit status 1: the data is missing", "sys.exit"),
        ("try:\n    import no_such_package\nexcept ImportError as error:\n    raise SystemExit(str(error))", "script.py", "exit status 1: No module named 'no_such_package'", "part of the suite"),
        ("raise SystemExit(3)", "script.py", "exit status 3: without an error message", "sys.exit"),
        ("x = 1\0", "script.py", "source code string cannot contain null bytes", "UTF-8"),
        ("import os\nos.kill(os.getpid(), 9)", "script.py", "ended by signal 9", "memory"),
    ],
)  # fmt: skip
def test_a_script_that_fails_is_told_where_how_and_why(
    run_script: RunScript, job_folder: Path, text: str, where: str, actual: str, hint: str
) -> None:
    mismatch = verdict(run_script(text), job_folder)
    assert mismatch.where == where
    assert mismatch.actual.endswith(actual)
    assert hint in mismatch.hint


def test_a_script_that_does_not_end_is_told_so(run_script: RunScript, job_folder: Path) -> None:
    mismatch = verdict(run_script("while True:\n    pass", Limits(time_s=0.5)), job_folder)
    assert mismatch.expected == "wall time of at most 0.5 s"
    assert re.match(r"still running after [\d.]+ s, with 0\.\d s of processor time", mismatch.actual)
    assert "--timeout" in mismatch.hint
