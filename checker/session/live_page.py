"""The page of a session while it runs: who is running, what failed, what is left. It is made of summaries in memory."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from checker.expected_graph import expected_outline
from checker.outcome import Report, Status
from checker.report.grid import RUNNING, Grid, LateFailure, RunningCell, SessionProgress, cell_of
from checker.report.html import PAGES, Pages
from checker.report.neighbours import neighbours
from checker.report.view import ABSENT
from checker.session.models import Cell
from checker.session.reporting import PAGE, present_folders, shown_learners
from checker.session.scheduler import Listener, PassingListener
from checker.session.settings import Settings
from checker.session.store import Store, StoreError
from checker.workers.assignment import Task

PAUSE_S = 2.0  # between two writings, at least
PAUSE_PER_COST = 20  # a pause is so many times as long as the processor time of the writing before it: at most 5 % of a core
FAILURES = 5  # the last ones
UNFINISHED = ".incoming-page"  # replaces a page when it is whole


class LivePage(PassingListener):
    """Passes on what it hears, and keeps the page of all learners up to date. Use as a context manager.

    All is written by a thread with a connection of its own to the store: it goes on while nothing is heard, and nobody who
    tells a result waits for it. Of the store it reads learners of whom there is news.
    """

    def __init__(
        self, listener: Listener, store: Store, settings: Settings, left: Callable[[], str], pause_s: float = PAUSE_S
    ) -> None:
        super().__init__(listener)
        self._settings, self._left, self._pause_s = settings, left, pause_s
        self._folders = present_folders(store)
        self._lock = threading.Lock()  # of the three that follow
        self._running: dict[Cell, float] = {}  # since when, by the monotonic clock
        self._failures: deque[LateFailure] = deque(maxlen=FAILURES)
        self._news = dict.fromkeys(self._folders, False)  # by login: whether there is a new result
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="live page", daemon=True)

    def __enter__(self) -> LivePage:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def begin(self, task: Task) -> None:
        """Hear that a task has begun."""
        super().begin(task)
        with self._lock:
            self._running[task.login, task.exercise] = time.monotonic()

    def finish(self, task: Task, report: Report, is_final: bool) -> None:
        """Hear that a task has a result, which is stored already."""
        super().finish(task, report, is_final)
        cell, folder = cell_of(report, None), self._folders.get(task.login, "")
        with self._lock:
            self._running.pop((task.login, task.exercise), None)
            self._news[task.login] = True
            if is_final and report.status is not Status.PASS and cell.outcome != ABSENT:
                self._failures.appendleft(LateFailure(task.login, folder, task.exercise, cell))

    def _work(self) -> None:
        try:
            with Store(self._settings.session, create=False) as store:
                writer = _Writer(store, self._settings, self._folders)
                pause = 0.0
                while not self._ended.wait(pause):
                    before = time.thread_time()
                    self._write(writer)
                    pause = max(self._pause_s, PAUSE_PER_COST * (time.thread_time() - before))
        except (OSError, StoreError) as error:  # the results are safe, and the reports at the end tell it if it stays so
            self.tell(f"the page shows no new results until the end: {error}")

    def _write(self, writer: _Writer) -> None:
        with self._lock:
            running, failures, news = dict(self._running), list(self._failures), list(self._news.items())
            self._news.clear()
        for login, is_new in news:
            if self._ended.is_set():  # the page of the end is written soon
                return
            writer.read(login, is_new)
        now = time.monotonic()
        under_way = [RunningCell(login, exercise, now - since) for (login, exercise), since in running.items()]
        grid = writer.grid_with(running)
        writer.write_index(grid, SessionProgress(grid.done, grid.size, self._left(), under_way, failures, time.time()))


class _Writer:
    """Writes pages into the session's folder, each whole or not at all."""

    def __init__(self, store: Store, settings: Settings, folders: Mapping[str, str]) -> None:
        self._store, self._session, self._exercises = store, settings.session, [*settings.exercises]
        expected = {exercise: expected_outline(settings.catalog[exercise]) for exercise in settings.exercises}
        self._pages = Pages(settings.catalog.exercises, expected)
        self._beside = neighbours(folders)
        self._grid = Grid(settings.session.name, self._exercises)
        (self._session / PAGES).mkdir(exist_ok=True)

    def read(self, login: str, is_new: bool) -> None:
        """Read what there is of a learner; write their page where it is missing, or where there is a new result."""
        for learner in shown_learners(self._store, self._exercises, login):
            self._grid.add(learner)
            path = self._session / PAGES / f"{learner.folder}.html"
            if is_new or not path.is_file():
                self._replace(path, self._pages.learner(learner, self._beside[login]))

    def grid_with(self, running: Mapping[Cell, float]) -> Grid:
        """Return the grid with a mark at what runs."""
        rows = dict(self._grid.rows)
        for login, exercise in running:
            if login in rows:
                cell = replace(rows[login].cells[exercise], outcome=RUNNING, why="", loss=())
                rows[login] = replace(rows[login], cells={**rows[login].cells, exercise: cell})
        return replace(self._grid, rows=rows)

    def write_index(self, grid: Grid, progress: SessionProgress) -> None:
        """Write the page of all learners."""
        self._replace(self._session / PAGE, self._pages.index(grid, progress=progress))

    def _replace(self, path: Path, text: str) -> None:
        unfinished = self._session / UNFINISHED
        unfinished.write_text(text, "utf-8")
        os.replace(unfinished, path)
