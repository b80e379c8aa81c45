"""Scalar series by what they mean: the loss or the accuracy, under whatever tag a script logs them."""

from __future__ import annotations

import itertools
import re
from contextlib import suppress
from dataclasses import dataclass

from checker.evidence.events import EventLog, Point
from checker.evidence.graph import Graph
from checker.expect import expect_increasing, fail, listed
from checker.outcome import Mismatch

COMPARISON_OPS = {"Equal", "InTopK", "InTopKV2"}  # an accuracy counts equal pairs; a loss does not

# Last component of a tag -> what it stands for. Keras prefixes epoch_ and batch_, and val_ for the validation data.
_KERAS_PREFIX = re.compile(r"^(epoch_|batch_)?(val_)?")
_SYNONYMS = {
    "loss": "loss",
    "acc": "accuracy",
    "accuracy": "accuracy",
    "categorical_accuracy": "accuracy",
    "sparse_categorical_accuracy": "accuracy",
}


def series(logdir: str, run: str, tag: str) -> str:
    """Return a series as a TensorBoard user finds it."""
    return f'{run_folder(logdir, run)}, tag "{tag}"'


def run_folder(logdir: str, run: str) -> str:
    """Return the folder of a run: the logdir itself for "."."""
    return logdir if run == "." else f"{logdir}/{run}"


@dataclass(frozen=True)
class Curve:
    """One series of points."""

    logdir: str
    run: str  # relative to the logdir, "." for itself
    tag: str
    points: list[Point]

    @property
    def where(self) -> str:
        """The curve as a TensorBoard user finds it."""
        return series(self.logdir, self.run, self.tag)

    @property
    def values(self) -> list[float]:
        """The logged values."""
        return [point.value for point in self.points]

    @property
    def tail(self) -> float:
        """The mean of its last tenth, which a noisy mini-batch moves less than the last value."""
        last = self.values[-max(1, len(self.points) // 10) :]
        return sum(last) / len(last)

    @property
    def steps(self) -> list[int]:
        """The steps they were logged at."""
        return [point.step for point in self.points]

    def require_growing_steps(self) -> None:
        """Raise `Mismatch` unless every step is larger than the one before it; where the steps go back, say why they do."""
        returns = [(before, after) for before, after in itertools.pairwise(self.points) if after.step < before.step]
        if not returns:
            expect_increasing(self.steps, self.where, "pass the step: writer.add_summary(summary, step)")
            return
        before, after = returns[0]
        actual = f"step {after.step} follows step {before.step}"
        hint = "TensorBoard draws a zigzag, or drops what came before: count on through all epochs; one training a folder"
        if after.file != before.file:
            actual += ", where a second event file of the run begins"
            hint = "TensorBoard draws both as one zigzag, or shows the last only: one FileWriter and one training a folder"
        elif len(returns) > 1:
            actual += f", and {len(returns) - 1} times more in {len(self.points)} points"
        fail(self.where, "steps that increase", actual, hint)

    @property
    def of_validation(self) -> bool:
        """Whether Keras marked the tag as one of the validation data."""
        match = _KERAS_PREFIX.match(self.tag.rsplit("/", 1)[-1])
        return bool(match and match[2])


def find_curves(log: EventLog, graph: Graph, logdir: str, kind: str) -> list[Curve]:
    """Return the curves of a kind, ``loss`` or ``accuracy``: by their tag, or because the graph summarises that tensor.

    Raises `Mismatch` when there is none, listing the tags that are there and why a near miss is named as it is.
    """
    named = {tag for _, tag, _ in log.scalars() if meaning(tag) == kind}
    tags = named or {tag for tag in structural_tags(graph, kind) if not _is_numbered(tag, kind)}
    curves = [Curve(logdir, run.name, tag, points) for run, tag, points in log.scalars() if tag in tags]
    if not curves:
        found = [f"{tag} (run {run.name})" for run, tag, _ in log.scalars()]
        numbered = [tag for _, tag, _ in log.scalars() if _is_numbered(tag, kind)]
        hint = f'tf.summary.scalar("{kind}", …), run it, and writer.add_summary(summary, step)'
        if numbered:
            hint = (
                f"{numbered[0]}: the name {kind} was taken when the summary was made, by a scope or another summary, so "
                f"TensorFlow numbered it; rename the other, or make the summary once"
            )
        fail(logdir, f'scalars with the tag "{kind}"', listed(found, "no scalars at all"), hint)
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

    An accuracy counts equal pairs. A loss is what is minimised; where that itself is not summarised, what comes from a
    cross entropy, or from a prediction and a price, and is no accuracy and nothing of a gradient.
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


def _is_numbered(tag: str, kind: str) -> bool:
    return re.fullmatch(rf"{kind}_\d+", tag.rsplit("/", 1)[-1].lower()) is not None
