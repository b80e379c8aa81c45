"""The band of the reference's curves: the range of loss and accuracy at each step of well chosen trainings.

``python -m reference curves`` records it in ``expected/curves.json``, from the embedded data. The reports of a correction
session show it behind the curves of learners.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any

import numpy as np

from reference import datasets
from reference.bands import FOLDER
from reference.classification import accuracy, cross_entropy
from reference.descent import course as descent_course
from reference.descent import prepared
from reference.held_out import held_out
from reference.layers import forward
from reference.network import Recipe, as_fed
from reference.network import course as network_course
from reference.regression import ROOMS, mean_squared_error
from reference.variations import NETWORKS, PLANES

FILE = "curves.json"
COMMAND = "python -m reference curves"
SEEDS = 3  # per line and plane; a network has one
PLACES = 4  # significant digits that are kept
LINE_STEPS, PLANE_STEPS = 200, 400  # as many as the solutions take
NETWORK_STEPS, NETWORK_EVERY = 400, 20
EPOCHS = 5
KINDS = ("loss", "accuracy")
KERAS_TAGS = {"loss": ("epoch_loss",), "accuracy": ("epoch_accuracy", "epoch_acc")}  # of its callback, by version

Reached = dict[int, dict[str, float]]  # step -> tag -> value


@dataclass(frozen=True)
class CurveBand:
    """The lowest and the highest value of any training at each step, for one exercise and tag."""

    steps: tuple[int, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def record(folder: str, say: Callable[[str], None]) -> None:
    """Run the trainings and write the file, which takes some minutes."""
    found = {}
    for exercise, steps, runs in (
        ("ex02", "steps", _lines("rooms", LINE_STEPS, 2)),
        ("ex03", "steps", _lines("all features", PLANE_STEPS, 4)),
        ("ex04", "steps", _networks("mnist")),
        ("ex05", "epochs", _epochs("mnist")),
        ("ex06", "epochs", _epochs("fashion_mnist")),
    ):
        reached = list(runs)
        found[exercise] = {"runs": len(reached), "steps": steps, "tags": _band(reached)}
        say(f"{exercise}: {len(reached)} trainings")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, FILE), "w", encoding="utf-8") as opened:
        opened.write(_as_text({"command": COMMAND, "curves": found}))


@lru_cache(maxsize=4)
def curve_bands(exercise: str, folder: str = FOLDER) -> Mapping[str, CurveBand]:
    """Return the bands of an exercise by tag, those over epochs under the tags of Keras, too; {} where it has no curves."""
    with open(os.path.join(folder, FILE), encoding="utf-8") as opened:
        content = json.load(opened)["curves"]
    found = content.get(exercise, {"steps": "", "tags": {}})
    bands = {}
    for kind, band in found["tags"].items():
        for tag in (kind, *(KERAS_TAGS[kind] if found["steps"] == "epochs" else ())):
            bands[tag] = CurveBand(*(tuple(band[key]) for key in ("steps", "low", "high")))
    return bands


def _lines(dataset: str, most: int, every: int) -> Iterator[Reached]:
    houses = datasets.boston()
    features = houses.data[:, [ROOMS]] if dataset == "rooms" else houses.data
    for how in PLANES[dataset].well_chosen:
        columns = prepared(features, how.features)
        for seed in range(SEEDS):
            yield {
                step: {"loss": mean_squared_error(columns @ weights + bias, houses.target)}
                for step, (weights, bias) in enumerate(islice(descent_course(how, columns, houses.target, seed), most))
                if step % every == 0
            }


def _networks(dataset: str) -> Iterator[Reached]:
    """Yield loss and accuracy on the held-out images, by step."""
    (images, labels), _ = datasets.mnist("embedded")
    for recipe in NETWORKS["embedded"].well_chosen:
        training = islice(network_course(recipe, images, labels, 0), NETWORK_STEPS)
        yield {
            step: dict(zip(KINDS, _measured(recipe, parameters, dataset)))
            for step, parameters in enumerate(training)
            if step % NETWORK_EVERY == 0
        }


def _epochs(dataset: str) -> Iterator[Reached]:
    """Yield loss and accuracy on the held-out images after each epoch."""
    (images, labels), _ = (datasets.mnist if dataset == "mnist" else datasets.fashion_mnist)("embedded")
    for recipe in NETWORKS["embedded"].well_chosen:
        each = -(-len(images[: recipe.images]) // recipe.batch)  # steps per epoch
        last = min(recipe.epochs, EPOCHS)
        training = islice(network_course(recipe, images, labels, 0), last * each + 1)
        yield {
            step // each - 1: dict(zip(KINDS, _measured(recipe, parameters, dataset)))
            for step, parameters in enumerate(training)
            if step and step % each == 0
        }


def _measured(recipe: Recipe, parameters: Any, dataset: str) -> tuple[float, float]:
    images, labels = held_out(dataset)
    logits = forward(parameters, as_fed(images, recipe.ink), recipe.activation)[1]
    return cross_entropy(logits, labels), accuracy(logits, labels)


def _band(reached: list[Reached]) -> dict[str, dict[str, list[float]]]:
    """Return the lowest and the highest value at each step; a training that ended earlier keeps its last value."""
    common = sorted(set.union(*(set(run) for run in reached)))
    tags = list(reached[0][common[0]])
    for run in reached:
        for before, step in pairwise(common):
            run.setdefault(step, run[before])
    return {
        tag: {
            "steps": [*common],
            "low": [_rounded(min(run[step][tag] for run in reached)) for step in common],
            "high": [_rounded(max(run[step][tag] for run in reached)) for step in common],
        }
        for tag in tags
    }


def _rounded(value: float) -> float:
    return float(np.format_float_positional(value, PLACES, fractional=False))


def _as_text(content: object) -> str:
    """Return JSON with one line per list of numbers."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return text.replace("\n      ", " ").replace("\n     ]", " ]") + "\n"
