"""``python -m reference workshops``: small networks that learn prices, and how well they do on rows kept back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference import bands, datasets
from reference.arrays import FloatArray
from reference.layers import Parameters, backward, forward, initial_parameters
from reference.measure import Measure, Subject, Values, accepted_band
from reference.optimisers import OPTIMISERS
from reference.training import batches
from reference.variations import ADAM, DESCENT

OF_HOUSES = Measure("mean squared error on rows kept back, divided by that of their mean price", "high", bands.WORKSHOPS)
SEEDS = 10
SHARE = 0.25  # of the rows that are kept back
HIDDEN = 10


@dataclass(frozen=True)
class Houses:
    """The settings of a training on standardised features and prices as they are; no hidden layer where `hidden` is 0."""

    optimiser: str
    rate: float
    epochs: int
    batch: int = 32  # houses
    hidden: int = HIDDEN

    def __str__(self) -> str:
        layers = f"{self.hidden} ReLUs" if self.hidden else "no hidden layer"
        return f"{self.optimiser} at {self.rate:g}, {self.epochs} epochs, batches of {self.batch}, {layers}"


WELL_CHOSEN = (
    Houses(DESCENT, 1e-3, 100),
    Houses(DESCENT, 3e-3, 60),
    Houses(ADAM, 1e-2, 50),
    Houses(ADAM, 3e-3, 150, hidden=30),
)
FAIR = (Houses(DESCENT, 1e-3, 50), Houses(DESCENT, 1e-2, 50, hidden=0), Houses(ADAM, 1e-2, 50, hidden=64))
ROUGH = (Houses(ADAM, 1e-3, 150), Houses(DESCENT, 1e-3, 30))
WRONG = {"untrained": Houses(DESCENT, 1e-3, 0), "Adam at 0.001, two epochs": Houses(ADAM, 1e-3, 2)}
TOO_SHORT = (Houses(ADAM, 1e-3, 50),)


def standardised(features: FloatArray, training: FloatArray) -> FloatArray:
    """Return features [n, k] less the mean of the training rows, divided by their deviation."""
    return np.asarray((features - training.mean(axis=0)) / training.std(axis=0))


def train(how: Houses, features: FloatArray, prices: FloatArray, random: np.random.Generator) -> Parameters:
    """Return the parameters after training on standardised features [n, k] and prices [n]."""
    sizes = (features.shape[1], how.hidden, 1) if how.hidden else (features.shape[1], 1)
    parameters = initial_parameters(sizes, "glorot", random)
    optimiser = OPTIMISERS[how.optimiser](how.rate)
    for chosen in batches(len(prices), how.batch, how.epochs, random):
        outputs = [features[chosen], *forward(parameters, features[chosen], "relu")]
        signal = 2 * (outputs[-1] - prices[chosen, None]) / len(chosen)
        optimiser.update(parameters, backward(parameters, outputs, signal, "relu"))
    return parameters


def ratio(how: Houses, seed: int) -> float:
    """Return the error of a training on the rows that it kept back, divided by that of their mean price."""
    random, houses = np.random.default_rng(seed), datasets.boston()
    order = random.permutation(len(houses.target))
    validation, training = np.split(order, [int(SHARE * len(order))])
    known = houses.data[training]
    parameters = train(how, standardised(known, known), houses.target[training], random)
    prediction = forward(parameters, standardised(houses.data[validation], known), "relu")[-1][:, 0]
    prices = houses.target[validation]
    return float(np.mean((prediction - prices) ** 2) / prices.var())


def make_band(command: str) -> bands.Band:
    """Return the band of accepted errors; Boston is the same in both editions."""
    degrees = {"well_chosen": WELL_CHOSEN, "fair": FAIR, "rough": ROUGH, "too_short": TOO_SHORT, "unseen": ()}
    measured: dict[str, Values] = {
        degree: {str(how): [ratio(how, seed) for seed in range(SEEDS)] for how in runs} for degree, runs in degrees.items()
    }
    measured["wrong"] = {name: [ratio(how, seed) for seed in range(SEEDS)] for name, how in WRONG.items()}
    measured["wrong"]["the mean price"] = [1.0]
    return accepted_band(Subject(OF_HOUSES, "housing", "both", command), measured)
