"""`checker watch`: checks a script whenever it is saved, and answers keys."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import click

from checker.board.server import NoBoard, RunningBoard, running
from checker.evidence.live_points import LivePoint
from checker.exercise import Exercise, own_data_files
from checker.learner.check_process import CheckProcess
from checker.learner.file_changes import tell_changes
from checker.learner.folder import LearnerFolder
from checker.learner.hint_lines import help_lines
from checker.learner.hints import next_help, nothing_to_hint
from checker.learner.keys import read_keys, single_keys
from checker.learner.overview import overview
from checker.learner.progress import note_run, read_progress, write_progress
from checker.learner.watch_screen import WatchScreen
from checker.outcome import Report

LOGDIR = "logdir"
QUIT = "q"


@dataclass(frozen=True)
class FolderChanged:
    """Something in the folder has changed."""


@dataclass(frozen=True)
class Key:
    """A key was pressed."""

    name: str


@dataclass(frozen=True)
class CheckNews:
    """A check has ended with a report, its process has without one, or a run that trains tells a number."""

    told: Report | LivePoint | None


@dataclass(frozen=True)
class BoardTold:
    """TensorBoard answers at an address, or has said why it does not start."""

    address: str
    problem: str = ""


Event = FolderChanged | Key | CheckNews | BoardTold


@dataclass
class Watch:
    """Watches the scripts of a learner's folder. `only` is the exercise that was asked for, None for whichever is saved."""

    folder: LearnerFolder
    screen: WatchScreen
    isolation: str
    only: Exercise | None = None
    _current: Exercise | None = None
    _seen: dict[str, str] = field(default_factory=dict)  # exercise -> digest of its script as it was checked last
    _events: queue.Queue[Event] = field(default_factory=queue.Queue)
    _open: ExitStack = field(default_factory=ExitStack)  # what ends with the watch
    _board: threading.Thread | None = None  # starts TensorBoard, which takes its time

    def run(self) -> None:
        """Check at every save until the key q, or Ctrl-C."""
        over = threading.Event()
        readable = own_data_files(exercise for exercise, _ in self.folder.scripts())
        with self._open as stack:
            has_keys = stack.enter_context(single_keys())
            stack.callback(self.screen.close)
            stack.callback(over.set)
            self._process = stack.enter_context(
                CheckProcess(self.folder.catalog, self.isolation, readable, lambda told: self._events.put(CheckNews(told)))
            )
            self._begin_thread(lambda: tell_changes(self.folder.path, lambda: self._events.put(FolderChanged()), over))
            if has_keys:
                self._begin_thread(lambda: read_keys(lambda key: self._events.put(Key(key)), over.is_set))
            self._seen = {exercise.id: _digest(script) for exercise, script in self.folder.scripts()}
            self._check(self.only or self._next_one(None))
            while self._handle(self._events.get()):
                pass

    def _handle(self, event: Event) -> bool:
        """Do what an event asks for; return whether to go on."""
        if isinstance(event, FolderChanged):
            self._check_what_was_saved()
        elif isinstance(event, CheckNews):
            self._show(event.told)
        elif isinstance(event, BoardTold):
            self.screen.board(event.address, event.problem)
        elif event.name == QUIT:
            return False
        else:
            self._answer(event.name)
        return True

    def _check_what_was_saved(self) -> None:
        for exercise, script in self.folder.scripts():
            digest = _digest(script)
            if digest and digest != self._seen.get(exercise.id) and self.only in (None, exercise):
                self._check(exercise)
                return

    def _check(self, exercise: Exercise | None) -> None:
        self._current = exercise
        if exercise is None:
            self.screen.all_done()
            return
        script = self.folder.path / exercise.script
        self._seen[exercise.id] = _digest(script)
        self.screen.begins(exercise)
        self._process.begin((exercise, script))

    def _show(self, told: Report | LivePoint | None) -> None:
        if self._current is None:
            return
        if told is None:
            self.screen.process_ended()
        elif isinstance(told, LivePoint):
            self.screen.trains(told)
        else:
            self._show_report(self._current, told)

    def _show_report(self, exercise: Exercise, report: Report) -> None:
        try:
            note_run(self.folder.path, report)
        except OSError as error:
            self.screen.cannot_note(error)
        self.screen.ended(exercise, report, self.folder)

    def _answer(self, key: str) -> None:
        if key == "h":
            self._show_hint()
        elif key == "t":
            self._show_board()
        elif key == "l":
            self.screen.answer(list(overview(self.folder, read_progress(self.folder.path))))
        elif key == "n":
            self.only = None
            self._check(self._next_one(self._current))

    def _show_hint(self) -> None:
        progress = read_progress(self.folder.path)
        words = [self._current.id] if self._current else []
        try:
            found = next_help(self.folder, progress, words)
        except click.UsageError as error:
            self.screen.answer([error.message])
            return
        if found:
            self.screen.answer(help_lines(found, again="h"))
            try:
                write_progress(self.folder.path, progress)
            except OSError as error:
                self.screen.cannot_note(error)
        else:
            self.screen.answer([nothing_to_hint(self.folder, words)])

    def _show_board(self) -> None:
        """Start TensorBoard, once; its address is shown with the keys from then on."""
        if self._board is None:
            self.screen.board_starts()
            self._board = threading.Thread(target=self._start_board)
            self._board.start()
            self._open.callback(self._board.join)

    def _start_board(self) -> None:
        try:
            started: RunningBoard = self._open.enter_context(running(str(self.folder.path / LOGDIR)))
            self._events.put(BoardTold(started.base))
        except NoBoard as error:
            self._events.put(BoardTold("", str(error)))
            self._board = None

    def _next_one(self, after: Exercise | None) -> Exercise | None:
        """Return the next exercise that is not done; None when all are."""
        found = self.folder.next_one(read_progress(self.folder.path), after)
        return found[0] if found else None

    def _begin_thread(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, daemon=True).start()


def _digest(script: Path) -> str:
    """Return a digest of a script; "" while it is not there, as when an editor replaces it."""
    try:
        return hashlib.sha256(script.read_bytes()).hexdigest()
    except OSError:
        return ""
