"""A session as a real child process: every command, every exit code, killed and gone on with."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checker.catalog import built_in
from checker.engine.workshop import Options
from checker.intake.learner import Learner
from checker.intake.sources import read_submissions
from checker.outcome import CheckResult, Report, Status
from checker.session.folder import require_session_folder
from checker.session.notes import NoteError, find_login
from checker.session.session import Session
from checker.session.settings import Settings
from checker.session.store import Store
from tests.support.fixture_types import CommandLine
from tests.support.processes import checker_command, environment
from tests.support.script_text import RIGHT, WRONG
from tests.support.sessions import KEYS, LEARNERS, OPTIONS, outcomes


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """Three learners: a right one, a wrong one, and an archive that is none."""
    folder = tmp_path / "handed in"
    for name, script in {"ada": RIGHT, "Bo b": WRONG}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "ex01.py").write_text(script)
    (folder / "eva.zip").write_bytes(b"no zip")
    return folder


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
    assert any(line.startswith("3 learners, 3 exercises: 0 need no run, 1 has no script, ") for line in lines)
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
    assert "4 learners, 4 exercises: 2 need no run, 1 has no script, " in again.stdout
    assert [line.split()[1] for line in again.stdout.splitlines() if line.startswith("[")] == ["max"]
    assert first.items() <= outcomes(tmp_path / "session").items()
    repeated = command_line("note", "session", "max", "ex01", "--again", "check_prints_the_result", cwd=tmp_path)
    assert repeated.stdout.endswith(": print it\n")
    assert "print it" not in (tmp_path / "session/learners/max.html").read_text("utf-8")
    made = command_line("report", "session", cwd=tmp_path)
    assert made.stdout == f"read:  {tmp_path}/session/index.html\n"
    assert "print it" in (tmp_path / "session/learners/max.html").read_text("utf-8")
    listed = command_line("note", "session", cwd=tmp_path).stdout.splitlines()
    assert [line.split("  ", 1)[1] for line in listed] == ["Bo b  ex01  note: print it", "max  ex01  note: print it"]


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
    one, other = ((tmp_path / name / "index.html").read_text("utf-8") for name in ("session", "whole"))
    assert one == other.replace("whole", "session")


def test_ctrl_c_says_how_to_go_on(submissions: Path, tmp_path: Path) -> None:
    (submissions / "Bo b" / "ex01.py").write_text("open('/dev/null')\nwhile True: pass\n")
    command = checker_command("session", "handed in", *OPTIONS, "--jobs", "1", "--force")
    env = environment(PYTHONUNBUFFERED="1")
    with subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        while not process.stdout.readline().startswith("[2/3]"):  # one that cannot be read, and ada
            pass
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Go on: python -m checker session 'handed in' --exercises ex01" in stderr
    assert "--force" not in stderr
    assert "Traceback" not in stderr
    assert set(outcomes(tmp_path / "session")) == {"ada", "eva"}


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
    assert "still running after 3 s" in found["aaa hangs"][1]
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


def test_notes_that_cannot_be_written_say_what_there_is(command_line: CommandLine, tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.enter(LEARNERS, KEYS)
    for arguments, said in {
        ("adda", "ex01", "x"): "no such learner; near it: ada",
        ("ada", "ex03", "x"): "ex03 is no exercise of this session",
        ("ada", "ex01", "--again", "check_a"): "ada ex01 does not fail check_a; it fails: nothing",
        ("ada", "--again", "check_a"): "a login, an exercise",
        ("ada", "ex01", " "): "a note without a text",
    }.items():
        refused = command_line("note", str(tmp_path), *arguments)
        assert (refused.returncode, said in refused.stderr) == (2, True), refused.stderr
    assert command_line("note", str(tmp_path)).stdout == "no notes\n"
    nowhere = tmp_path / "empty"
    nowhere.mkdir()
    assert "no session" in command_line("note", str(nowhere)).stderr


def test_an_empty_folder_is_nothing_to_check(command_line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "handed in").mkdir()
    done = command_line("session", "handed in", *OPTIONS, cwd=tmp_path)
    assert done.returncode == 4
    assert "nothing to check" in done.stderr
    assert not (tmp_path / "session").exists()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_session_never_writes_over_a_folder_that_is_no_sessions(
    command_line: CommandLine, submissions: Path, tmp_path: Path
) -> None:
    for name in ("thesis/index.html", "thesis/submissions/ada/precious.txt", "handed in/kept/notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine")
    (tmp_path / "roster.csv").write_text("login,source\nada,handed in/ada\n")
    (tmp_path / "a file").write_text("mine")
    before = contents(tmp_path)
    for location, into, said in (
        ("handed in", "thesis", "it is not empty, and no session's: name a new folder with --into"),
        ("handed in", "handed in", "the submissions lie in it"),
        ("handed in", ".", "the submissions lie in it"),
        ("handed in", "handed in/kept", "kept would be read as a learner"),
        ("handed in", "handed in/ada/session", "ada would be read as a learner"),
        ("handed in", "handed in/new/session", "new would be read as a learner"),
        ("roster.csv", "handed in/ada", "lies what was handed in"),
        ("roster.csv", "handed in/ada/session", "lies what was handed in"),
        ("handed in", "a file", "a file"),
    ):
        refused = command_line("session", location, "--exercises", "ex01", "--into", into, cwd=tmp_path)
        assert (refused.returncode, said in refused.stderr) == (2, True), refused.stderr
        assert Path(into).name in refused.stderr
    assert contents(tmp_path) == before


def test_an_empty_folder_a_sessions_and_one_beside_the_learners_are_written_to(submissions: Path, tmp_path: Path) -> None:
    for folder in ("empty", "left", "session", "handed in/before"):
        (tmp_path / folder).mkdir()
    (tmp_path / "left" / "session.lock").write_text("1")
    for folder in ("session", "handed in/before"):
        Store(tmp_path / folder).close()
        (tmp_path / folder / "index.html").write_text("ours")
    found = read_submissions(submissions, built_in())
    assert [*found.sources] == ["ada", "Bo b", "eva"]
    for folder in ("new", "empty", "left", "session", "handed in/before", "handed in/new", "handed in/.session"):
        require_session_folder(tmp_path / folder, submissions, found)


def test_a_login_is_found_without_its_accents_and_the_rest_of_it(tmp_path: Path) -> None:
    logins = ("Ada", "ada lovelace", "Zoë", "Çelik Öz", "Łukasz")
    words = {"zoe": "Zoë", "ZOE\u0308": "Zoë", "celik o": "Çelik Öz", "ADA": "Ada", "ada l": "ada lovelace"}
    with Store(tmp_path) as store:
        store.enter([Learner(login, f"f{number}", {}) for number, login in enumerate(logins)], {})
        for word, login in words.items():
            assert find_login(store, word) == login
        with pytest.raises(NoteError, match="which of Ada, ada lovelace"):
            find_login(store, "ad")
        with pytest.raises(NoteError, match="near it: Zoë"):
            find_login(store, "zoee")


def test_notes_of_a_kind_are_listed_alone(command_line: CommandLine, tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.enter(LEARNERS, KEYS)
    assert command_line("note", str(tmp_path), "ada", "ex01", "look").returncode == 0
    assert command_line("note", str(tmp_path), "ada", "ex01", "because", "--kind", "answer").returncode == 0
    for kind, texts in {"note": ["look"], "answer": ["because"], "by-hand": []}.items():
        listed = command_line("note", str(tmp_path), "--kind", kind).stdout.splitlines()
        assert listed == (
            [line for line in listed if line.endswith(f"{kind}: {texts[0]}")] if texts else [f"no notes of the kind {kind}"]
        )
        assert len(listed) == 1
    assert len(command_line("note", str(tmp_path)).stdout.splitlines()) == 2


@pytest.mark.parametrize("command", [(), ("session",), ("note",), ("report",), ("check",)])
def test_help_shows_its_examples_line_by_line_and_no_backslash(command_line: CommandLine, command: tuple[str, ...]) -> None:
    shown = command_line(*command, "--help").stdout
    assert "\\" not in shown
    assert "\b" not in shown
    examples = {(): 4, ("note",): 3}
    if command in examples:
        assert sum(line.strip().startswith("python -m checker") for line in shown.splitlines()) == examples[command]


def test_what_was_not_handed_in_is_counted_apart(command_line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "handed in/ada").mkdir(parents=True)
    (tmp_path / "handed in/ada/ex02.py").write_text("")
    for _ in range(2):
        done = command_line("session", "handed in", "--exercises", "ex02,ex03", cwd=tmp_path)
        assert done.returncode == 1, done.stderr
        assert "1 learner, 2 exercises: 0 need no run, 2 have no script, " in done.stdout
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
