"""What changes in a session: each exercise whose outcome is another one than before, told as soon as it is known."""

from __future__ import annotations

import time

from checker.outcome import Report
from checker.report.signs import SIGNS
from checker.report.view import outcome_of
from checker.session.models import Cell, FormerResult
from checker.session.scheduler import Listener, PassingListener
from checker.session.store import Store
from checker.workers.assignment import Task


class Changes(PassingListener):
    """Passes on what it hears, and tells which outcomes changed. Make one before submissions are taken in."""

    def __init__(self, store: Store) -> None:
        super().__init__(Listener())  # until it begins to tell
        self._store = store
        self._made_at = time.time()
        self._former: dict[Cell, FormerResult] = {}

    def begin_to_tell(self, listener: Listener) -> None:
        """Tell a listener what the intake changed, and from now on what each result changes."""
        self._listener = listener
        statuses = self._store.statuses()
        latest = {cell: formers[-1] for cell, formers in self._store.history().items() if cell in statuses}
        self._former = {cell: former for cell, former in latest.items() if statuses[cell] is None}
        decided = [
            cell for cell, former in latest.items() if cell not in self._former and former.replaced_at >= self._made_at
        ]
        for login in dict.fromkeys(login for login, _ in decided):  # without a script there is nothing to run
            for result in self._store.results(login):
                if result.report and (login, result.task.exercise) in decided:
                    self._tell_change(latest[login, result.task.exercise], result.report)

    def finish(self, task: Task, report: Report, is_final: bool) -> None:
        """Hear that a task has a result."""
        super().finish(task, report, is_final)
        former = self._former.get((task.login, task.exercise))
        if is_final and former:
            self._tell_change(former, report)

    def _tell_change(self, former: FormerResult, report: Report) -> None:
        now = outcome_of(report)
        if now != former.outcome:
            login, exercise = former.cell
            self._listener.tell(f"{login} {exercise} {SIGNS[former.outcome]} → {SIGNS[now]}")
