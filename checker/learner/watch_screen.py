"""What `checker watch` shows: the first failure in full, the rest in short, and what to do when an exercise passes."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from checker.evidence.live_points import LivePoint
from checker.exercise import Exercise
from checker.learner.folder import LearnerFolder
from checker.learner.live_curve import LiveCurve
from checker.learner.passed import next_after, when_passed
from checker.learner.progress import not_noted
from checker.outcome import Report, Status
from checker.report.terminal import TerminalReport
from checker.translation import _


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

    def ended(self, exercise: Exercise, report: Report, folder: LearnerFolder) -> None:
        """Show how a check has ended; when it passed, what is next in the folder."""
        self._terminal.finish_short(report, exercise)
        if report.status is Status.PASS:
            self.lines([*when_passed(exercise, report)])
            if exercise.question:
                self.lines([_("Think about it: {question}", question=exercise.question)])
            self.lines([next_after(folder, exercise, by="n")])
        self._keys()

    def answer(self, lines: Sequence[str]) -> None:
        """Show what a key asked for."""
        self.lines(lines)
        self._keys()

    def lines(self, lines: Sequence[str]) -> None:
        """Print some lines; a spinner goes on below them."""
        for line in lines:
            self._console.print(Text(line, overflow="fold"), soft_wrap=not self._console.is_terminal)

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
