"""Curves are read for what they do: right ones fall however noisy they are, wrong ones are refused for their own reason."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from checker.checks.falling import expect_falling
from checker.checks.linear import LEARNT_BELOW
from checker.checks.network_curves import check_loss_falls
from checker.evidence.curves import Curve, all_curves, training_loss
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.evidence.runs import Point, Run
from checker.evidence.session_record import SessionLog
from checker.evidence.training import Training
from checker.evidence.trend import Trend, reaches_floor, read_trend, settles_at
from checker.outcome import Mismatch
from reference.arrays import FloatArray
from reference.classification import TWICE_SOFTMAX_LOSS, UNTRAINED_LOSS, softmax
from reference.datasets import boston, mnist

ROOMS, ALL = slice(5, 6), slice(None)
NOTHING_LEARNT = -math.inf


def losses_of_houses(rate: float, batch: int, steps: int, seed: int = 0, columns: slice = ROOMS) -> list[float]:
    """Train a linear regression by stochastic gradient descent on standardised features; return each batch's loss."""
    features, prices = boston().data[:, columns], boston().target
    features = np.column_stack([(features - features.mean(axis=0)) / features.std(axis=0), np.ones(len(prices))])
    generator = np.random.default_rng(seed)
    weights = generator.uniform(size=features.shape[1])
    losses = []
    for _ in range(steps):
        chosen = generator.choice(len(prices), batch, replace=False)
        error = features[chosen] @ weights - prices[chosen]
        losses.append(float(np.mean(error**2)))
        weights -= rate * 2 * features[chosen].T @ error / batch
    return losses


def losses_of_digits(rate: float, batch: int, steps: int, softmaxes: int = 1, count: int = 3000) -> list[float]:
    """Train a linear classifier of digits by stochastic gradient descent; return each batch's cross entropy."""
    (images, labels), _ = mnist()
    pixels, targets = images[:count].reshape(-1, 784) / 255.0, np.eye(10)[labels[:count].astype(int)]
    generator = np.random.default_rng(0)
    weights = generator.normal(scale=0.05, size=(784, 10))
    losses = []
    for _ in range(steps):
        chosen = generator.choice(len(pixels), batch, replace=False)
        first = softmax(pixels[chosen] @ weights)
        answers = softmax(first) if softmaxes == 2 else first
        losses.append(float(-np.mean(np.log(answers[targets[chosen] == 1]))))
        gradient: FloatArray = answers - targets[chosen]
        if softmaxes == 2:
            gradient = first * (gradient - (gradient * first).sum(axis=1, keepdims=True))
        weights -= rate * pixels[chosen].T @ gradient / batch
    return losses


def curve(values: Sequence[float], steps: Sequence[int] | None = None, files: Sequence[int] | None = None) -> Curve:
    steps, files = steps or range(len(values)), files or [0] * len(values)
    return Curve("logdir/ex02", "train", "loss", [Point(s, 0.0, v, f) for s, v, f in zip(steps, values, files, strict=True)])


def refusal(values: Sequence[float], learnt_below: float = NOTHING_LEARNT) -> Mismatch:
    with pytest.raises(Mismatch) as caught:
        expect_falling(curve(values), learnt_below)
    assert caught.value.where == 'logdir/ex02/train, tag "loss"'
    assert caught.value.hint
    return caught.value


# --- right curves ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("points", [10, 20, 50, 500])
@pytest.mark.parametrize("rate", [0.03, 0.1, 0.2])
def test_a_noisy_right_curve_of_houses_falls(rate: float, points: int) -> None:
    for seed in range(15):
        losses = losses_of_houses(rate, 10, 500, seed)[:: 500 // points]
        assert read_trend(losses).trend is Trend.FALLS, (seed, losses)
    losses = losses_of_houses(rate / 3, 10, 500, columns=ALL)[:: 500 // points]
    assert read_trend(losses).trend is Trend.FALLS, losses


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_a_noisy_right_curve_of_digits_falls_and_lies_at_no_level(rate: float) -> None:
    losses = losses_of_digits(rate, 10, 1000)
    for points in (5, 20, 100, 1000):
        logged = losses[:: 1000 // points]
        assert read_trend(logged).trend is Trend.FALLS
        assert not settles_at(logged, UNTRAINED_LOSS, 0.15)
        assert not reaches_floor(logged, TWICE_SOFTMAX_LOSS)


def test_a_curve_that_falls_in_its_first_steps_falls_however_long_it_goes_on() -> None:
    assert read_trend(losses_of_houses(0.1, 10, 10_000)).trend is Trend.FALLS
    assert read_trend([572.3, *[43.6] * 10_000]).trend is Trend.FALLS


@pytest.mark.parametrize("points", [10, 20, 50, 1000])
def test_a_noisy_curve_whose_logging_began_after_it_fell_is_accepted(points: int) -> None:
    for seed in range(15):
        losses = losses_of_houses(0.1, 10, 2000, seed)[1000 :: 1000 // points]
        assert read_trend(losses, LEARNT_BELOW).trend is Trend.FALLS, (seed, losses)


@pytest.mark.parametrize(
    "values",
    [
        [2.0, 1.0],
        [2.0, 1.5, 1.2],
        [2.0, 2.4, 1.0, 1.3, 0.6, 0.9, 0.5, 0.7, 0.4, 0.5],
        [-1.0, -2.0, -5.0],
        [1.7e308, 1e308, 1e308, 1e308, 1e307],
        [5e-324, 0.0],
        [600 * (1 + math.cos(i)) * math.exp(-i / 30) for i in range(100)],  # too much momentum
    ],
)
def test_curves_of_all_sizes_fall(values: list[float]) -> None:
    assert read_trend(values).trend is Trend.FALLS


# --- wrong curves ---------------------------------------------------------------------------------------------------


def test_hardly_a_noisy_curve_that_learns_nothing_falls() -> None:
    trends = [read_trend(losses_of_houses(0.0, 10, points, seed)).trend for seed in range(40) for points in (20, 200)]
    assert trends.count(Trend.FALLS) <= 8
    assert trends.count(Trend.STAYS) >= 64


@pytest.mark.parametrize("values", [[], [1.0]])
def test_too_few_points_are_counted(values: list[float]) -> None:
    assert refusal(values).actual == f"{len(values)} points"


def test_nan_is_told_with_its_place_and_whether_the_loss_grew_before() -> None:
    sudden = refusal([2.3, 1.1, math.nan, math.nan])
    assert sudden.actual == "nan from point 2 of 4 on, step 2, after 1.1"
    assert "log(0)" in sudden.hint
    grown = refusal([500.0, 1e9, 1e30, math.inf])
    assert grown.actual == "inf from point 3 of 4 on, step 3, after 1e+30"
    assert "grew before" in grown.hint
    assert refusal([math.nan, 1.0]).hint.startswith("even the first loss is not finite")


def test_divergence_is_told_with_its_factor() -> None:
    found = refusal([572.3 * 1.04**i for i in range(60)])
    assert "it rises" in found.actual
    assert "-fold" in found.actual
    assert "smaller learning rate" in found.hint
    assert read_trend([10.0**i for i in range(200)]).trend is Trend.RISES


def test_a_curve_that_jumps_from_side_to_side_is_told_its_two_sides() -> None:
    for points in (8, 9, 60, 61):
        assert "up and down between 22.5 and 277" in refusal([22.5 if i % 2 == 0 else 277.0 for i in range(points)]).actual


@pytest.mark.parametrize("values", [[84.4] * 50, [1.0, 1.0], [0.0, 0.0, 0.0], [2.0, 1.99]])
def test_a_curve_that_stays_is_told_from_where_to_where(values: list[float]) -> None:
    assert refusal(values, learnt_below=100).actual.startswith(f"from {values[0]:.4g} to")


@pytest.mark.parametrize("count", range(2, 40))
def test_every_length_is_read(count: int) -> None:
    assert read_trend([1.0] * count).trend is Trend.STAYS
    assert read_trend(list(range(count, 0, -1))).trend is Trend.FALLS
    assert read_trend([2.0**i for i in range(count)]).trend is Trend.RISES
    assert not reaches_floor([1.0] * count, 2.0)


# --- the levels of a network ----------------------------------------------------------------------------------------

NO_GRAPH = Graph.from_graph_def(b"")
NO_RECORD = Training(NO_GRAPH, SessionLog())


def network_refusal(values: list[float]) -> Mismatch:
    with pytest.raises(Mismatch) as caught:
        check_loss_falls([curve(values)], NO_GRAPH, NO_RECORD, None)
    return caught.value


@pytest.mark.parametrize("batch", [10, 100])
def test_a_network_that_learns_nothing_stays_at_the_loss_of_guessing(batch: int) -> None:
    losses = losses_of_digits(0.0, batch, 200)
    for logged in (losses, [18.0, 7.0, *losses]):
        assert "ln 10 = 2.303" in network_refusal(logged).expected


def test_a_softmax_before_the_softmax_shows_in_its_floor() -> None:
    losses = losses_of_digits(5.0, 100, 800, softmaxes=2, count=200)
    for logged in (losses, losses[::40]):
        found = network_refusal(logged)
        assert "1.461" in found.hint
        assert found.expected == "a loss that falls towards 0"


def test_a_slow_curve_that_passes_the_floor_is_not_taken_for_one() -> None:
    losses = losses_of_digits(0.02, 100, 400)
    means = [float(np.mean(losses[i - 50 : i])) for i in range(50, len(losses))]
    just_above = next(i for i, mean in enumerate(means, 50) if mean < 1.49)
    assert not reaches_floor(losses[:just_above], TWICE_SOFTMAX_LOSS)
    check_loss_falls([curve(losses[:just_above])], NO_GRAPH, NO_RECORD, None)


# --- steps ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "files", "said"),
    [
        ([0, 0, 0], [0, 0, 0], "3 points, all at step 0"),
        ([0, 1, 1], [0, 0, 0], "step 1 follows step 1"),
        ([0, 5, 3], [0, 0, 0], "step 3 follows step 5"),
        ([0, 5, 0], [0, 0, 1], "step 0 follows step 5, where a second event file of the run begins"),
        ([0, 9, 1, 8, 2, 7], [0] * 6, "step 1 follows step 9, and 1 times more in 6 points"),
    ],
)
def test_steps_that_go_back_are_told_with_what_makes_them(steps: list[int], files: list[int], said: str) -> None:
    with pytest.raises(Mismatch) as caught:
        curve([1.0] * len(steps), steps, files).require_growing_steps()
    assert caught.value.actual == said
    assert caught.value.hint


def test_losses_come_before_accuracies_and_those_before_the_rest() -> None:
    tags = ("slope", "accuracy", "loss", "cost")
    run = Run("train", scalars={tag: [Point(0, 0.0, 1.0)] for tag in tags})
    found = all_curves(EventLog({"train": run}), NO_GRAPH, "logdir/ex04")
    assert [curve.tag for curve in found] == ["loss", "accuracy", "slope", "cost"]


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ({("train", "loss"): 2, ("test", "loss"): 5}, ("train", "loss")),
        ({("a", "loss"): 2, ("b", "epoch_loss"): 5, ("c", "accuracy"): 9}, ("b", "epoch_loss")),
        ({("fit/Train", "Losses/total_LOSS"): 2, (".", "loss"): 5}, ("fit/Train", "Losses/total_LOSS")),
        ({("train", "val_loss"): 9, ("train", "loss"): 2}, ("train", "loss")),
        ({("validation", "val_loss"): 9, (".", "accuracy"): 9}, None),
        ({}, None),
    ],
    ids=["train wins", "longest", "case", "validation", "no loss", "empty"],
)
def test_the_training_loss_is_the_longest_series_of_the_run_that_trains(
    series: dict[tuple[str, str], int], expected: tuple[str, str] | None
) -> None:
    log = EventLog()
    for number, ((run, tag), length) in enumerate(series.items()):
        points = [Point(step, 0.0, float(number)) for step in range(length)]
        log.runs.setdefault(run, Run(run)).scalars[tag] = points
    values = [float(list(series).index(expected))] * series[expected] if expected else []
    assert training_loss(log) == values
