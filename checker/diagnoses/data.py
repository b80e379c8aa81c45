"""Diagnoses of what was fed: inputs and labels of the training, and of what measures it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.diagnoses.evidence import Unexamined
from checker.diagnoses.places import about_data, about_line
from checker.diagnoses.trends import is_learning
from checker.engine.script_run import ScriptRun
from checker.evidence.dataflow import parse_tensor
from checker.evidence.graph import Graph
from checker.expect import expect, fail, first_few
from checker.recompute.examined import Examined
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
SPARSE = 0.02  # of the pixels: so few are as bright as 255
CUTTING = re.compile(
    r"//=?\s*\(?25[56]|(?<!/)/(?!/)[^/<>=]*astype\((?:np\.|tf\.)?u?int"
)  # of pixels; of batches, others are cut
ANY_CUTTING = re.compile(r"//")
CHANNELS = (1, 3)  # of pictures in four dimensions


def check_data_is_fed(examined: Examined, unexamined: Unexamined) -> None:
    """gets data that can be looked at"""
    if examined.training.count and not examined.input_names:
        unexamined(
            "the data", "feed it through placeholders, or read it with tf.data: what a constant holds is not recorded"
        )


def check_data_is_finite(examined: Examined) -> None:
    """feeds finite numbers"""
    for sample in examined.trained_samples:
        for name, array in sample.arrays.items():
            if array.dtype.kind != "f" or not array.size:
                continue
            broken = ~np.isfinite(array)
            rows = broken.reshape(len(array), -1).any(axis=1).sum() if array.ndim else broken.sum()
            where = about_data(examined.graph, [name])
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
        if is_scaled_in_the_graph(graph, name):
            continue
        array = rows_of(examined.fed(name))
        if not len(array):
            continue
        where = about_data(examined.graph, [name])
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


def is_scaled_in_the_graph(graph: Graph, name: str) -> bool:
    """Whether something between a placeholder and the first layer rescales it."""
    source = parse_tensor(name)
    readers = [node for node in graph.readers(source.node) if source in graph.inputs(node)]
    reached = graph.reached_from(readers, until={*graph.of_op("MatMul", "Conv2D", "BatchMatMulV2"), *graph.sizes})
    reached.add(source.node)
    for node in reached:
        others = [tensor for tensor in graph.inputs(node) if tensor.node not in reached]
        if graph.op(node) in SCALING_OPS - {"Mul"}:
            return True
        if graph.op(node) == "Mul" and any(graph.repeats_a_constant(tensor) for tensor in others):
            return True
    return False


def check_inputs_keep_their_fractions(examined: Examined, finished: ScriptRun) -> None:
    """feeds inputs that were not cut to whole numbers"""
    for name in examined.input_names:
        array = rows_of(examined.fed(name))
        if len(array) < FEWEST_ROWS or array.shape[1] <= TABLE_COLUMNS or not set(np.unique(array)) <= {0.0, 1.0}:
            continue
        cut = about_line(finished, CUTTING, f"what is fed to {name}")
        # Words as one-hot rows and drawings of ink and paper are 0 and 1, too.
        if not cut and array.mean() < SPARSE and any(a.ndim == 4 and a.shape[3] in CHANNELS for a in examined.fed(name)):
            cut = about_line(finished, ANY_CUTTING, f"what is fed to {name}")
        if cut:
            where = cut
            actual = f"0 and 1 only, with 1 in {array.mean():.1%} of the pixels"
            hint = "// cuts the fraction off, and so does a conversion to whole numbers: divide with /, as float32"
            fail(where, "pixels between 0 and 1", actual, hint)


def check_columns_vary(examined: Examined) -> None:
    """feeds columns that vary"""
    for name in examined.input_names:
        array = rows_of(examined.fed(name))
        if len(array) < FEWEST_ROWS:
            continue
        where = about_data(examined.graph, [name])
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


def rows_of(arrays: list[NDArray[Any]]) -> FloatArray:
    """Return arrays of rows as one table, [rows, columns]; those of another width than the first are left out."""
    tables = [np.asarray(array, np.float64).reshape(len(array), -1) for array in arrays if array.ndim and len(array)]
    same = [table for table in tables if table.shape[1] == tables[0].shape[1] and np.isfinite(table).all()]
    return np.concatenate(same) if same else np.zeros((0, 0))
