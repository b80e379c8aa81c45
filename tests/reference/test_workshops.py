"""The networks of the workshops: gradients against finite differences, and the bands that were measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reference import housing
from reference.arrays import FloatArray
from reference.bands import FOLDER, WORKSHOPS, BandError, find, key_of, read
from reference.classification import cross_entropy
from reference.datasets import EDITIONS
from reference.dense import LOGISTIC, MLP, NEURON, Dense, binary_cross_entropy, gradients
from reference.layers import forward, initial_parameters, sigmoid
from reference.measure_workshops import PairJob, band_of
from reference.pairs import FILE, PAIRS, bound_below, pair_band
from tests.support.finite_differences import expect_gradient

HOW = Dense(MLP, "Adam", 1e-3, 100, 1)


@pytest.mark.parametrize(
    "how",
    [
        HOW,
        replace(HOW, activation="sigmoid"),
        replace(HOW, is_squashed=True),
        replace(HOW, sizes=LOGISTIC, is_summed=True),
        replace(HOW, sizes=NEURON),
    ],
    ids=["relu", "sigmoid", "squashed", "summed", "neuron"],
)
def test_the_gradient_of_a_network_is_that_of_finite_differences(how: Dense) -> None:
    random = np.random.default_rng(0)
    parameters: list[FloatArray] = [each.astype(np.float64) for each in initial_parameters(how.sizes, "normal 0.1", random)]
    images, labels = random.random((20, 784)), random.integers(0, how.sizes[-1] if how.sizes[-1] > 1 else 2, 20)

    def loss() -> float:
        scores = forward(parameters, images, how.activation)[-1]
        if how.sizes[-1] == 1:
            return float(binary_cross_entropy(scores[:, 0], labels).mean())
        mean = cross_entropy(sigmoid(scores) if how.is_squashed else scores, labels)
        return mean * len(labels) if how.is_summed else mean

    found = gradients(parameters, images, labels, how)
    for parameter, gradient in zip(parameters, found, strict=True):
        expect_gradient(loss, parameter, gradient, [tuple(random.integers(0, parameter.shape)) for _ in range(3)])


def test_the_binary_cross_entropy_is_that_of_the_formula_and_stays_finite() -> None:
    scores, labels = np.array([-3.0, 0.5, 2.0]), np.array([1, 0, 1])
    given = sigmoid(scores)
    assert binary_cross_entropy(scores, labels) == pytest.approx(-labels * np.log(given) - (1 - labels) * np.log(1 - given))
    assert binary_cross_entropy(np.array([-1e4, 1e4]), np.array([1, 1])) == pytest.approx([1e4, 0])


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_pair_of_digits_has_a_bound_between_honest_and_wrong_runs(edition: str) -> None:
    assert len(PAIRS) == 45
    for pair in PAIRS:
        band = pair_band(edition, pair)
        assert band == pair_band(edition, pair[::-1])
        assert band.best_wrong < band.low < band.worst_honest
        assert band.low == bound_below(band.worst_honest)
        assert not band.accepts(float("nan"))
    assert pair_band(edition, (0, 1)).low == 0.99


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("network", ["mlp", "logistic", "digits", "images"])
def test_each_network_has_an_accepted_and_a_good_band(network: str, edition: str) -> None:
    accepted, good = (find(WORKSHOPS, key_of(network, edition, level)) for level in ("accepted", "good"))
    assert 0.6 < accepted.bound < good.bound < 1
    assert {band.texts["command"] for band in read(WORKSHOPS).values()} == {"python -m reference workshops"}


def test_the_band_of_housing_is_made_again_from_its_runs() -> None:
    band = find(WORKSHOPS, key_of("housing", "both", "accepted"))
    assert band.side == "high"
    assert band.worst_honest < band.bound < 1.0 == band.best_wrong  # 1 is the mean price
    values = [housing.ratio(housing.FAIR[1], seed) for seed in range(2)]
    assert all(band.observed["min"] <= value <= band.observed["max"] for value in values)
    assert housing.ratio(housing.WRONG["untrained"], 0) > 1


def test_a_scaler_of_the_training_rows_leaves_other_rows_their_mean() -> None:
    features = np.array([[1.0], [3.0], [11.0]])
    assert housing.standardised(features, features[:2])[:, 0].tolist() == [-1.0, 1.0, 9.0]


def test_the_bound_of_a_pair_is_made_again_from_its_runs() -> None:
    made, kept = band_of(PairJob("embedded", (0, 1))), pair_band("embedded", (0, 1))
    assert made.low == kept.low
    assert made.worst_honest == pytest.approx(kept.worst_honest, abs=0.01)


@pytest.mark.parametrize("text", [None, "", "{", '{"bands": 3}', '{"bands": {"embedded": {"0 and 1": {"low": 1}}}}'])
def test_a_damaged_file_of_pairs_is_named(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / FILE).write_text(text, "utf-8")
    with pytest.raises(BandError, match="python -m reference workshops"):
        pair_band("embedded", (0, 1), str(tmp_path))


def test_the_subject_names_the_lowest_and_the_highest_bound_of_a_pair() -> None:
    bounds = {pair: pair_band("embedded", pair).low for pair in PAIRS if pair != (0, 1)}
    subjects = " ".join((Path(FOLDER).parents[1] / "exercises/workshops/README.md").read_text("utf-8").split())
    low, high = (pick(bounds, key=lambda pair: (bounds[pair], pair)) for pick in (min, max))
    named = f"between {bounds[low]:g} ({low[0]} and {low[1]}) and {bounds[high]:g} ({high[0]} and {high[1]})"
    assert named in subjects
    assert json.loads(Path(FOLDER, FILE).read_text("utf-8"))["rule"]
