"""``python -m reference bands``: run the variations and write the accepted bands that follow from them."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from reference import bands, datasets
from reference.dense import Dense
from reference.descent import Descent
from reference.network import Recipe
from reference.readers import Reader
from reference.regression import least_squares, mean_squared_error
from reference.trained import Job, houses_of, training_images, value_of
from reference.variations import NETWORKS, PLANES, Variations
from reference.workshop_variations import REASONS as WORKSHOP_REASONS

DEGREES = ("well_chosen", "fair", "rough", "too_short", "unseen", "wrong")
SEEDS = {"embedded": 3, "full": 2, "both": 10}  # by edition; Boston is the same in both
QUICK_RUNS, QUICK_IMAGES, QUICK_EPOCHS = 2, 1_000, 3  # runs per degree, and the limits of each run
# One worker per processor, each with one thread for its matrices: this is faster than many threads for one. Sums then have
# the same order whatever the number of processors.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Measure(NamedTuple):
    """A measure that is compared with a band, the side of the bound, and the file of the band."""

    of: str
    side: str
    file: str

    @property
    def worst_and_best(self) -> tuple[Any, Any]:
        """The functions that pick the worst and the best of some values: min and max, or max and min."""
        return (min, max) if self.side == "low" else (max, min)


class Subject(NamedTuple):
    """The data that a band is about, and the command that makes it."""

    measure: Measure
    dataset: str
    edition: str
    command: str


ACCURACY = Measure("accuracy on the 1,000 held-out images", "low", bands.CLASSIFICATION)
ERROR = Measure("mean squared error on the 506 houses, divided by that of least squares", "high", bands.REGRESSION)

OF_IMAGES = (
    "Every honest training passes, also one that could be better: weights drawn with deviation 1, pixels up to 255, descent "
    "at 0.01 for a few epochs, some thousand images. None passes that saw a hundred images, or wrong labels."
)
GOOD_OF_IMAGES = (
    "A network below it passes with advice: well chosen trainings lie above; weights drawn with deviation 1, or a few slow "
    "epochs, leave it below."
)
GOOD_OF_HOUSES = "A fit above it passes with advice: scaled features and enough steps lie below, what stopped early above."
REASONS = {
    ("mnist", "accepted"): OF_IMAGES,
    ("mnist", "good"): GOOD_OF_IMAGES,
    ("fashion_mnist", "accepted"): OF_IMAGES,
    ("fashion_mnist", "good"): GOOD_OF_IMAGES,
    ("rooms", "accepted"): (
        "The usual example passes, 1,000 steps at 0.01 on rooms as they are, from any usual initial value. A "
        "line through the origin, whose intercept was not trained, does not, nor does the mean price."
    ),
    ("rooms", "good"): GOOD_OF_HOUSES,
    ("all features", "accepted"): (
        "Mini-batches, few epochs and features as they are pass, where they end near least squares. The best single feature "
        "does not, nor does the mean price."
    ),
    ("all features", "good"): GOOD_OF_HOUSES,
    **WORKSHOP_REASONS,
}

Say = Callable[[str], None]
Values = dict[str, list[float]]  # name of a run -> its results, one value per seed


def make_bands(folder: str, quick: bool, say: Say) -> None:
    """Measure everything and write the two files. Raises `reference.datasets.DataError` where the full data is missing.

    `quick` is a trial with a few short runs on the embedded images.
    """
    for dataset in ("mnist", "fashion_mnist"):
        # Missing data is better noticed now than after some minutes.
        training_images(dataset, "embedded" if quick else "full")
    os.environ.update(ONE_THREAD)  # for the workers, which import NumPy anew
    os.makedirs(folder, exist_ok=True)
    command = "python -m reference bands" + (" --quick" if quick else "")
    with ProcessPoolExecutor(min(8, os.cpu_count() or 1), multiprocessing.get_context("spawn")) as pool:
        houses = []
        for dataset, variations in PLANES.items():
            measured = run_all(variations, dataset, "both", quick, pool, say)
            houses += bands_of(Subject(ERROR, dataset, "both", command), {**measured, "wrong": wrong_planes(dataset)})
        bands.write(ERROR.file, houses, folder)
        images = []
        for dataset, edition in product(("mnist", "fashion_mnist"), datasets.EDITIONS):
            measured = run_all(NETWORKS[edition], dataset, edition, quick, pool, say)
            images += bands_of(Subject(ACCURACY, dataset, edition, command), measured)
        bands.write(ACCURACY.file, images, folder)


def wrong_planes(dataset: str) -> Values:
    """Return the mean squared errors of the best wrong fits, divided by the smallest possible one."""
    features, prices = houses_of(dataset)
    least = least_squares(features, prices).mse
    others = [np.random.default_rng(seed).permutation(prices) for seed in range(SEEDS["both"])]
    found = {"the mean price": [float(prices.var())]}
    fits = [least_squares(features, other) for other in others]
    found["prices of other houses"] = [mean_squared_error(features @ fit.weights + fit.bias, prices) for fit in fits]
    if features.shape[1] == 1:
        slope = features[:, 0] @ prices / (features[:, 0] @ features[:, 0])
        found["a line through the origin"] = [mean_squared_error(slope * features[:, 0], prices)]
    else:
        found["a single feature"] = [least_squares(features[:, [column]], prices).mse for column in range(features.shape[1])]
    return {name: [error / least for error in errors] for name, errors in found.items()}


def run_all(
    variations: Variations[Any], dataset: str, edition: str, quick: bool, pool: Executor, say: Say
) -> dict[str, Values]:
    """Run every variation with every seed; return the results by degree and name."""
    began = time.monotonic()
    jobs = list(_jobs(variations, dataset, edition, quick))
    measured: dict[str, Values] = {degree: {} for degree in DEGREES}
    for job, value in zip(jobs, pool.map(value_of, jobs)):
        measured[job.degree].setdefault(job.name, []).append(value)
    say(f"{dataset}, {edition}: {len(jobs)} runs, {time.monotonic() - began:.0f} s")
    return measured


def _jobs(variations: Variations[Any], dataset: str, edition: str, quick: bool) -> Iterator[Job]:
    for degree in DEGREES:
        runs = getattr(variations, degree)
        named = list(runs.items()) if isinstance(runs, dict) else [("", run) for run in runs]
        for name, run in named[:QUICK_RUNS] if quick else named:
            how = _shortened(run) if quick else run
            for seed in range(1 if quick else SEEDS[edition]):
                yield Job(degree, name or str(how), dataset, "embedded" if quick else edition, how, seed)


def _shortened(how: Recipe | Descent | Dense | Reader) -> Recipe | Descent | Dense | Reader:
    """Return a training that takes a fraction of a second."""
    if not isinstance(how, Recipe):
        return how
    images = min(how.images or QUICK_IMAGES, QUICK_IMAGES)
    return replace(how, images=images, epochs=min(how.epochs, QUICK_EPOCHS))


def bands_of(subject: Subject, measured: Mapping[str, Values]) -> list[bands.Band]:
    """Return the band of accepted results, and the narrower one of good results."""
    return [accepted_band(subject, measured), _band(subject, "good", measured["well_chosen"], measured["rough"])]


def accepted_band(subject: Subject, measured: Mapping[str, Values]) -> bands.Band:
    """Return the band of accepted results."""
    worst, best = subject.measure.worst_and_best
    honest = {**measured["well_chosen"], **measured["fair"], **measured["rough"]}
    band = _band(subject, "accepted", honest, measured["wrong"])
    return replace(band, too_short=_rounded(worst, measured["too_short"]), unseen=_rounded(best, measured["unseen"]))


def _band(subject: Subject, level: str, honest: Values, wrong: Values) -> bands.Band:
    measure, dataset, edition, command = subject
    worst, best = measure.worst_and_best
    values = [round(value, 3) for reached in honest.values() for value in reached]
    outside = _rounded(best, wrong)
    key, decides = bands.key_of(dataset, edition, level), worst(honest, key=lambda name: worst(honest[name]))
    try:
        bound = bands.bound_between(worst(values), best(outside.values()))
    except ValueError as error:
        raise ValueError(f"{key}: {error}; the worst is {decides}") from error
    return bands.Band(
        file=measure.file,
        key=key,
        side=measure.side,
        bound=bound,
        runs=len(values),
        observed=bands.summary(values),
        wrong=outside,
        texts={
            "of": measure.of,
            "data set": dataset,
            "edition": edition,
            "reason": REASONS[dataset, level],
            "command": command,
            "worst run": decides,
        },
    )


def _rounded(pick: Callable[[list[float]], float], values: Values) -> dict[str, float]:
    """Return the value that `pick` takes from those of each run, rounded to three places."""
    return {name: round(pick(reached), 3) for name, reached in values.items()}
