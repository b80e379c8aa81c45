"""A roster names folders, archives and repositories; what is wrong with it is told with its line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.intake.intake import Intake
from checker.intake.sources import IntakeError, read_submissions
from tests.support.handed_in import CATALOG, SOURCE, git, said, write, zip_of


def test_a_roster_names_folders_archives_and_repositories(submissions: Path) -> None:
    write(submissions / "somewhere/ex01.py")
    zip_of(submissions / "b.zip", ex01=SOURCE)
    write(submissions / "repo/ex01.py", "print('first')\n")
    git("init", "-q", cwd=submissions / "repo")
    git("add", ".", cwd=submissions / "repo")
    git("commit", "-qm", "first", cwd=submissions / "repo", date="2026-11-19T12:00:00Z")
    for number in range(3):
        write(submissions / "repo/ex01.py", f"print('late {number}')\n")
        git("commit", "-qam", "late", cwd=submissions / "repo", date="2026-11-21T12:00:00Z")
    os.symlink("/etc/passwd", submissions / "repo/ex02.py")
    write(submissions / "repo/.git/hooks/post-checkout", f"#!/bin/sh\ntouch {submissions}/ran\n").chmod(0o755)
    git("add", ".", cwd=submissions / "repo")
    git("commit", "-qm", "link", cwd=submissions / "repo", date="2026-11-21T13:00:00Z")
    uri = (submissions / "repo").as_uri()
    rows = [
        "Login;Source;Deadline",
        "ada;somewhere;",
        "bob;b.zip;",
        f"eva;{uri};2026-11-20",
        f"max;{uri};",
        f"old;{uri};2020-01-01 00:00",
        "none;missing;",
        "cmd;ext::sh -c 'touch ran';",
        "gone;https://127.0.0.1:9/a.git;",
    ]
    roster = write(submissions / "roster.csv", "\ufeff" + "\n".join(rows))
    intake = Intake(submissions.parent / "session", ["ex01"], CATALOG)
    learners = {learner.login: learner for learner in intake.take_all(read_submissions(roster, CATALOG), {})}
    sources = {login: script.path.read_text() for login, learner in learners.items() for script in learner.scripts.values()}
    assert sources == {"ada": SOURCE, "bob": SOURCE, "eva": "print('first')\n", "max": "print('late 2')\n"}
    assert "cloned at commit" in said(learners["eva"])
    assert "2026-11-19" in said(learners["eva"])
    assert "ex02.py" in said(learners["max"])
    assert "expected a commit by 2020-01-01 00:00, found none" in said(learners["old"])
    assert "No such file" in said(learners["none"])
    assert "a URL of https" in said(learners["cmd"])
    assert "without a password" in said(learners["gone"])
    assert not (submissions / "ran").exists()
    assert not any(learner.failure for learner in learners.values())


def test_only_a_repository_has_a_deadline_and_a_local_one_is_cloned_without_one_too(submissions: Path) -> None:
    write(submissions / "repo/ex01.py", "print('committed')\n")
    git("init", "-q", cwd=submissions / "repo")
    git("add", ".", cwd=submissions / "repo")
    git("commit", "-qm", "first", cwd=submissions / "repo", date="2026-11-19T12:00:00Z")
    git("clone", "-q", "--bare", "repo", "bare", cwd=submissions)
    git("worktree", "add", "-q", "../tree", cwd=submissions / "repo")
    write(submissions / "repo/ex01.py", "print('not committed')\n")
    write(submissions / "plain/ex01.py")
    zip_of(submissions / "work.zip", ex01=SOURCE)
    places = ("plain", "work.zip", "repo", "bare", "tree")
    rows = [f"{place}{day},{place},{day}" for place in places for day in ("", "2026-11-20", "2020-01-01")]
    roster = write(submissions / "roster.csv", "\n".join(["login,source,deadline", *rows]))
    intake = Intake(submissions.parent / "session", ["ex01"], CATALOG)
    learners = {learner.login: learner for learner in intake.take_all(read_submissions(roster, CATALOG), {})}
    for place in ("plain", "work.zip"):
        for day in ("", "2026-11-20", "2020-01-01"):
            learner = learners[place + day]
            assert learner.scripts["ex01"].path.read_text() == SOURCE
            assert learner.problems == ()
            assert (f"the deadline {day} 23:59 was not applied: {place} is no repository" in said(learner)) == bool(day)
    for place in ("repo", "bare"):
        for day in ("", "2026-11-20"):
            assert learners[place + day].scripts["ex01"].path.read_text() == "print('committed')\n"
            assert "cloned at commit" in said(learners[place + day])
        assert "found none" in said(learners[f"{place}2020-01-01"])
    assert "found .git is a file that leads to another folder" in said(learners["tree"])
    assert learners["tree"].scripts == {}


@pytest.mark.parametrize(
    ("content", "said_of_it"),
    [
        ("name,where\n", "the first line names the columns"),
        ("", "the first line names the columns"),
        ("login,source\nada,\n", "line 2: a login and a source"),
        ("login,source\nada,a\nada,b\n", "line 3: ada is there twice"),
        ("login,source,deadline\nada,a,tomorrow\n", "'tomorrow' is not like 2026-11-20 18:00"),
    ],
)
def test_a_roster_that_cannot_be_used_says_where(submissions: Path, content: str, said_of_it: str) -> None:
    with pytest.raises(IntakeError, match=said_of_it):
        read_submissions(write(submissions / "roster.csv", content), CATALOG)
