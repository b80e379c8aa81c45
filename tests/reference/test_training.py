"""The training of the reference: gradients against finite differences, descent against least squares."""

from __future__ import annotations

import numpy as np
import pytest

from reference import descent
from reference.arrays import FloatArray
from reference.classification import accuracy, cross_entropy, softmax
from reference.datasets import boston, mnist
from reference.descent import Descent, descend, prepared
from reference.held_out import held_out
from reference.layers import forward, initial_parameters
from reference.network import SIZES, Recipe, as_fed, gradients, train
from reference.optimisers import Adam, GradientDescent, Momentum
from reference.regression import least_squares, mean_squared_error
from reference.training import batches, initial_values
from tests.support.finite_differences import difference, expect_gradient


def recipe(**changes: object) -> Recipe:
    return Recipe("Adam", 1e-3, 100, **{"epochs": 1, **changes})  # type: ignore[arg-type]  # a field by its name


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
@pytest.mark.parametrize("softmaxes", [1, 2])
def test_the_gradient_of_the_network_is_that_of_finite_differences(activation: str, softmaxes: int) -> None:
    random = np.random.default_rng(0)
    parameters: list[FloatArray] = [
        parameter.astype(np.float64) for parameter in initial_parameters(SIZES, "normal 0.1", random)
    ]
    images, labels = random.random((20, 784)), random.integers(0, 10, 20)

    def loss() -> float:
        logits = forward(parameters, images, activation)[1]
        return cross_entropy(logits if softmaxes == 1 else softmax(logits), labels)

    found = gradients(parameters, images, labels, recipe(activation=activation, softmaxes=softmaxes))
    for parameter, gradient in zip(parameters, found):
        expect_gradient(loss, parameter, gradient, [tuple(random.integers(0, parameter.shape)) for _ in range(5)])


def test_the_gradient_of_the_regression_is_that_of_finite_differences() -> None:
    random = np.random.default_rng(0)
    features, prices, weights, bias = random.random((9, 3)), random.random(9), random.random(3), random.random(1)

    def loss() -> float:
        return mean_squared_error(features @ weights + bias, prices)

    for parameter, gradient in zip((weights, bias), descent.gradients(weights, bias, features, prices)):
        for index in range(len(parameter)):
            assert gradient[index] == pytest.approx(difference(loss, parameter, (index,)), rel=1e-6)


def test_each_optimiser_takes_the_steps_of_its_formula() -> None:
    gradient = [np.array([2.0])]
    for optimiser, steps in (
        (GradientDescent(0.1), (-0.2, -0.4)),
        (Momentum(0.1), (-0.2, -0.2 - 0.1 * (0.9 * 2 + 2))),
        (Adam(0.1), (-0.1, -0.2)),  # a constant gradient is divided by its own size
    ):
        parameter = [np.array([0.0])]
        for expected in steps:
            optimiser.update(parameter, gradient)
            assert parameter[0][0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("columns", [[5], list(range(13))], ids=["rooms", "all features"])
@pytest.mark.parametrize(
    ("optimiser", "rate", "epochs"), [("gradient descent", 0.1, 800), ("momentum", 0.02, 800), ("Adam", 0.3, 800)]
)
def test_descent_reaches_least_squares(columns: list[int], optimiser: str, rate: float, epochs: int) -> None:
    features, prices = boston().data[:, columns], boston().target
    prediction = descend(Descent(optimiser, rate, epochs), features, prices, seed=1)
    assert mean_squared_error(prediction, prices) == pytest.approx(least_squares(features, prices).mse, rel=1e-4)


def test_mini_batches_come_near_to_least_squares() -> None:
    features, prices = boston().data, boston().target
    prediction = descend(Descent("gradient descent", 0.01, 100, batch=32), features, prices, seed=1)
    assert mean_squared_error(prediction, prices) < 1.03 * least_squares(features, prices).mse


def test_a_thousand_small_steps_on_rooms_as_they_are_end_at_an_error_of_53() -> None:
    rooms, prices = boston().data[:, [5]], boston().target
    example = Descent("gradient descent", 0.01, 1_000, features="as they are", start="uniform 0 1")
    assert mean_squared_error(descend(example, rooms, prices, seed=0), prices) == pytest.approx(53.4, abs=0.5)


def test_features_are_prepared_column_by_column() -> None:
    features = boston().data
    standardised, to_one = prepared(features, "standardised"), prepared(features, "from 0 to 1")
    assert standardised.mean(axis=0) == pytest.approx(np.zeros(13), abs=1e-12)
    assert standardised.std(axis=0) == pytest.approx(np.ones(13))
    assert (to_one.min(axis=0) == 0).all()
    assert (to_one.max(axis=0) == 1).all()
    assert prepared(features, "as they are") is features


def test_initial_values_have_the_spread_they_say() -> None:
    random = np.random.default_rng(0)
    assert initial_values("normal 0.1", (10_000,), random).std() == pytest.approx(0.1, rel=0.05)
    uniform = initial_values("uniform -1 3", (10_000,), random)
    assert (uniform.min(), uniform.max()) == pytest.approx((-1, 3), abs=0.01)
    glorot = initial_values("glorot", (300, 100), random)
    assert abs(glorot).max() == pytest.approx((6 / 400) ** 0.5, rel=0.01)
    assert initial_values("zeros", (2,), random).tolist() == [0, 0]
    assert initial_values("ones", (2,), random).tolist() == [1, 1]


def test_every_epoch_shows_every_example_once_in_another_order() -> None:
    found = list(batches(10, 4, 2, np.random.default_rng(0)))
    assert [len(batch) for batch in found] == [4, 4, 2, 4, 4, 2]
    first, second = np.concatenate(found[:3]), np.concatenate(found[3:])
    assert sorted(first) == sorted(second) == list(range(10))
    assert first.tolist() != second.tolist()


@pytest.mark.parametrize(("optimiser", "rate"), [("gradient descent", 0.3), ("momentum", 0.05), ("Adam", 2e-3)])
def test_the_network_learns_digits(optimiser: str, rate: float) -> None:
    (images, labels), _ = mnist("embedded")
    parameters = train(Recipe(optimiser, rate, 50, epochs=3, images=1_000), images, labels, seed=3)
    assert {parameter.dtype for parameter in parameters} == {np.dtype(np.float32)}
    unseen, truth = held_out("mnist")
    assert accuracy(forward(parameters, as_fed(unseen, 1), "relu")[1], truth) > 0.7


def test_the_same_seed_trains_the_same_network() -> None:
    (images, labels), _ = mnist("embedded")
    one, again, other = (train(recipe(images=300), images, labels, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(*pair) for pair in zip(one, again))
    assert not np.array_equal(one[0], other[0])


def test_labels_that_are_shuffled_teach_nothing() -> None:
    (images, labels), _ = mnist("embedded")
    parameters = train(recipe(images=1_000, shuffled_labels=True), images, labels, seed=0)
    unseen, truth = held_out("mnist")
    assert accuracy(forward(parameters, as_fed(unseen, 1), "relu")[1], truth) < 0.3
