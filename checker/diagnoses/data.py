"""Diagnoses of what was fed: inputs and labels of the training, and of what measures it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.diagnoses.evidence import Unexamined
from checker.diagnoses.targets import classes_of
from checker.diagnoses.trends import is_learning
from checker.evidence.graph import CROSS_ENTROPY_OPS, Graph
from checker.evidence.session_record import Sample
from checker.expect import expect, fail, first_few
from checker.recompute.examined import Examined
from checker.subjects import about_feeds
from reference.arrays import FloatArray

LARGE, WIDE = 20.0, 8.0  # of inputs: a greatest value and a deviation from which on they count as not scaled
TINY = 0.01  # 1/255 is 0.0039
SCALING_OPS = {
    "RealDiv",
    "Div",
    "Mul",
    "Sub",
    "Rsqrt",
    "FusedBatchNorm",
    "FusedBatchNormV2",
    "FusedBatchNormV3",
    "Log",
    "Log1p",
}
TABLE_COLUMNS = 32  # more may be pixels, and these may be constant
FEWEST_ROWS = 30
MOSTLY = 0.92  # the share of a class from which on labels are unbalanced
FEWEST_KNOWN = 12  # rows of inputs that were fed again


def check_data_is_fed(examined: Examined, unexamined: Unexamined) -> None:
    """feeds data that can be looked at"""
    if examined.training.count and not examined.input_names:
        unexamined("the data", "feed it through placeholders: what a tf.data pipeline or a constant holds is not recorded")


def check_data_is_finite(examined: Examined) -> None:
    """feeds finite numbers"""
    for sample in examined.trained_samples:
        for name, array in sample.arrays.items():
            if array.dtype.kind != "f" or not array.size:
                continue
            broken = ~np.isfinite(array)
            rows = broken.reshape(len(array), -1).any(axis=1).sum() if array.ndim else broken.sum()
            where = about_feeds(f"what is fed to {name}", [name])
            hint = "look with np.isnan(…).any(axis=0); leave these rows out, or fill them, before the training"
            expect(
                not rows,
                where,
                "finite numbers",
                f"NaN or infinite in {rows} of {len(array) if array.ndim else 1} rows",
                hint,
            )


def check_inputs_are_scaled(graph: Graph, examined: Examined) -> None:
    """feeds inputs of about the size of 1"""
    for name in examined.input_names:
        if _is_scaled_in_the_graph(graph, name):
            continue
        array = _rows(examined.fed(name))
        if not len(array):
            continue
        where = about_feeds(f"what is fed to {name}", [name])
        low, high, deviation = float(array.min()), float(array.max()), float(array.std())
        span = f"{low:.4g} … {high:.4g}, deviation {deviation:.3g}"
        is_picture = array.shape[1] > TABLE_COLUMNS
        greatest = max(abs(low), abs(high))
        if is_picture and greatest < TINY:
            hint = "divide by 255 once: the inputs were scaled twice, and the weights see almost nothing"
            fail(where, "inputs of about the size of 1", span, hint)
        if is_picture and greatest > LARGE and deviation > WIDE:
            fail(where, "inputs of about the size of 1", span, "divide pixels by 255, so that they lie in 0 … 1")
        columns = array.std(axis=0)
        if not is_picture and (columns.max() > 10 * WIDE or np.abs(array).max() > 50 * LARGE) and not is_learning(examined):
            hint = "subtract the mean of each column and divide by its deviation, both of the training rows"
            fail(where, "columns of about the size of 1", f"columns with deviations {_span(columns)}", hint)


def _span(values: FloatArray) -> str:
    return f"{values.min():.3g} … {values.max():.3g}"


def _is_scaled_in_the_graph(graph: Graph, name: str) -> bool:
    """Whether something between a placeholder and the first layer rescales it."""
    reached = graph.reached_from(
        [name], until={node for node in graph.of_op("MatMul", "Conv2D", "BatchMatMulV2")} | graph.sizes
    )
    for node in reached:
        others = [tensor for tensor in graph.inputs(node) if tensor.node not in reached]
        if graph.op(node) in SCALING_OPS - {"Mul"}:
            return True
        if graph.op(node) == "Mul" and any(graph.repeats_a_constant(tensor) for tensor in others):
            return True
    return False


def check_columns_vary(examined: Examined) -> None:
    """feeds columns that vary"""
    for name in examined.input_names:
        array = _rows(examined.fed(name))
        if len(array) < FEWEST_ROWS:
            continue
        where = about_feeds(f"what is fed to {name}", [name])
        constant = (array == array[0]).all(axis=0)
        if constant.all() and array.shape[1] > 1:
            fail(
                where,
                "inputs that differ from row to row",
                "the same row again and again",
                "look at how the batch is cut out",
            )
        # A column of ones is a bias.
        wrong = [int(column) for column in np.flatnonzero(constant) if array[0, column] != 1]
        if wrong and array.shape[1] <= TABLE_COLUMNS and len(array) >= 100:
            columns = first_few([f"column {column} ({array[0, column]:g})" for column in wrong], 3)
            hint = "a constant column tells nothing: an integer division or a scaling by its own value may have made it so"
            fail(where, "columns that vary", f"always the same: {columns}", hint)


def check_labels_are_classes(graph: Graph, examined: Examined) -> None:
    """feeds labels that the classes of its scores can have"""
    for entropy in graph.cross_entropies():
        if graph.op(entropy) not in CROSS_ENTROPY_OPS or len(graph.inputs(entropy)) < 2:
            continue
        labels, scores = graph.inputs(entropy)[1], graph.inputs(entropy)[0]
        found = examined.evaluate([labels, scores], "start", [examined.feeds_of(s) for s in examined.trained_samples[:3]])
        for fed, (rows, logits) in enumerate(found or ()):
            behind = graph.ancestors(labels.node)
            names = [name for name in (*graph.placeholders, *graph.array_defaults) if name in behind]
            where = about_feeds(f"the labels of {entropy}", names)
            if rows.ndim == 1 and rows.size and logits.ndim == 2:
                low, high, classes = int(rows.min()), int(rows.max()), logits.shape[1]
                actual = f"{low} … {high}"
                hint = "count classes from 0, and give the last layer one output per class"
                expect(low >= 0 and high < classes, where, f"classes 0 … {classes - 1}", actual, hint)
            if rows.ndim == 2 and rows.size:
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
                where = about_feeds(f"what is fed to {inputs} and {labels}", [labels, inputs])
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
        where = about_feeds(f"what is fed to {name}", [name])
        if not others and _scores_of(examined) > 1:
            fail(
                where,
                "labels of several classes",
                f"class {label} only, in {most} rows",
                "shuffle before the split and the batches",
            )
        if others and most > MOSTLY * len(classes):
            actual = f"class {label} in {most / len(classes):.0%} of the rows"
            hint = "an answer that is always this class looks good: weigh the classes, draw batches evenly, count hits per class"
            fail(where, "classes that are all often", actual, hint)


def _scores_of(examined: Examined) -> int:
    found = examined.evaluate(examined.predictions[:1], "start")
    return found[0][0].shape[-1] if found and found[0][0].ndim == 2 else 0


def check_batches_are_mixed(examined: Examined, graph: Graph) -> None:
    """mixes the classes in its batches"""
    for name in examined.label_names:
        batches = [classes_of([array]) for array in examined.fed(name)]
        batches = [batch for batch in batches if len(batch) >= 8]
        kinds = {int(batch[0]) for batch in batches if (batch == batch[0]).all()}
        if len(batches) >= 4 and len(kinds) >= 2 and all((batch == batch[0]).all() for batch in batches):
            where = about_feeds(f"what is fed to {name}", [name])
            hint = "the data is sorted by class: shuffle it with np.random.permutation before it is cut into batches"
            fail(where, "batches of several classes", f"each of {len(batches)} batches holds one class", hint)


def check_test_rows_are_new(examined: Examined) -> None:
    """measures on rows that it was not trained on, or on these alone"""
    for name in examined.input_names:
        trained = {row.tobytes() for array in examined.fed(name) for row in array if array.ndim > 1}
        whole = all(s.shapes[name][0] == len(s.arrays[name]) for s in examined.trained_samples if s.shapes.get(name))
        if not whole or not trained or len(examined.training.kinds) != 1:
            continue
        if examined.training.count > len(examined.training.kinds[0].samples) and not _is_full_batch(examined, name):
            continue
        for calls in examined.measuring:
            for sample in calls.samples:
                rows = sample.arrays.get(name)
                if rows is None or rows.ndim < 2 or rows.size < 4 * len(rows) or len(rows) < FEWEST_ROWS:
                    continue
                known = sum(row.tobytes() in trained for row in rows)
                if 0.1 * len(rows) < known < 0.95 * len(rows) and len(rows) < len(trained):
                    where = about_feeds(f"what is fed to {name} to measure", [name])
                    hint = "cut the rows into two parts that share none, and train on the first only"
                    fail(where, "rows that were not trained on", f"{known} of {len(rows)} rows were trained on", hint)


def _is_full_batch(examined: Examined, name: str) -> bool:
    sizes = {sample.shapes[name][0] for sample in examined.trained_samples if sample.shapes.get(name)}
    first = [{row.tobytes() for row in array} for array in examined.fed(name)]
    return len(sizes) == 1 and all(rows == first[0] for rows in first)


def check_test_inputs_are_alike(examined: Examined) -> None:
    """measures on inputs in the range of those that it trained on"""
    for name in examined.input_names:
        array = _rows(examined.fed(name))
        if not len(array):
            continue
        trained = _range(array)
        for calls in examined.measuring:
            rows = _rows([sample.arrays[name] for sample in calls.samples if name in sample.arrays])
            if len(rows) < FEWEST_ROWS or rows.shape[1] != array.shape[1]:
                continue
            low, high = _range(rows)
            span = trained[1] - trained[0]
            where = about_feeds(f"what is fed to {name}", [name])
            ranges = f"{low:.3g} … {high:.3g} to measure, {trained[0]:.3g} … {trained[1]:.3g} to train"
            if span > 0 and (high - low > 8 * span or 8 * (high - low) < span):
                hint = "scale both by the same numbers, those of the training rows"
                fail(where, "inputs in the range of the training", ranges, hint)
            is_bounded = array.shape[1] > TABLE_COLUMNS and (rows.min(), rows.max()) in {(0.0, 1.0), (-1.0, 1.0)}
            if is_bounded and (trained[0] < low - 0.2 * (high - low) or trained[1] > high + 0.2 * (high - low)):
                hint = "np.clip after an augmentation keeps pixels in the range of real ones"
                fail(where, "augmented inputs in the range of real ones", ranges, hint)


def _range(rows: FloatArray) -> tuple[float, float]:
    return float(rows.min()), float(rows.max())


def _rows(arrays: list[NDArray[Any]]) -> FloatArray:
    """Return arrays of rows as one table, [rows, columns]; those of another width than the first are left out."""
    tables = [np.asarray(array, np.float64).reshape(len(array), -1) for array in arrays if array.ndim and len(array)]
    same = [table for table in tables if table.shape[1] == tables[0].shape[1] and np.isfinite(table).all()]
    return np.concatenate(same) if same else np.zeros((0, 0))
