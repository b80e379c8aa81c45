"""Scalar series by their meaning: the loss or the accuracy, whatever tag a script gives them."""

from __future__ import annotations

import itertools
import re
from contextlib import suppress
from dataclasses import dataclass

from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.evidence.runs import Point
from checker.expect import expect_increasing, fail, listed
from checker.outcome import Mismatch
from checker.subjects import PointsOf, SummarisedAs, SummaryOf, about

COMPARISON_OPS = {"Equal", "InTopK", "InTopKV2"}  # an accuracy is computed from one of these; a loss is not

# Last component of a tag -> its meaning. Keras adds the prefixes epoch_ and batch_, and val_ for the validation data.
_KERAS_PREFIX = re.compile(r"^(epoch_|batch_)?(val_)?")

# Whose images a curve measures, by words in its tag, else in the folder of its run, the innermost first.
TRAINING, TEST = "training", "test"
ROLES = {
    **dict.fromkeys(("train", "training", "entrainement", "apprentissage"), TRAINING),
    **dict.fromkeys(("test", "testing", "val", "valid", "validation", "eval", "evaluation", "dev"), TEST),
}
_SYNONYMS = {
    "loss": "loss",
    "acc": "accuracy",
    "accuracy": "accuracy",
    "categorical_accuracy": "accuracy",
    "sparse_categorical_accuracy": "accuracy",
}


def series(logdir: str, run: str, tag: str) -> str:
    """Return where a TensorBoard user finds a series."""
    return f'{run_folder(logdir, run)}, tag "{tag}"'


def run_folder(logdir: str, run: str) -> str:
    """Return the folder of a run; "." is the logdir itself. A logdir "." is the working folder."""
    return logdir if run == "." else run if logdir == "." else f"{logdir}/{run}"


@dataclass(frozen=True)
class Curve:
    """One series of points."""

    logdir: str
    run: str  # relative to the logdir, "." for the logdir itself
    tag: str
    points: list[Point]
    asked_for: str = ""  # the tag that the script gave, where TensorFlow put a number behind it

    @property
    def where(self) -> str:
        """Where a TensorBoard user finds the curve."""
        folder = run_folder(self.logdir, self.run)
        return about(series(self.logdir, self.run, self.tag), SummaryOf(folder, self.tag))

    @property
    def where_computed(self) -> str:
        """The same for a message on what its values are."""
        return about(self.where, SummarisedAs(self.tag), SummaryOf(run_folder(self.logdir, self.run), self.tag))

    @property
    def where_written(self) -> str:
        """The same for a message on how its points were written."""
        folder = run_folder(self.logdir, self.run)
        return about(self.where, PointsOf(folder, self.tag))

    @property
    def values(self) -> list[float]:
        """The logged values."""
        return [point.value for point in self.points]

    @property
    def tail(self) -> float:
        """The mean of its last tenth: less noisy than the last value of a mini-batch."""
        last = self.values[-max(1, len(self.points) // 10) :]
        return sum(last) / len(last)

    @property
    def steps(self) -> list[int]:
        """The steps they were logged at."""
        return [point.step for point in self.points]

    def require_growing_steps(self) -> None:
        """Raise `Mismatch` unless every step is larger than the one before; where steps go back, the message says why."""
        returns = [(before, after) for before, after in itertools.pairwise(self.points) if after.step < before.step]
        if not returns:
            different = len(set(self.steps))
            hint = "pass the step, the second argument of writer.add_summary: without it, all points lie at one step"
            if 1 < different < len(self.points):
                hint = "log each step once: a second point at a step hides behind the first"
            if 1 < different <= len(self.points) // 2:
                hint = (
                    f"{len(self.points)} points share {different} steps: a number that is the same for several points was "
                    "passed, such as the epoch: count batches"
                )
            expect_increasing(self.steps, self.where_written, hint)
            return
        before, after = returns[0]
        actual = f"step {after.step} follows step {before.step}"
        hint = "TensorBoard draws a zigzag, or drops earlier points: count on through all epochs, one training per folder"
        if after.file != before.file:
            actual += ", where a second event file of the run begins"
            hint = "TensorBoard draws both as one zigzag, or shows the last only: one FileWriter and one training per folder"
        elif len(returns) > 1:
            actual += f", and {len(returns) - 1} times more in {len(self.points)} points"
        fail(self.where_written, "steps that increase", actual, hint)

    @property
    def of_validation(self) -> bool:
        """Whether Keras marked the tag as one of validation data."""
        match = _KERAS_PREFIX.match(self.tag.rsplit("/", 1)[-1])
        return bool(match and match[2])

    @property
    def role(self) -> str:
        """Whose images it measures by its name: TRAINING, TEST, or "" where it does not say."""
        for part in (*reversed(self.tag.split("/")), *reversed(self.run.split("/"))):
            found = {ROLES[word] for word in re.split(r"[^a-z]+", part.lower()) if word in ROLES}
            if len(found) == 1:
                return found.pop()
        return ""


def find_curves(log: EventLog, graph: Graph, logdir: str, kind: str) -> list[Curve]:
    """Return the curves of a kind, ``loss`` or ``accuracy``, found by their tag, else by the summarised tensor.

    Raises `Mismatch` when there is none, with the tags that exist and the reason for a tag that nearly fits.
    """
    named = {tag for _, tag, _ in log.scalars() if meaning(tag) == kind}
    renamed = {} if named else _renamed(log, graph, kind)
    tags = named or renamed.keys() or {tag for tag in structural_tags(graph, kind) if not _is_numbered(tag, kind)}
    curves = [
        Curve(logdir, run.name, tag, points, renamed.get(tag, "")) for run, tag, points in log.scalars() if tag in tags
    ]
    if not curves:
        found = [f"{tag} (run {run.name})" for run, tag, _ in log.scalars()]
        numbered = [tag for _, tag, _ in log.scalars() if _is_numbered(tag, kind)]
        hint = f'tf.summary.scalar("{kind}", …), run it, and writer.add_summary(summary, step)'
        if numbered:
            hint = (
                f"{numbered[0]}: the name {kind} was taken when the summary was made, by a scope or another summary, so "
                f"TensorFlow numbered it; rename the other, or make the summary once"
            )
        runs = ((run_folder(logdir, run.name), tag) for run, tag, _ in log.scalars() if tag in numbered[:1])
        where = about(logdir, *(SummaryOf(folder, tag) for folder, tag in runs))
        expected, why = f'scalars with the tag "{kind}"', "numbered-tag" if numbered else ""
        fail(where, expected, listed(found, "no scalars at all"), hint, why)
    return curves


def all_curves(log: EventLog, graph: Graph, logdir: str) -> list[Curve]:
    """Return every scalar series: losses, then accuracies, then the others."""
    curves = []
    for kind in ("loss", "accuracy"):
        with suppress(Mismatch):
            curves += find_curves(log, graph, logdir, kind)
    known = {(curve.run, curve.tag) for curve in curves}
    others = ((run, tag, points) for run, tag, points in log.scalars() if (run.name, tag) not in known)
    return curves + [Curve(logdir, run.name, tag, points) for run, tag, points in others]


def training_loss(log: EventLog) -> list[float]:
    """Return the values of the longest series whose tag speaks of the loss and not of validation; [] where there is none.

    Series of a run with ``train`` in its name come first, however long the others are.
    """
    candidates = [
        ("train" in run.name.lower(), len(points), [point.value for point in points])
        for run, tag, points in log.scalars()
        if "loss" in tag.lower() and "val" not in tag.lower()
    ]
    return max(candidates, default=(False, 0, []), key=lambda candidate: candidate[:2])[2]


def meaning(tag: str) -> str:
    """Return ``loss`` or ``accuracy`` for a tag that says so, "" for another."""
    last = tag.rsplit("/", 1)[-1].lower()
    return _SYNONYMS.get(_KERAS_PREFIX.sub("", last), "")


def structural_tags(graph: Graph, kind: str) -> set[str]:
    """Return the tags under which the graph summarises the loss, or the accuracy.

    An accuracy is computed from a comparison. A loss is the tensor that is minimised. Where that is not summarised, it is
    computed from a cross entropy, or from a prediction and its target. Accuracies and parts of a gradient do not count.
    """
    summaries = [(tag, graph.handed_on_from(tensor)) for tag, tensor in graph.summaries("ScalarSummary")]
    comparisons = graph.reached_from(graph.of_op(*COMPARISON_OPS))
    if kind == "accuracy":
        return {tag for tag, tensor in summaries if tensor.node in comparisons}
    minimised = {loss.tensor for loss in graph.losses}
    gradients = graph.reached_from(loss.seed for loss in graph.losses)
    compared = graph.reached_from([*graph.cross_entropies(), *(residual.node for residual in graph.residuals())])
    exact = {tag for tag, tensor in summaries if tensor in minimised}
    return exact or {tag for tag, tensor in summaries if tensor.node in compared - comparisons - gradients}


def _renamed(log: EventLog, graph: Graph, kind: str) -> dict[str, str]:
    """Return the numbered tag of a kind with the tag that the script asked for: a name scope had taken the name.

    Two numbered tags are summaries made twice, or in a loop; then nothing is returned.
    """
    numbered = {tag for _, tag, _ in log.scalars() if _is_numbered(tag, kind)}
    if len(numbered) != 1:
        return {}
    (tag,) = numbered
    asked_for = tag.rsplit("_", 1)[0]
    taken = any(name == asked_for or name.startswith(f"{asked_for}/") for name in graph.nodes)
    made = [node for node in graph.of_op("ScalarSummary") if node == asked_for]
    return {tag: asked_for} if taken and not made else {}


def _is_numbered(tag: str, kind: str) -> bool:
    return re.fullmatch(rf"{kind}_\d+", tag.rsplit("/", 1)[-1].lower()) is not None
