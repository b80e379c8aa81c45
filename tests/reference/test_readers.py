"""The four models of workshop letters in NumPy: their gradients are those of finite differences, and they learn."""

from __future__ import annotations

import numpy as np
import pytest

from reference import datasets, readers
from reference.classification import accuracy, cross_entropy
from reference.held_out import held_out
from reference.layers import Parameters
from reference.readers import Reader
from reference.variations import ADAM
from tests.support.finite_differences import expect_gradient

MODELS = {
    "logistic": Reader((), 0, ADAM, 1e-3, 10, 1),
    "relu": Reader((), 7, ADAM, 1e-3, 10, 1),
    "L2": Reader((), 7, ADAM, 1e-3, 10, 1, l2=0.1),
    "one layer of filters": Reader((3,), 5, ADAM, 1e-3, 10, 1),
    "two layers of filters": Reader((3, 2), 5, ADAM, 1e-3, 10, 1, side=3, l2=0.01),
    "a stride": Reader((3, 2), 5, ADAM, 1e-3, 10, 1, stride=2),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_of_a_model_is_that_of_finite_differences(name: str) -> None:
    how, random = MODELS[name], np.random.default_rng(3)
    images, labels = random.random((4, 28, 28)), np.array([0, 3, 3, 9])
    parameters: Parameters = [
        each.astype(np.float64) + 0.01 * random.random(each.shape) for each in readers.initial_parameters(how, random)
    ]

    def loss() -> float:
        penalty = sum(float((each**2).sum()) for each in parameters if each.ndim > 1)
        return cross_entropy(readers.scores_of(parameters, images, how), labels) + how.l2 * penalty / 2

    found = readers.gradients(parameters, images, labels, how)
    assert len(found) == len(parameters)
    for parameter, gradient in zip(parameters, found):
        places = [tuple(int(random.integers(size)) for size in parameter.shape) for _ in range(6)]
        expect_gradient(loss, parameter, gradient, places)


def test_units_that_are_left_out_get_no_gradient_and_the_others_more() -> None:
    how = Reader((), 4, ADAM, 1e-3, 10, 1, dropout=0.5)
    random = np.random.default_rng(0)
    parameters: Parameters = [each.astype(np.float64) for each in readers.initial_parameters(how, random)]
    parameters[1] += 9.0  # so that every ReLU lets numbers pass
    images, labels = random.random((3, 28, 28)), np.array([1, 2, 3])
    kept = np.array([[True, False, True, False]] * 3)
    found = readers.gradients(parameters, images, labels, how, kept)
    assert not found[0][:, 1].any()
    assert not found[2][3].any()
    assert found[0][:, 0].any()


@pytest.mark.parametrize(
    "how", [Reader((), 0, ADAM, 3e-3, 50, 100), Reader((4, 8), 16, ADAM, 3e-3, 50, 60, stride=2)], ids=str
)
def test_a_model_learns_letters_in_few_steps(how: Reader) -> None:
    (images, labels), _ = datasets.letters()
    parameters = readers.train(how, images, labels, seed=0)
    unseen, classes = held_out("letters")
    assert accuracy(readers.scores_of(parameters, readers.as_fed(unseen[:200], how), how), classes[:200]) > 0.6
