"""A session as a real child process: every command, every exit code, killed and gone on with."""

from __future__ import annotations

import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checker.catalog import built_in
from checker.engine.workshop import Options
from checker.intake.sources import read_submissions
from checker.outcome import CheckResult, Report, Status
from checker.session.session import Session
from checker.session.settings import Settings
from tests.support.fixture_types import CommandLine
from tests.support.processes import checker_command, environment
from tests.support.script_text import WRONG
from tests.support.sessions import OPTIONS, outcomes, timeless_index


def test_a_session_is_checked_once_noted_on_and_gone_on_with(
    command_line: CommandLine, submissions: Path, tmp_path: Path
) -> None:
    done = command_line("session", "handed in", *OPTIONS, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "eva: eva.zip: expected a zip or tar.gz archive" in done.stdout
    lines = done.stdout.splitlines()
    assert any("ada  ex01  pass" in line for line in lines)
    assert any(
        "Bo b  ex01  fail" in line and "prints the result: expected -248820, found no number" in line for line in lines
    )
    assert "3 exercises: 1 passed, 2 failed" in lines
    assert any(line.startswith("3 learners, 3 exercises: 2 to run, 0 need no run, 1 has no script, ") for line in lines)
    assert lines[-1].endswith(' LOGIN ex01 "…"')
    assert "\x1b" not in done.stdout
    assert (tmp_path / "session/logdir/ada/ex01/model.index").is_file()
    first = outcomes(tmp_path / "session")
    assert {login: status for login, (status, _) in first.items()} == {"ada": "pass", "Bo b": "fail", "eva": "fail"}
    assert '"script": "submissions/Bo_b/ex01.py"' in first["Bo b"][1]
    assert str(tmp_path) not in "".join(text for _, text in first.values())

    noted = command_line("note", "session", "bo", "ex01", "print it", cwd=tmp_path)
    assert noted.stdout == "noted on Bo b ex01 (it fails check_prints_the_result): print it\n"
    (submissions / "max_ex01.py").write_text(WRONG)
    again = command_line("session", "handed in", *OPTIONS, cwd=tmp_path)
    assert "4 learners, 4 exercises: 1 to run, 2 need no run, 1 has no script, " in again.stdout
    assert [line.split()[1] for line in again.stdout.splitlines() if line.startswith("[")] == ["max"]
    assert first.items() <= outcomes(tmp_path / "session").items()
    repeated = command_line("note", "session", "max", "ex01", "--again", "check_prints_the_result", cwd=tmp_path)
    assert repeated.stdout.endswith(": print it\n")
    assert "print it" not in (tmp_path / "session/learners/max.html").read_text("utf-8")
    made = command_line("report", "session", cwd=tmp_path)
    assert made.stdout == f"read:  {tmp_path}/session/index.html\n"
    assert "print it" in (tmp_path / "session/learners/max.html").read_text("utf-8")
    listed = command_line("note", "session", cwd=tmp_path).stdout.splitlines()
    assert [line.strip().split("  ", 2)[2] for line in listed] == ["Bo b  ex01  note: print it", "max  ex01  note: print it"]


def test_a_session_killed_at_random_ends_like_one_that_was_not(
    submissions: Path, tmp_path: Path, command_line: CommandLine
) -> None:
    assert command_line("session", "handed in", *OPTIONS[:-1], "whole", cwd=tmp_path).returncode == 1
    chance = random.Random(5)
    command = checker_command("session", "handed in", *OPTIONS)
    env = environment()
    for _ in range(5):
        with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            time.sleep(1 + 8 * chance.random())
            process.kill()
    assert command_line("session", "handed in", *OPTIONS, cwd=tmp_path).returncode == 1
    assert outcomes(tmp_path / "session") == outcomes(tmp_path / "whole")
    assert list((tmp_path / "session").glob(".incoming-*")) == []
    one, other = (timeless_index(tmp_path / name) for name in ("session", "whole"))
    assert one == other.replace("whole", "session")


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_finishes_what_runs_and_says_how_to_go_on(submissions: Path, tmp_path: Path, presses: int) -> None:
    (submissions / "Bo b" / "ex01.py").write_text("while True: pass\n")
    shutil.copytree(submissions / "ada", submissions / "zoe")
    command = checker_command("session", "handed in", *OPTIONS, "--jobs", "1", "--force", "--timeout", str(10 * presses))
    env = environment(PYTHONUNBUFFERED="1")
    with subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert any("ada  ex01  pass" in line for line in iter(process.stdout.readline, ""))
        process.send_signal(signal.SIGINT)
        line = process.stdout.readline()
        # Between two learners nothing runs, for a moment.
        assert re.fullmatch(r"stopping: finishing what runs \([01] left\), Ctrl-C again to end now\n", line)
        if presses == 2:
            process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Go on: python -m checker session 'handed in' --exercises ex01" in stderr
    assert f"read:  {tmp_path}/session/index.html" in stderr
    assert "--force" not in stderr
    assert "Traceback" not in stderr
    found = set(outcomes(tmp_path / "session"))
    assert {"ada", "eva"} <= found
    assert "zoe" not in found


def test_a_submission_that_hangs_floods_or_kills_costs_nobody_else_anything(
    command_line: CommandLine, submissions: Path, tmp_path: Path
) -> None:
    scripts = {
        "aaa hangs": "while True: pass\n",
        "aab floods": "while True: print('x' * 100_000)\n",
        "aac kills": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n",
    }
    for name, script in scripts.items():
        (submissions / name).mkdir()
        (submissions / name / "ex01.py").write_text(script)
    done = command_line("session", "handed in", *OPTIONS, "--timeout", "3", "--jobs", "2", cwd=tmp_path)
    found = outcomes(tmp_path / "session")
    assert "still running after" in found["aaa hangs"][1]
    assert found["aab floods"][0] == "fail"
    assert len(found["aab floods"][1]) < 1 << 20
    assert found["aac kills"][0] in ("fail", "error")
    assert done.returncode == (3 if found["aac kills"][0] == "error" else 1)
    assert {login: found[login][0] for login in ("ada", "Bo b", "eva")} == {"ada": "pass", "Bo b": "fail", "eva": "fail"}


def test_two_sessions_on_one_folder_and_other_usage_errors_exit_2(
    command_line: CommandLine, submissions: Path, tmp_path: Path
) -> None:
    holder = "from pathlib import Path; from checker.session.lock import SessionLock; import time\n"
    holder += "with SessionLock(Path('session')): print(flush=True); time.sleep(60)"
    (tmp_path / "session").mkdir()
    env = environment()
    with subprocess.Popen([sys.executable, "-c", holder], cwd=tmp_path, env=env, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        second = command_line("session", "handed in", *OPTIONS, cwd=tmp_path)
        process.kill()
    assert second.returncode == 2
    assert f"a session is running on it already, in process {process.pid}" in second.stderr
    for arguments, said in {
        ("nowhere", *OPTIONS): "nowhere: it is not there",
        ("nowhere.csv", *OPTIONS): "nowhere.csv: it is not there",
        ("handed in", "--exercises", "ex09"): "known are ex01",
        ("handed in", "--timeout", "nan", *OPTIONS): "nan is not a number",
    }.items():
        refused = command_line("session", *arguments, cwd=tmp_path)
        assert (refused.returncode, said in refused.stderr) == (2, True), refused.stderr


def test_without_walls_a_session_runs_only_when_told_to(
    command_line: CommandLine, submissions: Path, tmp_path: Path
) -> None:
    refused = command_line("session", "handed in", cwd=tmp_path, PATH="/nowhere")
    assert refused.returncode == 2
    assert "bubblewrap is not installed" in refused.stderr
    assert "--sandbox none" in refused.stderr


@pytest.mark.parametrize("command", [(), ("session",), ("note",), ("report",), ("check",)])
def test_help_shows_its_examples_line_by_line_and_no_backslash(command_line: CommandLine, command: tuple[str, ...]) -> None:
    shown = command_line(*command, "--help").stdout
    assert "\\" not in shown
    assert "\b" not in shown
    examples = {(): 4, ("note",): 4}
    if command in examples:
        assert sum(line.strip().startswith("python -m checker") for line in shown.splitlines()) == examples[command]


def test_what_was_not_handed_in_is_counted_apart(command_line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "handed in/ada").mkdir(parents=True)
    (tmp_path / "handed in/ada/ex02.py").write_text("")
    for _ in range(2):
        done = command_line("session", "handed in", "--exercises", "ex02,ex03", cwd=tmp_path)
        assert done.returncode == 1, done.stderr
        assert "1 learner, 2 exercises: 0 to run, 0 need no run, 2 have no script, " in done.stdout
        assert "2 exercises: 1 failed, 1 not handed in\n" in done.stdout
        assert 'LOGIN ex02 "…"' in done.stdout


def test_work_that_did_not_change_is_not_run_again_for_other_exercises(submissions: Path, tmp_path: Path) -> None:
    ok = CheckResult("check_a", "does a", Status.PASS)
    with Session(Settings(tmp_path / "session", built_in(), ["ex01"], Options(), 1)) as session:
        session.take_in(read_submissions(submissions, built_in()))
        for task in session.store.pending():
            session.store.record(task, Report(task.exercise, "s", "none", "none", [ok]), 1)
        first = session.store.statuses()
    assert None not in first.values()
    (submissions / "ada" / "ex02.py").write_text("x = 1\n")
    for exercises in (["ex02", "ex01"], ["ex01", "ex03"], ["ex01"]):
        with Session(Settings(tmp_path / "session", built_in(), exercises, Options(), 1)) as session:
            session.take_in(read_submissions(submissions, built_in()))
            statuses = session.store.statuses()
            assert {cell: statuses[cell] for cell in first if cell[0] != "ada"} == {
                c: s for c, s in first.items() if c[0] != "ada"
            }
        (submissions / "ada" / "ex02.py").unlink(missing_ok=True)
    assert statuses == first
