"""The report on a terminal: what failed, the first cause first, then what passed, then what waits for it."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.status import Status as Spinner
from rich.table import Table
from rich.text import Text

from checker.exercise import Exercise
from checker.invocation import command
from checker.outcome import CheckResult, Report, Status
from checker.report.junit import message_of
from checker.units import MIB

STYLES = {Status.PASS: "green", Status.FAIL: "bold red", Status.SKIP: "yellow", Status.ERROR: "bold magenta"}
BARS = "▁▂▃▄▅▆▇█"
SPARKLINE_WIDTH = 40  # characters
INDENT = 6  # columns before the lines of a message


class TerminalReport:
    """Prints one exercise after the other: a spinner while a script runs, then its report."""

    def __init__(self, console: Console, verbose: bool = False) -> None:
        self._console = console
        self._verbose = verbose
        self._spinner: Spinner | None = None

    def start(self, exercise: Exercise, script: Path) -> None:
        """Announce an exercise; on a terminal, a spinner turns until its report."""
        self._console.print(Text.assemble((exercise.id, "bold"), f"  {exercise.title}  ", (str(script), "dim")))
        if self._console.is_terminal:
            self._spinner = self._console.status(Text(f"{exercise.id} is running …"))
            self._spinner.start()

    def stop_spinner(self) -> None:
        """Stop the spinner if it turns."""
        if self._spinner:
            self._spinner.stop()
            self._spinner = None

    def _show_checks(self, report: Report) -> None:
        """Print the failures, what broke, what passed, and one line for the checks that wait; with -v, each of these."""
        for check in report.in_reading_order:
            if self._verbose or check.status is not Status.SKIP:
                self._show(check)
        waiting = report.count(Status.SKIP)
        if waiting and not self._verbose:
            words = _waiting(waiting, report.count(Status.FAIL))
            self._console.print(Text.assemble(_label(Status.SKIP), (words, "dim")), soft_wrap=True)

    def _show(self, check: CheckResult) -> None:
        line = Text.assemble(_label(check.status), check.title)
        if check.status is Status.SKIP:
            line.append(f"  (explained above: {check.detail})", style="dim")
        self._console.print(line, soft_wrap=True)
        if check.status is Status.FAIL:
            self._print_lines(message_of(check))
        if check.status is Status.ERROR:
            self._print_lines([("the checker broke", "this is not your fault; please report it with these lines")])
            self._console.print(Padding(Text(check.detail.rstrip(), style="dim"), (0, 0, 0, INDENT)))
        if check.advice:
            self._print_lines([("advice", check.advice)])

    def finish(self, report: Report, exercise: Exercise) -> None:
        """Print the checks, time and memory of the run, its loss curve, and where to look."""
        self.stop_spinner()
        self._show_checks(report)
        lines = []
        if report.loss:
            lines.append(("loss", f"{sparkline(report.loss)}  {report.loss[0]:.4g} → {report.loss[-1]:.4g}"))
        if report.measures:
            measured = " · ".join(f"{name} {value:.4g}" for name, value in report.measures.items())
            lines.append(("measured", measured))
        took = f"{report.duration_s:.1f} s, {report.peak_memory_bytes // MIB} MiB"
        lines.append(("run", f"{took} · data: {report.data} · isolation: {report.isolation}"))
        if report.isolation == "none":
            lines.append(("isolation", f"none: the script could read and change what you can ({command('doctor')})"))
        lines += [("note", note) for note in report.notes]
        if exercise.question:
            lines.append(("question", exercise.question))
        if self._verbose and report.output.strip():
            lines.append(("printed", report.output.strip()))
        self._print_lines(lines, indent=2)
        if report.logdir:  # on a line that is never folded, to be copied
            self._console.print(Text(f"  look:     tensorboard --logdir {shlex.quote(report.logdir)}"), soft_wrap=True)
        self._console.print()

    def summarise(self, reports: Sequence[Report]) -> None:
        """Print the last line: how many exercises are done."""
        checks = [check for report in reports for check in report.checks]
        text = Text(f"{len(reports)} exercise{'s' if len(reports) != 1 else ''}, {len(checks)} checks: ")
        counts = [(status, sum(check.status is status for check in checks)) for status in Status]
        parts = [Text(f"{count} {_WORDS[status]}", STYLES[status]) for status, count in counts if count]
        self._console.print(text + Text(", ").join(parts))

    def _print_lines(self, lines: Sequence[tuple[str, str]], indent: int = INDENT) -> None:
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(no_wrap=True, min_width=9)
        grid.add_column(overflow="fold")
        for label, text in lines:
            grid.add_row(Text(f"{label}:", style="dim"), Text(text))
        self._console.print(Padding(grid, (0, 0, 0, indent)))


def _label(status: Status) -> Text:
    return Text(f"  {status.value.upper():5} ", style=STYLES[status])


def _waiting(checks: int, failures: int) -> str:
    """Return the words for checks that are skipped since so many failures explain them."""
    return f"{checks} more {'check waits' if checks == 1 else 'checks wait'} for {'this' if failures == 1 else 'these'}"


_WORDS = {Status.PASS: "passed", Status.FAIL: "failed", Status.SKIP: "skipped", Status.ERROR: "broken"}


def sparkline(values: Sequence[float], width: int = SPARKLINE_WIDTH) -> str:
    """Return a curve as one line of at most `width` bars: means over equal parts, × where a mean is not finite."""
    count = min(width, len(values))
    parts = [values[i * len(values) // count : (i + 1) * len(values) // count] for i in range(count)]
    # Divided before the sum: two values near the largest float have an infinite sum.
    means = [sum(value / len(part) for value in part) for part in parts]
    finite = [mean for mean in means if math.isfinite(mean)]
    if not finite:
        return "×" * count
    low = min(finite) / 2  # halved, so that the span is finite
    span = (max(finite) / 2 - low) or 1.0
    return "".join(BARS[round((mean / 2 - low) / span * (len(BARS) - 1))] if math.isfinite(mean) else "×" for mean in means)
