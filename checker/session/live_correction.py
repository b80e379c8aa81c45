"""The correction that TensorBoard shows while a session runs: written anew from time to time, at a bounded cost."""

from __future__ import annotations

import time

from checker.board.correction_folder import CorrectionFolder
from checker.outcome import Report
from checker.report.view import Overview
from checker.session.reporting import LOGDIR, shown_learners
from checker.session.scheduler import Listener, PassingListener
from checker.session.settings import Settings
from checker.session.store import Store
from checker.workers.assignment import Task

SHORTEST_PAUSE_S = 5.0
PAUSE_PER_COST = 20  # a pause is so many times as long as the writing before it: at most 5 % of the session's time


class LiveCorrection(PassingListener):
    """Passes on what it hears, and keeps the correction beside the published runs up to date."""

    def __init__(self, listener: Listener, store: Store, settings: Settings, pause_s: float = SHORTEST_PAUSE_S) -> None:
        super().__init__(listener)
        self._store, self._settings, self._pause_s = store, settings, pause_s
        self._next_at = 0.0  # of the monotonic clock

    def begin(self, task: Task) -> None:
        """Hear that a task has begun; at the first one, all that an earlier session left is shown."""
        super().begin(task)
        self._write_when_due()

    def finish(self, task: Task, report: Report, is_final: bool) -> None:
        """Hear that a task has a result, which is stored already."""
        super().finish(task, report, is_final)
        self._write_when_due()

    def _write_when_due(self) -> None:
        began = time.monotonic()
        if began < self._next_at:
            return
        try:
            self._write()
        except OSError as error:  # the results are safe, and the reports at the end tell it if it stays so
            self._next_at = float("inf")
            self.tell(f"TensorBoard shows no new results until the end: {error}")
            return
        ended = time.monotonic()
        self._next_at = ended + max(self._pause_s, PAUSE_PER_COST * (ended - began))

    def _write(self) -> None:
        folder, exercises = self._settings.session, self._settings.exercises
        overview = Overview(folder.name, exercises)
        known = {exercise: self._settings.catalog[exercise] for exercise in exercises}
        with CorrectionFolder(folder / LOGDIR, known, folder.name, with_texts=False) as correction:
            for learner in shown_learners(self._store, [*exercises]):
                overview.add(learner)
                correction.add(learner)
            correction.finish(overview.mistakes.values())
