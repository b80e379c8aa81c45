"""What goes back to the learners of a session, made from its store alone: files for each of them, and zip files."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from checker.report.feedback import Feedback, feedback_of
from checker.report.feedback_page import as_page
from checker.report.feedback_text import as_markdown, as_text
from checker.report.files import encodable, plain_cell
from checker.report.login_order import folded, login_order
from checker.report.view import ShownLearner, ShownNote, counted
from checker.session.anonymous import Names, shuffled
from checker.session.moodle import moodle_folder
from checker.session.packs import kept_catalog
from checker.session.reporting import exercises_of, shown_learners
from checker.session.store import Store

FOLDER, ANONYMOUS_FOLDER = "feedback", "feedback-anonymous"
COLUMNS = ("login", "exercise", "outcome", "passed", "failed", "cause", "found", "notes")
MOST_NAMED = 10  # learners in a warning
_TOO_OLD = (1980, 1, 1, 0, 0, 0)  # the first date of a zip: the same feedback gives the same bytes


@dataclass(frozen=True)
class WrittenFeedback:
    """What was written, and what a corrector should know of it."""

    told: str
    warnings: list[str]


def write_feedback(store: Store, folder: Path, anonymous: bool = False) -> WrittenFeedback:
    """Write the feedback for all learners into the folder of a session. Raises `StoreError`, `PackError`."""
    catalog = kept_catalog(folder)
    exercises = exercises_of(store, catalog, folder)
    logins = list(store.folders())
    learners, warnings = [], []
    for learner in shown_learners(store, exercises):
        own, named = _without_others(learner, logins)
        learners.append(own)
        warnings += named
    feedback = [feedback_of(learner, catalog.exercises) for learner in learners]
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=folder) as made:
        new = Path(made, "new")
        new.mkdir()
        if anonymous:
            names = [name for learner in learners for name in (learner.login, learner.participant, learner.moodle_folder)]
            _write_all(new, feedback := shuffled(feedback, Names([*logins, *names], exercises)))
        else:
            _write_all(new, feedback, [learner.folder for learner in learners])
            warnings += _write_zips(new, learners)
        target = folder / (ANONYMOUS_FOLDER if anonymous else FOLDER)
        shutil.rmtree(target, ignore_errors=True)
        os.replace(new, target)
    return WrittenFeedback(f"{counted(len(feedback), 'learner')}: {target}", warnings)


def _write_all(new: Path, feedback: Sequence[Feedback], folders: Sequence[str] = ()) -> None:
    """Write the files of each learner below ``learners/``, and a table of all."""
    for number, each in enumerate(feedback, 1):
        place = new / "learners" / (folders[number - 1] if folders else f"{number}")
        place.mkdir(parents=True)
        for name, text in (("feedback.html", as_page), ("feedback.md", as_markdown), ("feedback.txt", as_text)):
            (place / name).write_text(encodable(text(each)), "utf-8")
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    writer.writerows([plain_cell(cell) for cell in row] for each in feedback for row in _rows(each))
    (new / "results.csv").write_text(encodable(stream.getvalue()), "utf-8-sig", newline="")


def _rows(feedback: Feedback) -> Iterator[list[str]]:
    """Yield a row for each exercise, with its root cause: the failure to read first, and what was found."""
    for exercise in feedback.exercises:
        cause = exercise.failures[0] if exercise.failures else None
        counts = [str(len(exercise.passed)), str(len(exercise.failures))]
        said = [cause.title, cause.found] if cause else ["", ""]
        yield [feedback.name, exercise.id, exercise.outcome, *counts, *said, str(len(exercise.notes))]


def _write_zips(new: Path, learners: Sequence[ShownLearner]) -> list[str]:
    """Write the zip files for Moodle and for e-mail; return who is not in the one for Moodle."""
    _zip(new / "email.zip", {learner.folder: new / "learners" / learner.folder for learner in learners})
    known: dict[str, Path] = {}
    missing = []
    for learner in learners:
        name = moodle_folder(learner)
        if name and name not in known:
            known[name] = new / "learners" / learner.folder
        else:
            missing.append(learner.login)
    if known:
        _zip(new / "moodle.zip", known)
    if not missing:
        return []
    missing.sort(key=login_order)
    more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
    lacking = "not in moodle.zip" if known else "no moodle.zip was written"
    return [f"without a number of Moodle, so {lacking}: {', '.join(missing[:MOST_NAMED])}{more}"]


def _zip(path: Path, folders: dict[str, Path]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, folder in folders.items():
            for file in sorted(folder.iterdir()):
                info = zipfile.ZipInfo(f"{name}/{file.name}", _TOO_OLD)
                info.external_attr = 0o644 << 16
                archive.writestr(info, file.read_bytes(), zipfile.ZIP_DEFLATED)


def _without_others(learner: ShownLearner, logins: Collection[str]) -> tuple[ShownLearner, list[str]]:
    """Return a learner without the notes that name another one, and a warning for each of these."""
    others = [login for login in logins if login != learner.login and folded(login) not in folded(learner.login)]
    notes: dict[str, list[ShownNote]] = {}
    warnings = []
    for exercise, own in learner.notes.items():
        notes[exercise] = []
        for note in own:
            named = next((login for login in others if _names(note.text, login)), None)
            if named is None:
                notes[exercise].append(note)
            else:
                remedy = "change it with --edit, then write the feedback again"
                warnings.append(f"left out: a note on {learner.login} {exercise} names {named}; {remedy}")
    return replace(learner, notes=notes), warnings


def _names(text: str, login: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(folded(login))}(?!\w)", folded(text)) is not None
