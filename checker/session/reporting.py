"""The reports of a session, made from its store and its packs. Nothing is run; one learner at a time is in memory."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import IO

from checker.board.correction_folder import CorrectionFolder
from checker.catalog import Catalog
from checker.expected_graph import expected_outline
from checker.report import files
from checker.report.html import PAGES, Pages
from checker.report.reference_curves import FOLDER as REFERENCE
from checker.report.reference_curves import write_reference_curves
from checker.report.view import Overview, ShownLearner, ShownNote, ShownProblem
from checker.session.class_curves import FOLDER as CLASS
from checker.session.class_curves import ClassCurves
from checker.session.likeness import find_alike
from checker.session.packs import kept_catalog
from checker.session.store import Store, StoreError

GRADESCOPE, LOGDIR, LIKENESS = "gradescope", "logdir", "likeness.html"


def write_reports(store: Store, folder: Path, likeness: bool = False) -> Path:
    """Write all reports of a session into its folder, each complete or not at all; return the page to open.

    The page of submissions that are alike is written on demand; otherwise an old one is removed. Raises `StoreError`, or
    `PackError` for a pack in the session's folder.
    """
    catalog = kept_catalog(folder)
    exercises = _exercises_of(store, catalog, folder)
    pages = Pages(catalog.exercises, {exercise: expected_outline(catalog[exercise]) for exercise in exercises})
    overview = Overview(folder.name, exercises, has_likeness=likeness)
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=folder) as made:
        new = Path(made)
        for name in (PAGES, GRADESCOPE):
            (new / name).mkdir()
        known = {exercise: catalog[exercise] for exercise in exercises}
        class_curves = ClassCurves(folder / LOGDIR, new / LOGDIR)
        with _Streams(new) as streams, CorrectionFolder(folder / LOGDIR, known, folder.name) as correction:
            for learner in shown_learners(store, exercises):
                overview.add(learner)
                streams.add(learner)
                correction.add(learner)
                class_curves.add(learner)
                _write(new / PAGES / f"{learner.folder}.html", pages.learner(learner))
                (new / GRADESCOPE / learner.folder).mkdir()
                _write(new / GRADESCOPE / learner.folder / "results.json", files.gradescope(learner))
            correction.finish(overview.mistakes.values())
        class_curves.finish()
        _write(new / "index.html", pages.index(overview))
        if likeness:
            _write(new / LIKENESS, pages.likeness(folder.name, find_alike(store, folder, catalog)))
        else:
            (folder / LIKENESS).unlink(missing_ok=True)
        write_reference_curves(new / LOGDIR, exercises)
        replace_curves(new / LOGDIR, folder / LOGDIR)
        for path in sorted(new.iterdir()):
            _replace(path, folder / path.name)
    return folder / "index.html"


def _exercises_of(store: Store, catalog: Catalog, folder: Path) -> list[str]:
    """Return the exercises of a session in the order of the catalog. Raises `StoreError` when no pack holds one."""
    found = {exercise for _, exercise in store.statuses()}
    unknown = sorted(found - {*catalog})
    if unknown:
        raise StoreError(f"{folder}: no pack in it holds {', '.join(unknown)}; run the session again with --pack FOLDER")
    return [exercise for exercise in catalog if exercise in found]


def shown_learners(store: Store, exercises: list[str]) -> Iterator[ShownLearner]:
    """Yield every learner in the form that the reports show."""
    folders, findings = store.folders(), store.findings()
    for login, results in groupby(store.results(), key=lambda result: result.task.login):
        reports = {result.task.exercise: result.report for result in results}
        problems, remarks = findings[login]
        notes: dict[str, list[ShownNote]] = {}
        for note in store.notes(login):
            written = time.strftime("%Y-%m-%d %H:%M", time.localtime(note.written_at))
            notes.setdefault(note.exercise, []).append(ShownNote(note.kind, note.text, written))
        yield ShownLearner(
            login,
            folders[login],
            {exercise: reports.get(exercise) for exercise in exercises},
            [ShownProblem(each.where, each.expected, each.actual, each.hint) for each in problems if not each.exercise],
            [remark.text for remark in remarks],
            notes,
        )


class _Streams:
    """The files of all learners together, written one learner at a time. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._separator = ""
        with ExitStack() as stack:
            self._json, self._csv, self._junit = (
                stack.enter_context(self._open(name)) for name in ("results.json", "results.csv", "junit.xml")
            )
            self._stack = stack.pop_all()
        self._json.write(files.json_head())
        self._csv.write(files.csv_head())
        self._junit.write("<?xml version='1.0' encoding='utf-8'?>\n<testsuites name=\"checker\">\n")

    def __enter__(self) -> _Streams:
        return self

    def __exit__(self, *error: object) -> None:
        self._json.write("\n]}\n")
        self._junit.write("</testsuites>\n")
        self._stack.close()

    def add(self, learner: ShownLearner) -> None:
        self._json.write(self._separator + files.json_learner(learner))
        self._separator = ",\n"
        self._csv.write(files.csv_learner(learner))
        self._junit.write(files.junit_learner(learner))

    def _open(self, name: str) -> IO[str]:
        # A spreadsheet knows UTF-8 by the byte order mark; readers of JSON and XML do not accept one.
        encoding, newline = ("utf-8-sig", "") if name.endswith(".csv") else ("utf-8", None)
        return open(self._folder / name, "w", encoding=encoding, newline=newline)


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def replace_curves(new: Path, logdir: Path) -> None:
    """Put the curves of the reference and of the class into the logdir; nothing else in it is touched."""
    for name in (REFERENCE, CLASS):
        shutil.rmtree(logdir / name, ignore_errors=True)
        if (new / name).exists():
            logdir.mkdir(exist_ok=True)
            os.replace(new / name, logdir / name)
    if new.exists():
        new.rmdir()


def _replace(new: Path, old: Path) -> None:
    if new.is_dir() and old.exists():
        shutil.rmtree(old)
    os.replace(new, old)
