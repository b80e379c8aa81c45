"""Intake: what learners handed in is copied into the session's folder, and its scripts are found. Nothing of it is run."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import traceback
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.intake import names
from checker.intake.archives import BadArchive, is_archive, stem_of, unpack
from checker.intake.budget import Budget, OverBudget
from checker.intake.copy_files import SCRIPT_ENDINGS, copy_file, copy_folder, is_noise, reason_of, shown
from checker.intake.encoding import prepare
from checker.intake.find_scripts import find_scripts
from checker.intake.git import clone
from checker.intake.learner import IntakeLog, Learner, Refused, Script
from checker.intake.sources import Source, Submissions
from checker.report.view import SUBMISSION

COPIES = "submissions"  # the folder of all copies, in that of the session
DEEPEST_ARCHIVE = 3  # archives in archives
CHUNK = 1 << 20


@dataclass(frozen=True)
class Intake:
    """Takes learners in, one after the other."""

    session: Path
    exercises: Collection[str]  # the ids that are asked for
    all_exercises: Collection[str]  # the ids of the whole catalog

    def take_all(self, submissions: Submissions, known: Mapping[str, str]) -> list[Learner]:
        """Take every learner in; `known` are the folders that logins already have."""
        folders = names.assign_folders(submissions.sources, known)
        return [self.take(login, folders[login], sources) for login, sources in submissions.sources.items()]

    def take(self, login: str, folder: str, sources: Iterable[Source]) -> Learner:
        """Copy a learner's work and find its scripts. The result says what is wrong."""
        copy, log = self.session / COPIES / folder, IntakeLog()
        scripts: dict[str, Script] = {}
        failure = ""
        try:
            shutil.rmtree(copy, ignore_errors=True)
            copy.mkdir(parents=True)
            _collect(list(sources), copy, self.all_exercises, log)
            scripts = _scripts(copy, self.exercises, self.all_exercises, log)
        except Exception:  # a fault of ours with one learner's work must not keep the others waiting
            failure = traceback.format_exc()
        return Learner(login, folder, scripts, tuple(log.problems), tuple(log.remarks), failure)


def _collect(sources: list[Source], copy: Path, all_exercises: Collection[str], log: IntakeLog) -> None:
    """Copy all sources into one folder; a second folder or archive gets a sub-folder of its own."""
    budget = Budget()
    if len(sources) > 1 and not all(
        Path(source.location).is_file() and not is_archive(source.location) for source in sources
    ):
        log.remark(f"handed in more than once: {', '.join(Path(source.location).name for source in sources)}")
    for number, source in enumerate(sources, 1):
        path = Path(source.location)
        target = copy if number == 1 else copy / f"{number} {names.safe_folder(path.name)}"
        if source.is_repository:
            _clone(source, target, budget, log)
            continue
        if source.deadline:
            why = f"{path.name} is no repository and has no history"
            log.remark(f"the deadline {source.deadline:%Y-%m-%d %H:%M} was not applied: {why}")
        if path.is_symlink():
            name, hint = names.own_name(names.readable_bytes(path.name)), "hand in what it leads to"
            exercise = names.exercise_in(name, all_exercises) if name.lower().endswith(SCRIPT_ENDINGS) else ""
            log.problem(path.name, "a folder, an archive or a script", "a link, which is not followed", hint, exercise)
        elif path.is_dir():
            copy_folder(path, target, budget, log)
        else:
            name = names.own_name(names.readable_bytes(path.name))
            _copy_one(path, target / name if (copy / name).exists() else copy / name, budget, log)
    _unpack_all(copy, budget, log)
    if not any(copy.rglob("*")) and not log.problems:
        log.problem(SUBMISSION, "files", "nothing", "was the right folder handed in?")


def _copy_one(file: Path, copy: Path, budget: Budget, log: IntakeLog) -> None:
    try:
        copy_file(file, copy, budget)
    except OverBudget as error:
        log.problem(file.name, budget.said, str(error), "leave data, runs and virtual environments out")
    except OSError as error:
        log.problem(file.name, "a file that can be read", reason_of(error), "hand it in again")


def _clone(source: Source, target: Path, budget: Budget, log: IntakeLog) -> None:
    try:
        target.mkdir(exist_ok=True)
        remark, left_out = clone(source.location, source.deadline, target, budget)
        log.remark(remark)
        log.links += left_out
    except Refused as error:
        log.problem(source.location, error.expected, error.actual, error.hint)


def _unpack_all(copy: Path, budget: Budget, log: IntakeLog) -> None:
    """Unpack each archive beside itself, and the archives in it; then remove the archives."""
    for depth in range(DEEPEST_ARCHIVE + 1):
        archives = [
            path for path in sorted(copy.rglob("*")) if is_archive(path.name) and path.is_file() and not is_noise(path.name)
        ]
        if depth == DEEPEST_ARCHIVE:
            for archive in archives:
                expected, hint = f"at most {DEEPEST_ARCHIVE} archives inside each other", "pack the scripts once"
                log.problem(shown(archive, copy), expected, "one more", hint)
            return
        for archive in archives:
            _unpack_one(archive, copy, budget, log)


def _unpack_one(archive: Path, copy: Path, budget: Budget, log: IntakeLog) -> None:
    where = archive.relative_to(copy).as_posix()
    target = archive.with_name(stem_of(archive.name) or "archive")
    while target.exists():
        target = target.with_name(f"{target.name}~")
    try:
        left_out = unpack(archive, target, budget)
        if left_out:
            log.remark(f"{where}: left out, no plain files: {', '.join(left_out[:5])}")
            log.links += left_out
    except BadArchive as error:
        shutil.rmtree(target, ignore_errors=True)
        log.problem(where, error.expected, error.actual, error.hint)
    archive.unlink()


def _scripts(copy: Path, exercises: Collection[str], all_exercises: Collection[str], log: IntakeLog) -> dict[str, Script]:
    """Return the scripts of the exercises that are asked for.

    The scripts of all exercises are looked for and read, whichever are asked for. So the digests of unchanged work stay
    the same, and nothing is run again when other exercises are asked for.
    """
    of_all, found = IntakeLog(), {}
    for exercise, path in find_scripts(copy, all_exercises, of_all, log.links).items():
        script = prepare(path, exercise, copy, of_all)
        if script is not None:
            found[exercise] = script
    log.take_over(of_all, exercises)
    digests = _Digests(copy, found)
    return {exercise: Script(exercise, found[exercise], digests.of(exercise)) for exercise in found if exercise in exercises}


class _Digests:
    """Digests of scripts. Each depends on the script and the files beside it, but not on other exercises' scripts."""

    def __init__(self, copy: Path, scripts: Mapping[str, Path]) -> None:
        self._scripts = scripts
        self._files = {path: _digest(path) for path in sorted(copy.rglob("*")) if path.is_file()}
        self._copy = copy

    def of(self, exercise: str) -> str:
        script = self._scripts[exercise]
        source = script.read_bytes()
        unrelated = {
            other
            for name, other in self._scripts.items()
            if name != exercise and not re.search(rf"\b{re.escape(other.stem)}\b".encode(), source)
        }
        digest = hashlib.sha256(os.fsencode(script.relative_to(self._copy)))
        for path, of_file in self._files.items():
            if path not in unrelated:
                digest.update(os.fsencode(path.relative_to(self._copy)) + b"\0" + of_file)
        return digest.hexdigest()


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while data := file.read(CHUNK):
            digest.update(data)
    return digest.digest()
