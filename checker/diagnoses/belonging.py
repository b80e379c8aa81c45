"""Whether labels belong to their inputs: by what is known of rows that were fed, beside what the network learnt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from checker.diagnoses.data import rows_of
from checker.diagnoses.places import about_data
from checker.diagnoses.targets import classes_of
from checker.diagnoses.training import movements
from checker.diagnoses.trends import only_guesses
from checker.expect import fail, first_few
from checker.recompute.examined import Examined
from reference.arrays import FloatArray

FEWEST_ROWS = 100
MOST_ROWS = 1_000
NEIGHBOURS = 5
DEVIATIONS = 3.0  # of a share that is right by chance
HARDLY_BETTER = 0.85  # of the loss of guessing: rows that were learnt by heart make it fall a little
MOVED = 1e-2  # weights, relative to their size: a training that went on for a while
OFTEN = 0.05  # of the rows that are measured: a class that is no accident


def check_labels_depend_on_inputs(examined: Examined) -> None:
    """feeds labels that its inputs tell something of"""
    if only_guesses(examined, HARDLY_BETTER) is None or max(movements(examined).values(), default=0.0) < MOVED:
        return
    for inputs in examined.input_names[:1]:
        for labels in examined.label_names:
            rows, classes = _pairs(examined, inputs, labels)
            if len(rows) < FEWEST_ROWS or len(np.unique(classes)) < 2:
                continue
            right, by_chance = _by_neighbours(rows, classes), float(np.mean(_shares(classes)[classes]))
            if right > by_chance + DEVIATIONS * np.sqrt(by_chance * (1 - by_chance) / len(rows)):
                return
            where = about_data(examined.graph, [labels, inputs])
            actual = (
                f"the network learns nothing, and of {len(rows)} rows the nearest neighbours have the same label by chance"
            )
            hint = "were inputs and labels shuffled or cut apart? print some labels before the loop, and draw their inputs"
            fail(where, "similar inputs with the same label more often than by chance", actual, hint)


def _pairs(examined: Examined, inputs: str, labels: str) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return different rows that were fed, with their classes."""
    known: dict[bytes, tuple[FloatArray, int]] = {}
    for sample in examined.trained_samples:
        if inputs in sample.arrays and labels in sample.arrays:
            rows, classes = rows_of([sample.arrays[inputs]]), classes_of([sample.arrays[labels]])
            if len(rows) == len(classes):
                known.update({row.tobytes(): (row, int(label)) for row, label in zip(rows, classes)})
    chosen = [*known.values()][:MOST_ROWS]
    return np.array([row for row, _ in chosen]), np.array([label for _, label in chosen], np.int64)


def _shares(classes: NDArray[np.int64]) -> FloatArray:
    shares: FloatArray = np.bincount(classes) / len(classes)
    return shares


def _by_neighbours(rows: FloatArray, classes: NDArray[np.int64]) -> float:
    """Return the mean share of the nearest neighbours of each row that have its label."""
    scaled = (rows - rows.mean(axis=0)) / np.maximum(rows.std(axis=0), 1e-9)
    squares = (scaled**2).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2 * scaled @ scaled.T
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1)[:, :NEIGHBOURS]
    return float(np.mean(classes[nearest] == classes[:, None]))


def check_labels_are_alike(examined: Examined) -> None:
    """measures with the classes that it trained with"""
    for name in examined.label_names:
        trained = classes_of(examined.fed(name))
        if len(trained) < FEWEST_ROWS:
            continue
        for calls in examined.measuring:
            measured = classes_of([sample.arrays[name] for sample in calls.samples if name in sample.arrays])
            missing = np.setdiff1d(measured, trained)
            if not len(measured) or np.isin(measured, missing).mean() < OFTEN:
                continue
            where = about_data(examined.graph, [name])
            never = first_few([f"{label}" for label in missing.tolist()], 5)
            actual = (
                f"{trained.min()} … {trained.max()} to train, never {never}; {measured.min()} … {measured.max()} to measure"
            )
            hint = "count classes from 0 in both parts, and cut both from the same shuffled rows"
            fail(where, "labels of the same classes to train and to measure", actual, hint)
