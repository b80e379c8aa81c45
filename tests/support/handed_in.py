"""What learners hand in, made by tests, and what the intake says of it."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path

from checker.catalog import built_in
from checker.intake.intake import Intake
from checker.intake.learner import Learner
from checker.intake.sources import read_submissions

CATALOG = built_in()
SOURCE = "print('hello')\n"


def take(submissions: Path, *exercises: str) -> dict[str, Learner]:
    """Take in a folder or a roster, and return the learners by login."""
    intake = Intake(submissions.parent / "session", exercises or ["ex01", "ex02"], CATALOG)
    return {learner.login: learner for learner in intake.take_all(read_submissions(submissions, CATALOG), {})}


def write(path: Path, content: str | bytes = SOURCE) -> Path:
    """Write a file with its folders; return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zip_of(path: Path, **members: str) -> Path:
    """Write a zip of Python files; ``__`` in a name stands for a slash."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") + ".py", content)
    return path


def said(learner: Learner) -> str:
    """Return all that the intake says to a learner."""
    problems = [f"{p.exercise} {p.where}: expected {p.expected}, found {p.actual}; {p.hint}" for p in learner.problems]
    return "\n".join([*problems, *(f"{remark.exercise} {remark.text}" for remark in learner.remarks)])


def git(*arguments: str, cwd: Path, date: str = "2026-11-20T12:00:00Z") -> None:
    """Run git as nobody in particular, on a given day."""
    identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    env = {**os.environ, **identity, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *arguments], cwd=cwd, check=True, env=env, capture_output=True)
