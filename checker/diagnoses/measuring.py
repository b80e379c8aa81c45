"""Diagnoses of what a training is measured on, and how."""

from __future__ import annotations

from checker.diagnoses.data import rows_of
from checker.diagnoses.places import about_data
from checker.expect import fail
from checker.recompute.examined import Examined
from checker.subjects import Recorded, about
from reference.arrays import FloatArray

TABLE_COLUMNS = 32  # more may be pixels, and these may be constant
FEWEST_ROWS = 30
FAR_OUTSIDE = 0.75  # of the range; some noise around real pixels is a common augmentation


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
                    where = about(f"what is fed to {name} to measure", Recorded(calls.lines))
                    hint = "cut the rows into two parts that share none, and train on the first only"
                    fail(where, "rows that were not trained on", f"{known} of {len(rows)} rows were trained on", hint)


def _is_full_batch(examined: Examined, name: str) -> bool:
    sizes = {sample.shapes[name][0] for sample in examined.trained_samples if sample.shapes.get(name)}
    first = [{row.tobytes() for row in array} for array in examined.fed(name)]
    return len(sizes) == 1 and all(rows == first[0] for rows in first)


def check_test_inputs_are_alike(examined: Examined) -> None:
    """measures on inputs in the range of those that it trained on"""
    for name in examined.input_names:
        array = rows_of(examined.fed(name))
        if not len(array):
            continue
        trained = _range(array)
        for calls in examined.measuring:
            rows = rows_of([sample.arrays[name] for sample in calls.samples if name in sample.arrays])
            if len(rows) < FEWEST_ROWS or rows.shape[1] != array.shape[1]:
                continue
            low, high = _range(rows)
            span = trained[1] - trained[0]
            where = about(f"what is fed to {name} to measure", Recorded(calls.lines))
            ranges = f"{low:.3g} … {high:.3g} to measure, {trained[0]:.3g} … {trained[1]:.3g} to train"
            if span > 0 and (high - low > 8 * span or 8 * (high - low) < span):
                hint = "scale both by the same numbers, those of the training rows"
                fail(where, "inputs in the range of the training", ranges, hint)
            is_bounded = array.shape[1] > TABLE_COLUMNS and (rows.min(), rows.max()) in {(0.0, 1.0), (-1.0, 1.0)}
            if is_bounded and max(low - trained[0], trained[1] - high) > FAR_OUTSIDE * (high - low):
                where = about_data(examined.graph, [name], f"what is given to {name} to train")
                hint = "np.clip after an augmentation keeps pixels in the range of real ones"
                fail(where, "augmented inputs in the range of real ones", ranges, hint)


def _range(rows: FloatArray) -> tuple[float, float]:
    return float(rows.min()), float(rows.max())
