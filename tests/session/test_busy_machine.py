"""A session beside busy loops fails nobody for them, and still finds what is wrong."""

from __future__ import annotations

import subprocess
from pathlib import Path

from checker.outcome import Status
from checker.session.store import Store
from tests.support.busy_loops import busy_loops
from tests.support.paths import PROJECT
from tests.support.processes import checker_command, environment
from tests.support.script_text import RIGHT

LIMIT_S = 10
# Eight loops on two cores leave a fifth of a core: then this alone takes longer than the limit, as a clock tells it.
COMPUTES = "import time\nwhile time.process_time() < 3: pass\n"
SLEEPS = "import time\ntime.sleep(600)\n"


def test_a_session_beside_busy_loops_fails_nobody_for_them(tmp_path: Path) -> None:
    trains = (PROJECT / "exercises/ex02.py").read_text("utf-8")
    head, future, rest = trains.partition("from __future__ import annotations\n")
    trains = head + future + COMPUTES + rest if future else COMPUTES + trains
    for login, scripts in {"ada": {"ex01": RIGHT, "ex02": trains}, "bob": {"ex01": SLEEPS}}.items():
        (tmp_path / "handed in" / login).mkdir(parents=True)
        for exercise, script in scripts.items():
            (tmp_path / "handed in" / login / f"{exercise}.py").write_text(script)
    command = checker_command("session", "handed in", "--exercises", "ex01,ex02", "--into", "session")
    command += ["--timeout", str(LIMIT_S), "--jobs", "1"]
    env = environment(PYTHONUNBUFFERED="1")
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any("ada  ex01  pass" in line for line in iter(process.stdout.readline, ""))
        with busy_loops(per_core=4):
            said, _ = process.communicate()
    with Store(tmp_path / "session", create=False) as store:
        found = {f"{login} {report.exercise}": report for login, report in store.reports()}
    # Even alone, it may be starved where still more is at work here.
    assert found["ada ex02"].status is Status.PASS or found["ada ex02"].is_starved, said
    assert {name: report.status.value for name, report in found.items() if name != "ada ex02"} == {
        "ada ex01": "pass",
        "bob ex01": "fail",  # sleeps
        "bob ex02": "fail",  # was not handed in
    }, said
    assert found["ada ex02"].duration_s > LIMIT_S  # or nobody would have been failed anyway
    sleeps = found["bob ex01"].first_failure
    assert sleeps is not None
    assert "s of processor time; no session ran yet" in sleeps.actual
    assert "it mostly waited" in sleeps.hint
