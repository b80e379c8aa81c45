"""Diagnoses of the labels that were fed."""

from __future__ import annotations

from collections import Counter

import numpy as np

from checker.diagnoses.places import about_data
from checker.diagnoses.targets import classes_of
from checker.evidence.graph import CROSS_ENTROPY_OPS, Graph
from checker.evidence.session_record import Sample
from checker.expect import expect, fail
from checker.recompute.examined import Examined

FEWEST_ROWS = 30
MOSTLY = 0.92  # the share of a class from which on labels are unbalanced
FEWEST_KNOWN = 12  # rows of inputs that were fed again


def check_labels_are_classes(graph: Graph, examined: Examined) -> None:
    """feeds labels that the classes of its scores can have"""
    for entropy in graph.cross_entropies():
        if graph.op(entropy) not in CROSS_ENTROPY_OPS or len(graph.inputs(entropy)) < 2:
            continue
        labels, scores = graph.inputs(entropy)[1], graph.inputs(entropy)[0]
        if graph.ancestors(labels.node) & graph.declared_trainable:  # exchanged, or those of another network
            continue
        found = examined.evaluate([labels, scores], "start", [examined.feeds_of(s) for s in examined.trained_samples[:3]])
        for rows, logits in found or ():
            names = sorted(examined.read_by(labels))
            where = about_data(graph, names, f"the labels of {entropy}")
            if rows.ndim == 1 and rows.size and logits.ndim == 2:
                low, high, classes = int(rows.min()), int(rows.max()), logits.shape[1]
                actual = f"{low} … {high}"
                hint = "count classes from 0, and give the last layer one output per class"
                expect(low >= 0 and high < classes, where, f"classes 0 … {classes - 1}", actual, hint)
            if rows.ndim == 2 and rows.size and rows.shape[1] > 1:
                sums = rows.sum(axis=1)
                actual = f"rows that sum to {sums.min():.4g} … {sums.max():.4g}"
                hint = (
                    "one-hot labels: np.eye(classes)[labels], tf.one_hot; a label outside of its depth gives a row of zeros"
                )
                expect(bool(np.abs(sums - 1).max() < 1e-3), where, "probabilities that sum to 1 in each row", actual, hint)


def check_labels_belong_to_their_inputs(examined: Examined) -> None:
    """feeds the same inputs with the same labels"""
    for inputs in examined.input_names:
        for labels in examined.label_names:
            again, changed = _fed_again(examined.trained_samples, inputs, labels)
            if again >= FEWEST_KNOWN and changed > 0.3 * again:
                where = about_data(examined.graph, [labels, inputs])
                actual = f"{changed} of {again} rows that were fed again had another label"
                hint = (
                    "shuffle inputs and labels by one permutation: order = np.random.permutation(len(x)); x[order], y[order]"
                )
                fail(where, "the same label for the same input", actual, hint)


def _fed_again(samples: list[Sample], inputs: str, labels: str) -> tuple[int, int]:
    """Return how many rows of inputs were fed again, and how many of these with another label."""
    seen: dict[bytes, bytes] = {}
    again = changed = 0
    for sample in samples:
        rows, targets = sample.arrays.get(inputs), sample.arrays.get(labels)
        if rows is None or targets is None or not rows.ndim or not targets.ndim or len(rows) != len(targets):
            continue
        if rows.size < 4 * len(rows):  # few values may be equal by chance
            continue
        here: dict[bytes, bytes] = {}
        for row, target in zip(rows, targets):
            key, label = row.tobytes(), np.asarray(target).tobytes()
            here[key] = label
            if key in seen:
                again += 1
                changed += seen[key] != label
        seen.update(here)
    return again, changed


def check_labels_are_balanced(examined: Examined) -> None:
    """feeds labels of all classes"""
    for name in examined.label_names:
        classes = classes_of(examined.fed(name))
        if len(classes) < FEWEST_ROWS:
            continue
        counts = Counter(classes.tolist())
        (label, most), *others = counts.most_common()
        where = about_data(examined.graph, [name])
        if not others and _scores_of(examined) > 1:
            fail(
                where,
                "labels of several classes",
                f"class {label} only, in {most} rows",
                "shuffle before the split and the batches",
            )
        if others and most > MOSTLY * len(classes):
            actual = f"class {label} in {most / len(classes):.0%} of the rows"
            hint = "always this class looks like a good answer: weigh the classes, draw batches evenly, count hits per class"
            fail(where, "classes that are all often", actual, hint)


def _scores_of(examined: Examined) -> int:
    found = examined.evaluate(examined.predictions[:1], "start")
    return found[0][0].shape[-1] if found and found[0][0].ndim == 2 else 0


def check_batches_are_mixed(examined: Examined, graph: Graph) -> None:
    """mixes the classes in its batches"""
    for name in examined.label_names:
        batches = [classes_of([array]) for array in examined.fed(name)]
        batches = [batch for batch in batches if len(batch) >= 8]
        pure = [int(batch[0]) for batch in batches if (batch == batch[0]).all()]
        if len(batches) >= 4 and len({*pure}) >= 2 and len(pure) > 0.6 * len(batches):
            where = about_data(examined.graph, [name])
            hint = "the data is sorted by class: shuffle it with np.random.permutation before it is cut into batches"
            fail(where, "batches of several classes", f"{len(pure)} of {len(batches)} batches hold one class each", hint)
