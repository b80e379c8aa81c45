"""One training of a variation, and the result that a band is made from."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from reference import datasets, dense, readers
from reference.arrays import FloatArray
from reference.classification import accuracy
from reference.dense import Dense
from reference.descent import Descent, descend
from reference.held_out import held_out
from reference.layers import forward
from reference.network import Recipe, as_fed, train
from reference.readers import Reader
from reference.regression import ROOMS, least_squares, mean_squared_error

GARMENTS = {"images"}  # the workshops about Fashion-MNIST; the others are about digits


class Job(NamedTuple):
    """One training and its purpose."""

    degree: str  # a field of `Variations`
    name: str
    dataset: str  # mnist, fashion_mnist, rooms, all features, or the network of a workshop
    edition: str  # of the training images
    how: Recipe | Descent | Dense | Reader
    seed: int


def value_of(job: Job) -> float:
    """Return the result of a training: an accuracy, or a mean squared error divided by that of least squares."""
    if isinstance(job.how, Recipe):
        parameters = train(job.how, *training_images(job.dataset, job.edition), job.seed)
        images, labels = held_out(job.dataset)
        return accuracy(forward(parameters, as_fed(images, job.how.ink), job.how.activation)[1], labels)
    if isinstance(job.how, Dense):
        name = "fashion_mnist" if job.dataset in GARMENTS else "mnist"
        found = dense.train(job.how, *training_images(name, job.edition), job.seed)
        images, labels = held_out(name)
        return accuracy(forward(found, as_fed(images, job.how.ink), job.how.activation)[-1], labels)
    if isinstance(job.how, Reader):
        read = readers.train(job.how, *datasets.letters()[0], job.seed)
        images, labels = held_out("letters")
        return accuracy(readers.scores_of(read, readers.as_fed(images, job.how), job.how), labels)
    features, prices = houses_of(job.dataset)
    prediction = descend(job.how, features, prices, job.seed)
    return mean_squared_error(prediction, prices) / least_squares(features, prices).mse


def houses_of(dataset: str) -> tuple[FloatArray, FloatArray]:
    """Return the features [506, 1] or [506, 13], and the prices [506]."""
    houses = datasets.boston()
    return houses.data[:, [ROOMS]] if dataset == "rooms" else houses.data, houses.target


@lru_cache(maxsize=1)  # runs are sorted by data set, and 60,000 images take 47 MB
def training_images(dataset: str, edition: str) -> datasets.Split:
    """Return the training images and labels of ``mnist`` or ``fashion_mnist``."""
    load = datasets.mnist if dataset == "mnist" else datasets.fashion_mnist
    return load(edition)[0]
