"""The report on a terminal: what failed, the first cause first, then what passed, then what waits for it."""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.status import Status as Spinner
from rich.table import Table
from rich.text import Text

from checker.exercise import Exercise
from checker.invocation import command
from checker.outcome import CheckResult, Report, Status
from checker.report.harmless import harmless
from checker.report.junit import message_of
from checker.report.view import ran_to_its_end
from checker.translation import _, plural
from checker.units import MIB

STYLES = {Status.PASS: "green", Status.FAIL: "bold red", Status.SKIP: "yellow", Status.ERROR: "bold magenta"}
BARS = "▁▂▃▄▅▆▇█"
SPARKLINE_WIDTH = 40  # characters
INDENT = 6  # columns before the lines of a message


class TerminalReport:
    """Prints the report of one exercise: a spinner while its script runs, then what failed, and the rest in short."""

    def __init__(self, console: Console, verbose: bool = False) -> None:
        self._console = console
        self._verbose = verbose
        self._spinner: Spinner | None = None
        self._running = ""  # what the spinner says

    def start(self, exercise: Exercise, script: Path) -> None:
        """Announce an exercise; on a terminal, a spinner turns until its report."""
        self._print_head(exercise, str(script))
        self.spin(exercise)

    def spin(self, exercise: Exercise) -> None:
        """Let a spinner turn on a terminal."""
        if self._console.is_terminal:
            look = "line" if self._console.options.ascii_only else "dots"
            self._running = _("{exercise} is running …", exercise=exercise.id)
            self._spinner = self._console.status(Text(self._running), spinner=look)
            self._spinner.start()

    def beside_spinner(self, text: str) -> None:
        """Show a text beside the spinner if it turns."""
        if self._spinner:
            self._spinner.update(Text(f"{self._running}  {text}"))

    def stop_spinner(self) -> None:
        """Stop the spinner if it turns."""
        if self._spinner:
            self._spinner.stop()
            self._spinner = None

    def finish(self, report: Report, exercise: Exercise) -> None:
        """Print the checks, time and memory of the run, its loss curve, and where to look."""
        self.stop_spinner()
        report = harmless(report)
        self._show_checks(report, exercise)
        self._print_lines(self._about_the_run(report, exercise), indent=2)
        self._show_logdir(report)
        self._console.print()

    def finish_short(self, report: Report, exercise: Exercise) -> None:
        """Print the first failure in full, the titles of the others, and the loss; without a failure, the advice.

        Of the rest it is told how many there are.
        """
        self.stop_spinner()
        report = harmless(report)
        for check in report.in_reading_order:
            is_advised = check.status is Status.PASS and check.advice and not report.failures
            if check is report.first_failure or check.status is Status.ERROR or is_advised:
                self._show(check, exercise)
        for check in report.failures[1:]:
            self._console.print(Text.assemble(label_of(Status.FAIL), (check.title, "dim")), soft_wrap=True)
        advised = 0 if report.failures else sum(bool(check.advice) for check in report.checks if check.status is Status.PASS)
        self._print_folded(Status.PASS, _passed(report, advised))
        self._print_folded(Status.SKIP, _waiting(report.count(Status.SKIP), report.count(Status.FAIL)))
        lines = [line for line in self._about_the_run(report, exercise) if line[0] != "question"]
        self._print_lines(lines, indent=2)
        self._show_logdir(report)

    def show(self, report: Report, exercise: Exercise) -> None:
        """Print a report whose exercise was not announced."""
        self._print_head(exercise, report.script)
        self.finish(report, exercise)

    def show_remarks(self, report: Report, exercise: Exercise) -> None:
        """Print of an exercise that passed what is worth reading: advice, and notes on the run."""
        advised = [check for check in report.checks if check.advice]
        if advised or report.notes:
            self._print_head(exercise, report.script)
            for check in advised:
                self._show(check, exercise)
            self._print_lines([("note", note) for note in report.notes], indent=2)
            self._console.print()

    def summarise(self, reports: Sequence[Report]) -> None:
        """Print the last lines: what stood between the scripts and this machine, if nothing did, and the counts."""
        if any(report.isolation == "none" for report in reports):
            self._print_lines([("isolation", _no_isolation())], indent=0)
        self._console.print(counts_of(reports))

    def _print_head(self, exercise: Exercise, script: str) -> None:
        self._console.print(Text.assemble((exercise.id, "bold"), f"  {exercise.title}  ", (script, "dim")))

    def _show_checks(self, report: Report, exercise: Exercise) -> None:
        """Print the failures, what broke, advice, one line for what passed and one for what waits; with -v, each of them."""
        shown = [check for check in report.in_reading_order if self._verbose or _is_news(check)]
        later = [check for check in shown if check.status is Status.SKIP]
        for check in shown:
            if check not in later:
                self._show(check, exercise)
        if not self._verbose:
            self._print_folded(Status.PASS, _passed(report, sum(check.status is Status.PASS for check in shown)))
            self._print_folded(Status.SKIP, _waiting(report.count(Status.SKIP), report.count(Status.FAIL)))
        for check in later:
            self._show(check, exercise)

    def _show_logdir(self, report: Report) -> None:
        if report.logdir:  # on a line that is never folded, to be copied
            logdir, here = Path(report.logdir), Path.cwd()
            shown = logdir.relative_to(here) if logdir.is_relative_to(here) else logdir
            self._console.print(Text(f"  look:     tensorboard --logdir {shlex.quote(str(shown))}"), soft_wrap=True)

    def _print_folded(self, status: Status, words: str) -> None:
        if words:
            self._console.print(Text.assemble(label_of(status), (words, "dim")), soft_wrap=True)

    def _show(self, check: CheckResult, exercise: Exercise) -> None:
        line = Text.assemble(label_of(check.status), check.title)
        if check.status is Status.SKIP:
            line.append(f"  (explained above: {check.detail})", style="dim")
        self._console.print(line, soft_wrap=True)
        if check.status is Status.FAIL or check.is_starved:
            self._print_lines(_message(check, exercise))
        elif check.status is Status.ERROR:
            self._print_lines([("the checker broke", "this is not your fault; please report it with these lines")])
            self._console.print(Padding(Text(check.detail.rstrip(), style="dim"), (0, 0, 0, INDENT)))
        if check.advice:
            self._print_lines([("advice", check.advice)])

    def _about_the_run(self, report: Report, exercise: Exercise) -> list[tuple[str, str]]:
        lines = []
        if report.loss:
            lines.append(("loss", f"{sparkline(report.loss)}  {report.loss[0]:.4g} → {report.loss[-1]:.4g}"))
        if report.measures:
            measured = " · ".join(f"{name} {value:.4g}" for name, value in report.measures.items())
            lines.append(("measured", measured))
        took = f"{report.duration_s:.1f} s, {report.peak_memory_bytes // MIB} MiB"
        lines.append(("run", f"{took} · data: {report.data} · isolation: {report.isolation}"))
        lines += [("note", note) for note in report.notes]
        if exercise.question and ran_to_its_end(report):
            lines.append(("question", exercise.question))
        if self._verbose and report.output.strip():
            lines.append(("printed", report.output.strip()))
        return lines

    def _print_lines(self, lines: Sequence[tuple[str, str]], indent: int = INDENT) -> None:
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(no_wrap=True, min_width=9)
        grid.add_column(overflow="fold")
        for label, text in lines:
            grid.add_row(Text(f"{label}:", style="dim"), Text(text))
        if lines:
            self._console.print(Padding(grid, (0, 0, 0, indent)))


def label_of(status: Status) -> Text:
    """Return an outcome as the first word of a line."""
    return Text(f"  {status.value.upper():5} ", style=STYLES[status])


def counts_of(reports: Sequence[Report]) -> Text:
    """Return how many exercises and checks there are, and how many checks ended in which way."""
    checks = [check for report in reports for check in report.checks]
    text = Text(f"{len(reports)} exercise{'s' if len(reports) != 1 else ''}, {len(checks)} checks: ")
    counts = [(status, sum(check.status is status for check in checks)) for status in Status]
    parts = [Text(f"{count} {_WORDS[status]}", STYLES[status]) for status, count in counts if count]
    return text + Text(", ").join(parts)


def _message(check: CheckResult, exercise: Exercise) -> list[tuple[str, str]]:
    """Return the lines of a failure; the recipe that helps is named with its file."""
    recipe = exercise.recipe_for(check.id, check.kind) if check.recipe else None
    if recipe is None:
        return message_of(check)
    file, own = recipe.file, Path(recipe.file.name)  # a learner's folder has a copy
    shown = own if own.is_file() else file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    return [*message_of(replace(check, recipe="")), ("recipe", f"{shown}: {recipe.title}")]


def _is_news(check: CheckResult) -> bool:
    """Whether a check is shown by its title without -v."""
    return check.status in (Status.FAIL, Status.ERROR) or (check.status is Status.PASS and bool(check.advice))


def _passed(report: Report, shown: int) -> str:
    """Return the words for the checks that passed, of which so many are shown already."""
    folded = report.count(Status.PASS) - shown
    if not folded:
        return ""
    if shown:
        return plural("{count} more passed", "{count} more passed", folded)
    return plural("{count} passed", "{count} passed", folded)


def _waiting(checks: int, failures: int) -> str:
    """Return the words for checks that are skipped since so many failures explain them."""
    if not checks:
        return ""
    if failures == 1:
        return plural("{count} more check waits for this", "{count} more checks wait for this", checks)
    return plural("{count} more check waits for these", "{count} more checks wait for these", checks)


def _no_isolation() -> str:
    if sys.platform == "darwin":
        return _("none: bubblewrap exists for Linux only; a script could read and change what you can")
    return _("none: a script could read and change what you can ({doctor} tells more)", doctor=command("doctor"))


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
