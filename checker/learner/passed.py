"""What is worth a look when nothing fails any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.exercise import Exercise
from checker.expected_graph import expected_outline
from checker.invocation import command
from checker.learner.folder import LearnerFolder
from checker.learner.overview import parts_left
from checker.learner.progress import read_progress
from checker.outcome import Report
from checker.outline import Node, show_shape
from checker.translation import _, plural

MOST_DIFFERENCES = 5


def when_passed(exercise: Exercise, report: Report) -> Iterator[str]:
    """Yield what no check sees, the tour of the exercise, and how the complete script differs."""
    left = parts_left(report.script, exercise)
    if left:
        yield plural(
            "Everything passes, but {count} TODO is left: no check sees that part.",
            "Everything passes, but {count} TODOs are left: no check sees those parts.",
            left,
        )
    yield _("{exercise} is done.", exercise=exercise.id)
    tour = _tour_of(exercise)
    if tour:
        yield _("See more in TensorBoard: {file}, {heading}", file=exercise.subject, heading=tour)
    yield from _differences(exercise, report)
    if exercise.solution.is_file():
        yield _("Compare it with the complete script: {script}", script=exercise.solution)


def next_after(folder: LearnerFolder) -> str:
    """Return what to do next in a folder, when a script of it has passed."""
    found = folder.next_one(read_progress(folder.path))
    if found is None:
        return _("All exercises in this folder are done.")
    exercise, _script = found
    return _("Next: {exercise}, {title}: {command}", exercise=exercise.id, title=exercise.title, command=command(""))


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
