"""The reports of a session, made from its store and its packs. Nothing is run; one learner at a time is in memory."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO

from checker.board.correction_folder import CorrectionFolder
from checker.catalog import Catalog
from checker.expected_graph import expected_outline
from checker.report import files
from checker.report.changed_cells import ShownChanges
from checker.report.grid import Grid
from checker.report.html import PAGES, Pages
from checker.report.moments import shown_moment
from checker.report.neighbours import neighbours
from checker.report.reference_curves import FOLDER as REFERENCE
from checker.report.reference_curves import write_reference_curves
from checker.report.view import Overview, PastResult, ShownLearner, ShownNote, ShownProblem, ShownText
from checker.session.class_curves import FOLDER as CLASS
from checker.session.class_curves import ClassCurves
from checker.session.likeness import find_alike
from checker.session.models import FormerResult
from checker.session.packs import kept_catalog
from checker.session.side_by_side import pairs_of
from checker.session.store import Store, StoreError

PAGE = "index.html"
GRADESCOPE, LOGDIR, LIKENESS, CHANGES = "gradescope", "logdir", "likeness.html", "changes.html"
PAIRS = "likeness"  # the folder of pages with two scripts side by side


def write_reports(store: Store, folder: Path, likeness: bool = False, changes: ShownChanges | None = None) -> Path:
    """Write all reports of a session into its folder, each complete or not at all; return the page to open.

    Pages of submissions that are alike, and of changes, are written on demand; otherwise old ones are removed. Raises
    `StoreError`, or `PackError` for a pack in the session's folder.
    """
    catalog = kept_catalog(folder)
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=folder) as made:
        making = _Making(store, folder, Path(made), catalog, exercises_of(store, catalog, folder))
        pages = making.pages()
        _write_learners(making, pages, likeness, changes.title if changes else "")
        if likeness:
            _write_likeness(making, pages)
        if changes:
            _write(making.new / CHANGES, pages.changes(folder.name, changes))
        for name in (LIKENESS, CHANGES):
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / PAIRS, ignore_errors=True)
        write_reference_curves(making.new / LOGDIR, making.exercises)
        replace_curves(making.new / LOGDIR, folder / LOGDIR)
        for path in sorted(making.new.iterdir()):
            _replace(path, folder / path.name)
    return folder / PAGE


@dataclass(frozen=True)
class _Making:
    """What the reports of a session are made of, and where."""

    store: Store
    folder: Path
    new: Path  # becomes a part of the folder when all is made
    catalog: Catalog
    exercises: list[str]

    def pages(self) -> Pages:
        return Pages(self.catalog.exercises, {each: expected_outline(self.catalog[each]) for each in self.exercises})


def _write_learners(making: _Making, pages: Pages, likeness: bool, changes_title: str) -> None:
    """Write what there is of each learner, one after the other, and the page of all."""
    name, new, logdir = making.folder.name, making.new, making.folder / LOGDIR
    overview, grid = (
        Overview(name, making.exercises, has_likeness=likeness),
        Grid(name, making.exercises, changes_title=changes_title),
    )
    beside = neighbours(present_folders(making.store))
    for folder in (PAGES, GRADESCOPE):
        (new / folder).mkdir()
    with (
        _Streams(new) as streams,
        CorrectionFolder(logdir, {each: making.catalog[each] for each in making.exercises}, name) as correction,
        ClassCurves(logdir, new / LOGDIR) as class_curves,
    ):
        for learner in shown_learners(making.store, making.exercises):
            overview.add(learner)
            grid.add(learner)
            streams.add(learner)
            correction.add(learner)
            page = pages.learner(learner, beside[learner.login], class_curves.add(learner))
            _write(new / PAGES / f"{learner.folder}.html", page)
            (new / GRADESCOPE / learner.folder).mkdir()
            _write(new / GRADESCOPE / learner.folder / "results.json", files.gradescope(learner))
        correction.finish(overview.mistakes.values())
        class_curves.finish()
    _write(new / PAGE, pages.index(grid, overview))


def _write_likeness(making: _Making, pages: Pages) -> None:
    """Write the page of submissions that are alike, and pages of two scripts side by side."""
    groups = find_alike(making.store, making.folder, making.catalog)
    pairs = list(pairs_of(making.store, making.folder, groups))
    (making.new / PAIRS).mkdir()
    for pair in pairs:
        _write(making.new / PAIRS / pair.file, pages.side_by_side(making.folder.name, pair))
    _write(making.new / LIKENESS, pages.likeness(making.folder.name, groups, pairs))


def exercises_of(store: Store, catalog: Catalog, folder: Path) -> list[str]:
    """Return the exercises of a session in the order of the catalog. Raises `StoreError` when no pack holds one."""
    found = {exercise for _, exercise in store.statuses()}
    unknown = sorted(found - {*catalog})
    if unknown:
        raise StoreError(f"{folder}: no pack in it holds {', '.join(unknown)}; run the session again with --pack FOLDER")
    return [exercise for exercise in catalog if exercise in found]


def present_folders(store: Store) -> dict[str, str]:
    """Return the folder of each login of this intake."""
    folders = store.folders()
    return {login: folders[login] for login in dict.fromkeys(login for login, _ in store.statuses())}


def shown_learners(store: Store, exercises: list[str], only: str = "") -> Iterator[ShownLearner]:
    """Yield every learner in the form that the reports show, or only the one with a login."""
    folders, findings, handed_in = store.folders(only), store.findings(only), store.handed_in(only)
    for login, found in groupby(store.results(only), key=lambda result: result.task.login):
        results = list(found)
        reports = {result.task.exercise: result.report for result in results}
        problems, remarks = findings[login]
        notes: dict[str, list[ShownNote]] = {}
        for note in store.notes(login):
            notes.setdefault(note.exercise, []).append(ShownNote(note.kind, note.text, shown_moment(note.written_at)))
        yield ShownLearner(
            login,
            folders[login],
            {exercise: reports.get(exercise) for exercise in exercises},
            [ShownProblem(each.where, each.expected, each.actual, each.hint) for each in problems if not each.exercise],
            [remark.text for remark in remarks],
            notes,
            {exercise: [each.text for each in remarks if each.exercise == exercise] for exercise in exercises},
            {result.task.exercise: result.finished_at for result in results if result.finished_at is not None},
            {exercise: [*map(_past, formers)] for (_, exercise), formers in store.history(login).items()},
            [ShownText(each.name, each.text) for each in handed_in[login].answers],
            handed_in[login].participant,
            handed_in[login].moodle_folder,
        )


def _past(former: FormerResult) -> PastResult:
    moment = former.finished_at
    return PastResult(former.outcome, former.passed, former.total, former.first, shown_moment(moment), moment)


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
