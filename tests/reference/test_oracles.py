"""The reference against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from reference import ex01
from reference.classification import (
    PARAMETERS,
    TWICE_SOFTMAX_LOSS,
    UNTRAINED_LOSS,
    accuracy,
    confusion_matrix,
    cross_entropy,
    softmax,
)
from reference.datasets import boston
from reference.regression import least_squares, mean_squared_error


def test_the_answer_of_exercise_01() -> None:
    assert ex01.ANSWER == 12 - 248832 == -248820


def test_least_squares_on_one_variable_is_covariance_over_variance() -> None:
    rooms, prices = boston().data[:, 5], boston().target
    fit = least_squares(rooms[:, None], prices)
    slope = np.cov(rooms, prices, ddof=0)[0, 1] / rooms.var()
    assert fit.weights[0] == pytest.approx(slope)
    assert fit.bias == pytest.approx(prices.mean() - slope * rooms.mean())
    correlation = np.corrcoef(rooms, prices)[0, 1]
    assert fit.mse == pytest.approx(prices.var() * (1 - correlation**2))


def test_least_squares_of_the_houses_has_its_known_errors() -> None:
    rooms = least_squares(boston().data[:, [5]], boston().target)
    assert (rooms.weights[0], rooms.bias, rooms.mse) == pytest.approx((9.1021, -34.6706, 43.6006), abs=1e-4)
    assert least_squares(boston().data, boston().target).mse == pytest.approx(21.8948, abs=1e-4)


def test_no_other_weights_are_better_than_least_squares() -> None:
    features, prices = boston().data, boston().target
    fit = least_squares(features, prices)
    noise = np.random.default_rng(0)
    for _ in range(20):
        weights = fit.weights + noise.normal(scale=0.01, size=13)
        assert mean_squared_error(features @ weights + fit.bias, prices) > fit.mse


def test_mean_squared_error_refuses_what_would_broadcast() -> None:
    with pytest.raises(ValueError, match=r"\(3, 1\)"):
        mean_squared_error(np.zeros((3, 1)), np.zeros(3))


def test_softmax_gives_each_score_its_share() -> None:
    found = softmax(np.array([1, 3, 2.5, 5, 4, 2]))
    assert found == pytest.approx([0.011, 0.082, 0.050, 0.605, 0.222, 0.030], abs=5e-4)


def test_softmax_sums_to_one_and_survives_large_logits() -> None:
    found = softmax(np.array([[1000.0, 0.0], [-1000.0, -1000.0]]))
    assert found == pytest.approx(np.array([[1, 0], [0.5, 0.5]]))


def test_cross_entropy_of_equal_scores_is_ln_10() -> None:
    assert cross_entropy(np.zeros((5, 10)), np.arange(5)) == pytest.approx(np.log(10)) == pytest.approx(UNTRAINED_LOSS)


def test_a_second_softmax_keeps_the_loss_above_its_floor() -> None:
    perfect = np.eye(10)  # probabilities of a network that is right and certain
    assert cross_entropy(perfect, np.arange(10)) == pytest.approx(TWICE_SOFTMAX_LOSS) == pytest.approx(1.4612, abs=1e-4)


def test_the_network_has_238510_parameters() -> None:
    assert PARAMETERS == 784 * 300 + 300 + 300 * 10 + 10 == 238_510


def test_accuracy_and_confusion_matrix_count_the_same() -> None:
    labels, answers = np.array([0, 1, 2, 2]), np.array([0, 2, 2, 1])
    scores = np.eye(3)[answers]
    counts = confusion_matrix(labels, answers, 3)
    assert counts.tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 1]]
    assert accuracy(scores, labels) == np.trace(counts) / counts.sum() == 0.5
