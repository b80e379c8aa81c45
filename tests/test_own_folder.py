"""A learner's own folder: `checker` alone checks the next exercise, and each check is noted in progress.txt."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from checker.check_command import own_folder
from checker.learner.progress import DONE, FAILS, FILE, LastRun, Progress, read_progress, write_progress
from tests.support.exercises import CATALOG
from tests.support.fixture_types import CommandLine
from tests.support.paths import PROJECT, RIGHT_SCRIPT


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A learner's folder: a right ex01, a wrong ex02."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "ex01.py").write_text(RIGHT_SCRIPT.read_text())
    (folder / "ex02.py").write_text("print('nothing yet')\n")
    return folder


def test_the_checker_alone_checks_one_exercise_after_the_other(command_line: CommandLine, own: Path) -> None:
    first = command_line(cwd=own)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "ex01 is the first exercise here that is not done: it was not checked yet" in first.stderr
    assert "1 exercise, 12 checks" in first.stdout
    assert read_progress(own).is_done("ex01")
    assert first.stdout.endswith("Next: ex02, linear regression on one variable: python -m checker\n")
    assert "Tour of ex01" in first.stdout

    second = command_line(cwd=own)
    assert second.returncode == 1
    assert "ex02 is the first exercise here" in second.stderr
    run = read_progress(own).runs["ex02"]
    title = "saves a checkpoint of its variables"
    assert (run.state, run.check) == (FAILS, "check_saves_a_checkpoint")

    third = command_line("--json", "-", cwd=own)
    assert f"ex02 is the first exercise here that is not done: its last check failed at {title}, {run.when}" in third.stderr
    assert [report["exercise"] for report in json.loads(third.stdout)["exercises"]] == ["ex02"]


def test_when_all_is_done_the_checker_says_so_and_exits_0(command_line: CommandLine, own: Path) -> None:
    runs = {name: LastRun(DONE, "", "2026-11-29T10:15") for name in ("ex01", "ex02")}
    write_progress(own, Progress(runs))
    done = command_line(cwd=own)
    assert done.returncode == 0
    assert "all exercises in this folder are done; python -m checker ex01 checks one of them again" in done.stdout
    assert not (own / "logdir").exists()


def test_a_check_by_name_is_noted_and_hints_stay(command_line: CommandLine, own: Path) -> None:
    write_progress(own, Progress(hints={("ex01", "variables"): 2}))
    assert command_line("ex1", cwd=own).returncode == 0
    progress = read_progress(own)
    assert progress.is_done("ex01")
    assert progress.hints == {("ex01", "variables"): 2}


def test_another_script_says_nothing_about_the_exercise_of_the_folder(command_line: CommandLine, own: Path) -> None:
    (own / "attempt.py").write_text(RIGHT_SCRIPT.read_text())
    assert command_line("ex01", "attempt.py", cwd=own).returncode == 0
    assert read_progress(own).runs == {}


def test_progress_that_cannot_be_written_is_said_and_changes_no_verdict(command_line: CommandLine, own: Path) -> None:
    (own / FILE).mkdir()  # not even root can replace a folder by a file
    done = command_line("ex01", cwd=own)
    assert done.returncode == 0
    assert f"{FILE}: your progress could not be noted: " in done.stderr
    assert [path.name for path in own.iterdir() if path.name.startswith(".progress-")] == []


@pytest.mark.parametrize("folder", [PROJECT, PROJECT / "exercises", PROJECT / "tests/packs/formulas", PROJECT / "docs"])
def test_neither_the_repository_nor_a_pack_is_a_learners_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert own_folder(CATALOG, []) is None


def test_the_list_names_the_scripts_of_the_folder(command_line: CommandLine, own: Path) -> None:
    lines = [line.split() for line in command_line("list", cwd=own).stdout.splitlines()]
    assert [line[-1] for line in lines if line[0] == "ex02"] == ["ex02.py"]
    assert [line[-3:] for line in lines if line[0] == "ex03"] == [[f"exercises{os.sep}ex03.py", "(not", "there)"]]


@pytest.mark.parametrize(
    "words", [["--lang", "fr", "start", "my"], ["--lang=fr", "start", "my"], ["start", "my", "--lang", "fr"]], ids=" ".join
)
def test_the_language_is_chosen_before_or_after_the_command(
    command_line: CommandLine, tmp_path: Path, words: list[str]
) -> None:
    done = command_line(*words, cwd=tmp_path)
    assert "Lisez README.md" in done.stdout, done.stderr


def test_a_language_without_a_command_is_for_the_check(command_line: CommandLine, own: Path) -> None:
    assert "ex01 est fait." in command_line("--lang", "fr", cwd=own).stdout
