"""Intake: what learners handed in is copied into the session's folder, and its scripts are found. Nothing of it is run."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import traceback
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from checker.intake import names
from checker.intake.answers import find_answers
from checker.intake.archives import BadArchive, is_archive, stem_of, unpack
from checker.intake.budget import Budget, OverBudget
from checker.intake.choices import ChoiceError, ChosenFile, read_choices, require_known
from checker.intake.copy_files import SCRIPT_ENDINGS, copy_file, copy_folder, is_noise, reason_of, shown
from checker.intake.encoding import prepare
from checker.intake.find_scripts import find_scripts
from checker.intake.git import clone, is_git
from checker.intake.learner import HandedIn, IntakeLog, Learner, Refused, Script
from checker.intake.sources import Source, Submissions
from checker.intake.working_tree import has_working_tree, said_of_commit, said_of_working_tree
from checker.refusals import is_full
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
    choices: Mapping[str, Mapping[str, ChosenFile]] = field(default_factory=dict)  # of the corrector, by login and exercise

    def take_all(self, submissions: Submissions, known: Mapping[str, str]) -> list[Learner]:
        """Take every learner in; `known` are the folders that logins already have."""
        folders = names.assign_folders(submissions.sources, known)
        return [self.take(login, folders[login], sources) for login, sources in submissions.sources.items()]

    def take(self, login: str, folder: str, sources: Iterable[Source]) -> Learner:
        """Copy a learner's work and find its scripts. The result says what is wrong.

        Raises `OSError` when the disk is full, and `ChoiceError` when the corrector chose a file that is not there.
        """
        copy, log = self.session / COPIES / folder, IntakeLog()
        scripts: dict[str, Script] = {}
        sources, failure = list(sources), ""
        handed_in = HandedIn(participant=sources[0].participant, moodle_folder=sources[0].moodle_folder)
        try:
            shutil.rmtree(copy, ignore_errors=True)
            copy.mkdir(parents=True)
            _collect(sources, copy, self.all_exercises, log)
            handed_in = replace(handed_in, answers=find_answers(copy))
            scripts = self._scripts(copy, self._choices_of(login, sources), log)
        except ChoiceError as error:
            raise ChoiceError(f"{login}:{error}") from None
        except Exception as error:  # a fault of ours with one learner's work must not keep the others waiting
            if is_full(error):
                raise
            failure = traceback.format_exc()
        return Learner(login, folder, scripts, tuple(log.problems), tuple(log.remarks), failure, handed_in)

    def _choices_of(self, login: str, sources: Iterable[Source]) -> dict[str, ChosenFile]:
        """Return the choices for a learner: those of the roster, and before them those of the session."""
        found: dict[str, ChosenFile] = {}
        for source in sources:
            of_roster = read_choices(source.take, login)
            require_known(of_roster, self.all_exercises, login)
            found |= of_roster
        return {**found, **self.choices.get(login, {})}

    def _scripts(self, copy: Path, choices: Mapping[str, ChosenFile], log: IntakeLog) -> dict[str, Script]:
        """Return the scripts of the exercises that are asked for.

        The scripts of all exercises are looked for and read, whichever are asked for. So the digests of unchanged work stay
        the same, and nothing is run again when other exercises are asked for.
        """
        of_all, found = IntakeLog(links=log.links), {}
        for exercise, path in find_scripts(copy, self.all_exercises, of_all, choices).items():
            script = prepare(path, exercise, copy, of_all)
            if script is not None:
                found[exercise] = script
        log.take_over(of_all, self.exercises)
        digests = _Digests(copy, found)
        return {name: Script(name, found[name], digests.of(name)) for name in found if name in self.exercises}


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
            for tree in (path, *(each for each in sorted(path.iterdir()) if each.is_dir() and not each.is_symlink())):
                if has_working_tree(tree):
                    log.remark(said_of_working_tree(tree))
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
        if is_full(error):
            raise
        log.problem(file.name, "a file that can be read", reason_of(error), "hand it in again")


def _clone(source: Source, target: Path, budget: Budget, log: IntakeLog) -> None:
    try:
        target.mkdir(exist_ok=True)
        remark, left_out = clone(source.location, source.deadline, target, budget)
        log.remark(remark)
        log.links += left_out
        local = Path(source.location)
        if not is_git(source.location) and (changed := said_of_commit(local, target)):
            log.remark(changed)
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
            for other in self._scripts.values()
            if other != script and not re.search(rf"\b{re.escape(other.stem)}\b".encode(), source)
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
