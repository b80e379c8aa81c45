"""What is worth a look when nothing fails any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from checker.exercise import Exercise
from checker.expected_graph import expected_outline
from checker.invocation import command
from checker.learner.folder import LearnerFolder
from checker.learner.hints import tasks_of, text_of
from checker.learner.progress import read_progress
from checker.learner.skeleton import is_marked, is_untouched
from checker.learner.tasks import LearnerTask
from checker.outcome import Report
from checker.outline import Node, show_shape
from checker.translation import _, plural

MOST_DIFFERENCES = 5


def when_passed(exercise: Exercise, report: Report) -> Iterator[str]:
    """Yield what no check sees, the tour of the exercise, and how the complete script differs."""
    yield from _todos(text_of(Path(report.script)), tasks_of(exercise))
    yield _("{exercise} is done.", exercise=exercise.id)
    tour = _tour_of(exercise)
    if tour:
        yield _("What TensorBoard shows beyond this: {heading}, in {file}", heading=tour, file=exercise.subject)
    yield from _differences(exercise, report)
    if exercise.solution.is_file():
        yield _("Compare it with the complete script: {script}", script=exercise.solution)


def _todos(script: str, tasks: Sequence[LearnerTask]) -> Iterator[str]:
    """Yield which parts are as the skeleton had them, and how many TODOs stand above parts that are written."""
    unwritten = [task.id for task in tasks if is_untouched(script, task)]
    marks = sum(is_marked(script, task) for task in tasks) - len(unwritten)
    if unwritten:
        parts = ", ".join(unwritten)
        yield _("Every check passes, but this is still as in the skeleton, and no check sees it: {parts}", parts=parts)
    if marks:
        yield plural(
            "{count} TODO stands above a part that is written: take the comment out.",
            "{count} TODOs stand above parts that are written: take the comments out.",
            marks,
        )


def next_after(folder: LearnerFolder, passed: Exercise | None = None, by: str = "") -> str:
    """Return what to do next in a folder: with the key `by` what follows the exercise that passed, else with a command."""
    found = folder.next_one(read_progress(folder.path), passed)
    if found is None:
        return _("All exercises in this folder are done.")
    exercise, _script = found
    return _("Next: {exercise}, {title}: {command}", exercise=exercise.id, title=exercise.title, command=by or command(""))


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
