"""``python -m reference workshops``: train the networks of the workshops, and write the bands that follow from it."""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from reference import bands, datasets, housing, pairs
from reference.dense import Dense, train
from reference.held_out import held_out
from reference.layers import forward
from reference.letter_variations import READERS
from reference.measure import ONE_THREAD, Measure, Say, Subject, bands_of, run_all
from reference.network import as_fed
from reference.workshop_variations import DIGITS, IMAGES, LOGISTICS, MLPS, NEURONS

OF_NETWORKS = Measure("accuracy on the 1,000 held-out images", "low", bands.WORKSHOPS)
OF_LETTERS = Measure("accuracy on the 1,000 held-out letters", "low", bands.WORKSHOPS)
HONEST = (*NEURONS.well_chosen, *NEURONS.fair, *NEURONS.rough)
SEED = 0
NETWORKS = {"mlp": MLPS, "logistic": LOGISTICS, "digits": DIGITS, "images": IMAGES}


class PairJob(NamedTuple):
    """All runs of one neuron on two digits."""

    edition: str
    digits: tuple[int, int]


def make_bands(folder: str, say: Say) -> None:
    """Measure and write both files. Raises `reference.datasets.DataError` where the full data is missing."""
    datasets.mnist("full")
    datasets.fashion_mnist("full")
    os.environ.update(ONE_THREAD)  # for the workers, which import NumPy anew
    os.makedirs(folder, exist_ok=True)
    command = "python -m reference workshops"
    with ProcessPoolExecutor(min(8, os.cpu_count() or 1), multiprocessing.get_context("spawn")) as pool:
        networks, neurons = [], {}
        for edition in datasets.EDITIONS:
            for name, variations in NETWORKS.items():
                measured = run_all(variations, name, edition, False, pool, say)
                networks += bands_of(Subject(OF_NETWORKS, name, edition, command), measured)
            began = time.monotonic()
            jobs = [PairJob(edition, digits) for digits in pairs.PAIRS]
            neurons[edition] = dict(zip((job.digits for job in jobs), pool.map(band_of, jobs)))
            say(f"pairs, {edition}: {len(jobs)} pairs, {time.monotonic() - began:.0f} s")
        for name, of_letters in READERS.items():  # the letters are the same in both editions
            measured = run_all(of_letters, name, "embedded", False, pool, say)
            networks += bands_of(Subject(OF_LETTERS, name, "embedded", command), measured)
        bands.write(OF_NETWORKS.file, [*networks, housing.make_band(command)], folder)
        pairs.write(neurons, command, folder)


def band_of(job: PairJob) -> pairs.PairBand:
    """Return the band of two digits. Raises `ValueError` when a wrong run is as good."""
    worst = round(min(accuracy_of(job, how) for how in HONEST), 3)
    wrong = round(max(accuracy_of(job, how) for how in NEURONS.wrong.values()), 3)
    low = pairs.bound_below(worst)
    if wrong >= low:
        raise ValueError(f"{job.digits}, {job.edition}: a wrong run reaches {wrong:.3f}, the bound is {low:g}")
    return pairs.PairBand(low, worst, wrong)


def accuracy_of(job: PairJob, how: Dense) -> float:
    """Return the accuracy of a neuron on the held-out images of two digits."""
    (images, labels), second = _training_images(job), job.digits[1]
    parameters = train(how, images, (labels == second).astype(np.int64), SEED)
    unseen, classes = held_out("mnist")
    of_pair = np.isin(classes, job.digits)
    scores = forward(parameters, as_fed(unseen[of_pair], how.ink), how.activation)[-1][:, 0]
    return float(np.mean((scores > 0) == (classes[of_pair] == second)))


@lru_cache(maxsize=1)  # of a full pair, 10 MB
def _training_images(job: PairJob) -> datasets.Split:
    images, labels = datasets.mnist(job.edition)[0]
    of_pair = np.isin(labels, job.digits)
    return images[of_pair], labels[of_pair]
