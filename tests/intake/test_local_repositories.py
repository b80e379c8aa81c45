"""A repository on this machine gives what its own folder holds: whatever leads out of it is refused with the reason."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.intake import git as intake_git
from checker.intake.intake import Intake
from checker.intake.learner import Learner
from checker.intake.sources import read_submissions
from tests.support.handed_in import CATALOG, SOURCE, git, said, write

SECRET = "print('the work of another learner')\n"


@pytest.fixture
def mine(submissions: Path) -> Path:
    """A learner's own repository, with one commit."""
    return repository(submissions / "mine", SOURCE)


@pytest.fixture
def other(submissions: Path) -> Path:
    """The repository of another learner."""
    return repository(submissions / "other", SECRET)


def repository(folder: Path, script: str, *options: str) -> Path:
    write(folder / "ex01.py", script)
    git("init", "-q", "-b", "main", *options, cwd=folder)
    git("add", ".", cwd=folder)
    git("commit", "-qm", "first", cwd=folder)
    return folder


def taken(submissions: Path, source: str) -> Learner:
    roster = write(submissions / "roster.csv", f"login,source\nada,{source}\n")
    intake = Intake(submissions.parent / "session", ["ex01"], CATALOG)
    (learner,) = intake.take_all(read_submissions(roster, CATALOG), {})
    assert not learner.failure, learner.failure
    return learner


def script_of(learner: Learner) -> str:
    assert not learner.problems, said(learner)
    return learner.scripts["ex01"].path.read_text()


def assert_refused(submissions: Path, source: str, reason: str) -> None:
    learner = taken(submissions, source)
    assert reason in said(learner)
    assert learner.scripts == {}
    copies = submissions.parent / "session/submissions"
    assert not any(path.read_text() == SECRET for path in copies.rglob("ex01.py"))


def git_file(mine: Path, other: Path) -> None:
    shutil.rmtree(mine / ".git")
    (mine / ".git").write_text("gitdir: ../other/.git\n")


def git_link(mine: Path, other: Path) -> None:
    shutil.rmtree(mine / ".git")
    os.symlink("../other/.git", mine / ".git")


def git_link_to_nowhere(mine: Path, other: Path) -> None:
    shutil.rmtree(mine / ".git")
    os.symlink("nowhere", mine / ".git")


def common_folder(mine: Path, other: Path) -> None:
    (mine / ".git/commondir").write_text("../../other/.git\n")


def alternates(mine: Path, other: Path) -> None:
    (mine / ".git/objects/info/alternates").write_text(f"{other}/.git/objects\n")
    shutil.copy(other / ".git/refs/heads/main", mine / ".git/refs/heads/main")


def alternates_of_the_web(mine: Path, other: Path) -> None:
    (mine / ".git/objects/info/http-alternates").write_text("http://127.0.0.1:9/objects\n")


def linked_part(part: str) -> Callable[[Path, Path], None]:
    def link(mine: Path, other: Path) -> None:
        place = mine / ".git" / part
        if place.is_dir():
            shutil.rmtree(place)
        place.unlink(missing_ok=True)
        os.symlink(other / ".git" / part, place)

    return link


def linked_loose_objects(mine: Path, other: Path) -> None:
    shutil.copy(other / ".git/refs/heads/main", mine / ".git/refs/heads/main")
    for folder in (other / ".git/objects").glob("??"):
        if not (mine / ".git/objects" / folder.name).exists():
            os.symlink(folder, mine / ".git/objects" / folder.name)


def pipe_for_a_reference(mine: Path, other: Path) -> None:
    (mine / ".git/refs/heads/main").unlink()
    os.mkfifo(mine / ".git/refs/heads/main")


HOSTILE: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "a file for .git": (git_file, ".git is a file that leads to another folder"),
    "a link for .git": (git_link, ".git is a link"),
    "a broken link for .git": (git_link_to_nowhere, ".git is a link"),
    "commondir": (common_folder, "commondir, which leads to another folder"),
    "alternates": (alternates, "objects/info/alternates, which leads to another folder"),
    "http-alternates": (alternates_of_the_web, "objects/info/http-alternates, which leads to another folder"),
    "a link for a reference": (linked_part("refs/heads/main"), "refs/heads/main, which is a link"),
    "a link for all references": (linked_part("refs"), "refs, which is a link"),
    "a link for HEAD": (linked_part("HEAD"), "HEAD, which is a link"),
    "a link for the objects": (linked_part("objects"), "objects, which is a link"),
    "a link for the packs": (linked_part("objects/pack"), "objects/pack, which is a link"),
    "links for loose objects": (linked_loose_objects, ", which is a link"),
    "a pipe for a reference": (pipe_for_a_reference, "refs/heads/main, which is no plain file"),
}


@pytest.mark.parametrize(("change", "reason"), HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("as_url", [False, True], ids=["as a path", "as a URL"])
def test_what_leads_to_another_folder_is_refused(
    submissions: Path, mine: Path, other: Path, change: Callable[[Path, Path], None], reason: str, as_url: bool
) -> None:
    change(mine, other)
    assert_refused(submissions, mine.as_uri() if as_url else "mine", reason)


@pytest.mark.parametrize("change", [alternates, common_folder])
def test_a_bare_repository_that_borrows_is_refused(
    submissions: Path, mine: Path, other: Path, change: Callable[[Path, Path], None]
) -> None:
    change(mine, other)
    os.rename(mine / ".git", submissions / "bare")
    assert_refused(submissions, "bare", "which leads to another folder")


def test_settings_hooks_and_work_trees_of_a_repository_mean_nothing(submissions: Path, mine: Path, other: Path) -> None:
    git("worktree", "add", "-q", str(submissions / "tree"), cwd=mine)
    write(submissions / "settings", f"[core]\n\tfsmonitor = touch {submissions}/ran\n\tworktree = {other}\n")
    with open(mine / ".git/config", "a") as settings:
        settings.write(
            f"[include]\n\tpath = {submissions}/settings\n[uploadpack]\n\tpackObjectsHook = touch {submissions}/ran\n"
        )
    hook = write(submissions / "hook", f"#!/bin/sh\ntouch {submissions}/ran\n")
    hook.chmod(0o755)
    for name in ("post-checkout", "pre-commit"):  # tools for hooks make such links
        os.symlink(hook, mine / ".git/hooks" / name)
    assert script_of(taken(submissions, "mine")) == SOURCE
    assert not (submissions / "ran").exists()


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)], ids=["sha1", "sha256"])
def test_an_honest_repository_is_taken_with_packed_and_loose_objects(submissions: Path, options: tuple[str, ...]) -> None:
    folder = repository(submissions / "ada's work", "print('first')\n", *options)
    git("gc", "-q", cwd=folder)
    write(folder / "ex01.py", "print('second')\n")
    git("commit", "-qam", "second", cwd=folder)
    assert script_of(taken(submissions, "ada's work")) == "print('second')\n"
    git("pack-refs", "--all", cwd=folder)
    git("checkout", "-q", "--detach", "HEAD~1", cwd=folder)
    assert script_of(taken(submissions, folder.as_uri())) == "print('first')\n"


def test_a_shallow_clone_is_taken_and_a_url_with_a_host_is_none_of_this_machine(submissions: Path, mine: Path) -> None:
    write(mine / "ex01.py", "print('second')\n")
    git("commit", "-qam", "second", cwd=mine)
    git("clone", "-q", "--depth=1", mine.as_uri(), "shallow", cwd=submissions)
    assert script_of(taken(submissions, "shallow")) == "print('second')\n"
    assert "expected file:///folder" in said(taken(submissions, "file://elsewhere/repo"))


def test_a_missing_and_a_large_repository_are_told(submissions: Path, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No such file or directory" in said(taken(submissions, "missing.git"))
    monkeypatch.setattr(intake_git, "LARGEST_REPOSITORY", 100)
    assert "found more than a session copies" in said(taken(submissions, "mine"))
