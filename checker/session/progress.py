"""The progress of a session on the screen: a grid that fills, or plain lines where the output is no terminal."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from checker.outcome import CheckResult, Report, Status
from checker.report.grid import RUNNING
from checker.report.harmless import harmless
from checker.report.signs import SIGNS
from checker.report.view import ABSENT, PENDING
from checker.session.models import Cell
from checker.session.scheduler import Listener
from checker.workers.assignment import Task

STYLES = {Status.PASS: "green", Status.FAIL: "red", Status.SKIP: "yellow", Status.ERROR: "bold magenta"}
WAITING, RUNS = Text(SIGNS[PENDING], "dim"), Text(SIGNS[RUNNING], "bold blue")
NOT_THERE = Text(SIGNS[ABSENT], "yellow")
FAILURES = 5  # the last ones, below the grid
OTHER_LINES = FAILURES + 6  # of the screen, without the rows of the grid
LONGEST_LOGIN = 30  # characters
RATE = 4  # refreshes per second


class ProgressScreen(Listener):
    """Shows a session as a grid on a terminal, or as lines. Use as a context manager."""

    def __init__(
        self,
        console: Console,
        statuses: Mapping[Cell, Status | None],
        exercises: Sequence[str],
        jobs: int,
        absent: Collection[Cell] = (),
    ) -> None:
        self._console = console
        self._statuses = dict(statuses)
        self._to_run = [cell for cell, status in statuses.items() if status is None]
        self._exercises = exercises
        self._absent = absent  # not handed in
        self._jobs = jobs  # in parallel; 0: not known, so the running tasks are counted
        self._stops = False
        self._running: dict[Cell, float] = {}  # since when
        self._took: dict[str, list[float]] = {exercise: [] for exercise in exercises}
        self._failures: deque[Text] = deque(maxlen=FAILURES)
        self._recent: dict[str, None] = {}  # logins, the one with the latest news at the end
        self._live = Live(console=console, get_renderable=self.render, refresh_per_second=RATE, transient=True)

    def __enter__(self) -> ProgressScreen:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def begin(self, task: Task) -> None:
        """Show that a task is under way."""
        self._running[task.login, task.exercise] = time.monotonic()
        self._note_news(task.login)

    def finish(self, task: Task, report: Report, is_final: bool) -> None:
        """Show the result of a task."""
        cell, now, report = (task.login, task.exercise), time.monotonic(), harmless(report)
        took = now - self._running.pop(cell, now)
        self._took[task.exercise].append(took)
        self._statuses[cell] = report.status if is_final else None
        self._note_news(task.login)
        line = Text.assemble(
            (f"[{self.done:>{len(str(self.total))}}/{self.total}] ", "dim"),
            f"{task.login}  {task.exercise}  ",
            (report.status.value, STYLES[report.status]),
            f"  {took:.1f} s",
            summary_of(report),
            "" if is_final else "  (tried again)",
        )
        if report.status is not Status.PASS:
            self._failures.append(line)
        if not self._console.is_terminal:
            self._console.print(line, soft_wrap=True)

    def tell(self, text: str) -> None:
        """Show what happened to the machines that check."""
        self._console.print(Text(text, "yellow"), soft_wrap=True)

    def stop(self) -> None:
        """Show that nothing new is begun, and how much is finished first."""
        self._stops = True
        self.tell(f"stopping: finishing what runs ({len(self._running)} left), Ctrl-C again to end now")

    @property
    def total(self) -> int:
        """The number of tasks to run; those that have a result from the start need no run."""
        return len(self._to_run)

    @property
    def done(self) -> int:
        """The number of tasks that were run and have a result."""
        return sum(self._statuses[cell] is not None for cell in self._to_run)

    def seconds_left(self) -> float:
        """Return an estimate for the rest, from the tasks that are done; NaN before the first one is."""
        seen = [took for of_exercise in self._took.values() for took in of_exercise]
        if not seen:
            return math.nan
        overall = sum(seen) / len(seen)
        mean = {exercise: sum(took) / len(took) if took else overall for exercise, took in self._took.items()}
        left = sum(mean.get(exercise, overall) for (_, exercise), status in self._statuses.items() if status is None)
        spent = sum(time.monotonic() - since for since in list(self._running.values()))
        return max(0.0, left - spent) / (self._jobs or max(1, len(self._running)))

    def time_left(self) -> str:
        """Return the estimate for the rest as a person reads it, "" while there is none. Other threads may call it."""
        left = self.seconds_left()
        return duration(left) if math.isfinite(left) else ""

    def render(self) -> Group:
        """Return the screen as it is now. Another thread calls this, so collections that change are copied."""
        left = self.time_left()
        about = f"about {left} left" if left else "starting"
        about = f"stopping: {len(self._running)} left" if self._stops else about
        kept = len(self._statuses) - self.total
        apart = f" · {kept} need{'s' if kept == 1 else ''} no run" if kept else ""
        now = ", ".join(f"{login} {exercise}" for login, exercise in list(self._running))
        head = Text(
            f"{self.done} of {self.total} done{apart} · {about} · running: {now or 'nothing'}",
            no_wrap=True,
            overflow="ellipsis",
        )
        return Group(head, self._grid(), *(_cut(failure) for failure in self._failures))

    def _grid(self) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0))
        table.add_column("")
        for exercise in self._exercises:
            table.add_column(exercise, justify="center")
        logins = list(dict.fromkeys(login for login, _ in self._statuses))
        shown = self._shown(logins)
        for login in shown:
            table.add_row(Text(login[:LONGEST_LOGIN]), *(self._cell(login, exercise) for exercise in self._exercises))
        if len(shown) < len(logins):
            table.add_row(Text(f"and {len(logins) - len(shown)} more", "dim"))
        return table

    def _shown(self, logins: Sequence[str]) -> list[str]:
        """Return the logins that fit on the screen: those with the latest news, in the order of all logins."""
        room = max(1, self._console.height - OTHER_LINES)
        if len(logins) <= room:
            return list(logins)
        latest = [*reversed(list(self._recent)), *(login for login in logins if login not in self._recent)][:room]
        return sorted(latest, key=logins.index)

    def _cell(self, login: str, exercise: str) -> Text:
        if (login, exercise) in self._running:
            return RUNS
        if (login, exercise) in self._absent:
            return NOT_THERE
        status = self._statuses.get((login, exercise))
        return Text(SIGNS[status.value], STYLES[status]) if status else WAITING

    def _note_news(self, login: str) -> None:
        self._recent.pop(login, None)
        self._recent[login] = None


def summary_of(report: Report) -> str:
    """Return the first failure in a few words, "" when there is none."""
    broken = (check for check in report.checks if check.status is Status.ERROR)
    check = report.first_failure or next(broken, None)
    return f"  {_words(check)}" if check else ""


def duration(seconds: float) -> str:
    """Return a time span as a person reads it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"


def _words(check: CheckResult) -> str:
    if check.is_starved:
        return check.actual
    if check.status is Status.ERROR:
        return f"the checker broke: {(check.detail.strip().splitlines() or [''])[-1]}"
    return " ".join(f"{check.title}: expected {check.expected}, found {check.actual}".split())


def _cut(line: Text) -> Text:
    line = line.copy()
    line.no_wrap, line.overflow = True, "ellipsis"
    return line
