"""Several exercises on a terminal: one line for each as it is done, then what failed."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from checker.exercise import Exercise
from checker.outcome import Report, Status
from checker.report.harmless import harmless
from checker.report.terminal import TerminalReport, label_of
from checker.translation import _

NOTHING = "-"  # in a cell


class ExerciseTable:
    """Prints one line per exercise as it is done, then the failures; with more asked for, also each report in full."""

    def __init__(self, console: Console, exercises: Collection[str], verbose: bool = False) -> None:
        self._console = console
        self._verbose = verbose
        self._width = max(map(len, exercises))
        self._full = TerminalReport(console, verbose)
        self._exercises: list[Exercise] = []  # in the order of their reports

    def start(self, exercise: Exercise, script: Path) -> None:
        """Announce an exercise."""
        self._exercises.append(exercise)
        if self._verbose:
            self._full.start(exercise, script)
            return
        if len(self._exercises) == 1:
            self._print_head()
        self._full.spin(exercise)

    def stop_spinner(self) -> None:
        """Stop the spinner if it turns."""
        self._full.stop_spinner()

    def finish(self, report: Report, exercise: Exercise) -> None:
        """Print the line of an exercise."""
        self.stop_spinner()
        if self._verbose:
            self._full.finish(report, exercise)
        else:
            self._print_line(report)

    def summarise(self, reports: Sequence[Report]) -> None:
        """Print the failures and advice, where to look, and the counts; the lines, too, where reports came before them."""
        if self._verbose:
            self._print_head()
            for report in reports:
                self._print_line(report)
        self._console.print()
        if not self._verbose:
            for report, exercise in zip(reports, self._exercises):
                if report.status is not Status.PASS:
                    self._full.show(report, exercise)
            for report, exercise in zip(reports, self._exercises):
                if report.status is Status.PASS:
                    self._full.show_remarks(harmless(report), exercise)
        logdirs = [Path(report.logdir).parent for report in reports if report.logdir]
        if logdirs:  # on a line that is never folded, to be copied
            look = f"look:     tensorboard --logdir {shlex.quote(os.path.commonpath(logdirs))}"
            self._console.print(Text(look), soft_wrap=True)
        self._full.summarise(reports)

    def _print_head(self) -> None:
        passed, took, where = _("passed"), _("seconds"), _("to look at")
        self._console.print(Text(f"{'':{self._width}}         {passed:>8} {took:>8}  {where}", "dim"), soft_wrap=True)

    def _print_line(self, report: Report) -> None:
        passed = f"{report.count(Status.PASS)}/{len(report.checks)}"
        where = os.path.relpath(report.logdir) if report.logdir else NOTHING
        cells = f" {passed:>8} {report.duration_s:8.1f}  "
        line = Text.assemble((f"{report.exercise:{self._width}}", "bold"), label_of(report.status), cells, (where, "dim"))
        self._console.print(line, soft_wrap=True)
