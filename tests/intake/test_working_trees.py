"""A folder with a .git: as it lies there in a folder of submissions, the newest commit in a roster; and that is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.handed_in import git, said, take, write


@pytest.fixture
def repository(submissions: Path) -> Path:
    folder = write(submissions / "ada/ex01.py", "print('committed')\n").parent
    git("init", "-q", cwd=folder)
    git("add", ".", cwd=folder)
    git("commit", "-q", "-m", "a", cwd=folder)
    return folder


def test_in_a_folder_of_submissions_the_files_count_and_changes_are_told(repository: Path) -> None:
    assert "ada has a .git: its files were taken as they lie there; every script is as in" in said(
        take(repository.parent)["ada"]
    )
    write(repository / "ex01.py", "print('changed')\n")
    write(repository / "ex02.py")
    learner = take(repository.parent)["ada"]
    assert learner.scripts["ex01"].path.read_text() == "print('changed')\n"
    assert "with changes since the newest commit (cloned at commit " in said(learner)
    assert said(learner).endswith(": ex01.py, ex02.py")


def test_in_a_roster_the_newest_commit_counts_and_what_is_not_in_it_is_told(repository: Path) -> None:
    write(repository / "ex01.py", "print('changed')\n")
    os.mkfifo(repository / "ex03.py")
    roster = write(repository.parent / "roster.csv", "login,source\nada,ada\n")
    learner = take(roster)["ada"]
    assert learner.scripts["ex01"].path.read_text() == "print('committed')\n"
    assert "not taken, for it is not in that commit: ex01.py" in said(learner)


def test_settings_of_the_learner_run_nothing(repository: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trapped"
    command = f"touch {trap}"
    for name in ("core.fsmonitor", "core.hooksPath", "filter.x.clean", "core.pager", "uploadpack.packObjectsHook"):
        git("config", name, command, cwd=repository)
    write(repository / ".gitattributes", "*.py filter=x\n")
    write(repository / "ex01.py", "print('changed')\n")
    assert "with changes since the newest commit" in said(take(repository.parent)["ada"])
    assert not trap.exists()


def test_a_git_that_leads_elsewhere_is_not_compared(submissions: Path, tmp_path: Path) -> None:
    write(submissions / "ada/ex01.py")
    os.symlink(tmp_path, submissions / "ada/.git")
    write(submissions / "bob/ex01.py")
    write(submissions / "bob/.git/HEAD", "no repository")
    learners = take(submissions, "ex01")
    assert "has a .git" not in said(learners["ada"])
    assert "bob has a .git: its files were taken as they lie there, and not compared" in said(learners["bob"])
    assert [*learners["bob"].scripts] == ["ex01"]
