"""What `checker watch` shows: the first failure in full, the rest in short, and what to do when an exercise passes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from checker.evidence.live_points import LivePoint
from checker.exercise import Exercise
from checker.expected_graph import expected_outline
from checker.learner.live_curve import LiveCurve
from checker.learner.overview import parts_left
from checker.learner.progress import not_noted
from checker.outcome import Report, Status
from checker.outline import Node, show_shape
from checker.report.terminal import TerminalReport
from checker.translation import _, plural

MOST_DIFFERENCES = 5


class WatchScreen:
    """Prints on a terminal that is cleared for each check; elsewhere one report follows the other."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._terminal = TerminalReport(console)
        self._address = ""  # of TensorBoard, once it is started
        self._curve = LiveCurve()

    def begins(self, exercise: Exercise) -> None:
        """Tell that a check has begun."""
        self._terminal.stop_spinner()
        if self._console.is_terminal:
            self._console.clear()
        self._console.print(Text.assemble((exercise.id, "bold"), f"  {exercise.title}"))
        self._curve = LiveCurve()
        self._terminal.spin(exercise)

    def trains(self, point: LivePoint) -> None:
        """Draw the curve of the loss beside the spinner, with one more point."""
        self._curve.add(point)
        self._terminal.beside_spinner(str(self._curve))

    def ended(self, exercise: Exercise, report: Report) -> None:
        """Show how a check has ended."""
        self._terminal.finish_short(report, exercise)
        if report.status is Status.PASS:
            self.lines([*_when_passed(exercise, report)])
        self._keys()

    def answer(self, lines: Sequence[str]) -> None:
        """Show what a key asked for."""
        self.lines(lines)
        self._keys()

    def lines(self, lines: Sequence[str]) -> None:
        """Print some lines; a spinner goes on below them."""
        for line in lines:
            self._console.print(Text(line), soft_wrap=True)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._terminal.stop_spinner()

    def all_done(self) -> None:
        """Tell that nothing is left to do."""
        self.lines([_("All exercises in this folder are done. A script is checked when you save it.")])
        self._keys()

    def board_starts(self) -> None:
        """Tell that TensorBoard needs a moment."""
        self.lines([_("TensorBoard is starting …")])

    def board(self, address: str, problem: str) -> None:
        """Show the address of TensorBoard, or why it did not start."""
        self._address = address
        if problem:
            self.lines([problem])
        self._keys()

    def process_ended(self) -> None:
        """Tell that the process of the checks has ended by itself."""
        self._terminal.stop_spinner()
        self.lines([_("The process that checks has ended by itself, perhaps for lack of memory. Save again for a new one.")])

    def cannot_note(self, error: OSError) -> None:
        """Tell that progress is not remembered."""
        self.lines([not_noted(error)])

    def _keys(self) -> None:
        if self._console.is_terminal:
            self._console.print(Text(_("h hint · t TensorBoard · n next · l list · q quit"), style="dim"))
            if self._address:
                self._console.print(Text(_("TensorBoard: {address}/", address=self._address), style="dim"))


def _when_passed(exercise: Exercise, report: Report) -> Iterator[str]:
    """Yield what is worth a look when nothing fails any more."""
    left = parts_left(report.script, exercise)
    if left:
        yield plural(
            "Everything passes, but {count} TODO is left: no check sees that part.",
            "Everything passes, but {count} TODOs are left: no check sees those parts.",
            left,
        )
    yield _("{exercise} is done.", exercise=exercise.id)
    if exercise.question:
        yield _("Think about it: {question}", question=exercise.question)
    tour = _tour_of(exercise)
    if tour:
        yield _("See more in TensorBoard: {file}, {heading}", file=exercise.subject, heading=tour)
    yield from _differences(exercise, report)
    if exercise.solution.is_file():
        yield _("Compare it with the complete script: {script}", script=exercise.solution)


def _tour_of(exercise: Exercise) -> str:
    """Return the heading of the exercise's tour in the subjects, "" where there is none."""
    if exercise.subject is None:
        return ""
    headings = (line.lstrip("# ") for line in exercise.subject.read_text("utf-8").splitlines() if line.startswith("### "))
    return next((heading for heading in headings if f" {exercise.id}:" in heading), "")


def _differences(exercise: Exercise, report: Report) -> Iterator[str]:
    """Yield how the graph of the complete script differs."""
    expected = expected_outline(exercise)
    if report.graph is None or expected is None or not report.graph.differs:
        return
    without = [expected.nodes[index] for index in report.graph.missing]
    besides = [node for node in report.graph.nodes if node.mark]
    if without:
        yield _("Only the graph of the complete script has: {nodes}", nodes=_listed(without))
    if besides:
        yield _("Only your graph has: {nodes}", nodes=_listed(besides))


def _listed(nodes: Sequence[Node]) -> str:
    more = [f"… {len(nodes) - MOST_DIFFERENCES}"] if len(nodes) > MOST_DIFFERENCES else []
    return ", ".join([f"{node.kind} {show_shape(node.shape)}" for node in nodes[:MOST_DIFFERENCES]] + more)
