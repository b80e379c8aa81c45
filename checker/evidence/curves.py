"""Scalar series by what they mean: the loss or the accuracy, under whatever tag a script logs them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from checker.evidence.events import EventLog, Point
from checker.evidence.graph import Graph
from checker.expect import fail, listed

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
        folder = self.logdir if self.run == "." else f"{self.logdir}/{self.run}"
        return f'{folder}, tag "{self.tag}"'

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


def meaning(tag: str) -> str:
    """Return ``loss`` or ``accuracy`` for a tag that says so, "" for another."""
    last = tag.rsplit("/", 1)[-1].lower()
    return _SYNONYMS.get(_KERAS_PREFIX.sub("", last), "")


def structural_tags(graph: Graph, kind: str) -> set[str]:
    """Return the tags under which the graph summarises the loss, or the accuracy.

    An accuracy counts equal pairs; a loss comes from a cross entropy, or from a prediction and a price.
    """
    comparisons = graph.reached_from(graph.of_op(*COMPARISON_OPS))
    losses = graph.reached_from([*graph.cross_entropies(), *(residual.node for residual in graph.residuals())])
    wanted = comparisons if kind == "accuracy" else losses - comparisons
    return {tag for tag, tensor in graph.summaries("ScalarSummary") if tensor.node in wanted}


def _is_numbered(tag: str, kind: str) -> bool:
    return re.fullmatch(rf"{kind}_\d+", tag.rsplit("/", 1)[-1].lower()) is not None
