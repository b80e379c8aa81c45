"""Images that were shifted, mirrored or made noisy before they were fed are recognised, others are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from checker.recompute.changed_images import find_changed_images
from checker.recompute.fed_images import find_fed_images
from reference.arrays import FloatArray
from reference.classification import cross_entropy
from reference.datasets import mnist

IMAGES = mnist()[0][0][:3000]
ROWS = np.arange(0, 3000, 75)
NOISE = np.random.default_rng(0).normal(0, 0.3, (len(ROWS), 784))


def moved(pixels: FloatArray, down: int, right: int) -> FloatArray:
    return np.roll(pixels.reshape(-1, 28, 28), (down, right), axis=(1, 2)).reshape(len(pixels), -1)


def mirrored(pixels: FloatArray) -> FloatArray:
    return pixels.reshape(-1, 28, 28)[:, :, ::-1].reshape(len(pixels), -1)


@pytest.mark.parametrize(
    "change",
    [lambda pixels: moved(pixels, 1, -1), lambda pixels: moved(pixels, -2, 2), mirrored, lambda pixels: pixels + NOISE],
    ids=["shifted", "shifted twice", "mirrored", "noisy"],
)
def test_changed_images_are_recognised(change: Callable[[FloatArray], FloatArray]) -> None:
    fed = change(IMAGES[ROWS].reshape(len(ROWS), -1) / 255.0)
    found = find_changed_images(fed, IMAGES)
    assert (found[found >= 0] == ROWS[found >= 0]).all()
    assert (found >= 0).mean() > 0.5


def test_shuffled_pixels_and_noise_are_no_changed_images() -> None:
    order = np.random.default_rng(1).permutation(784)
    for fed in (IMAGES[ROWS].reshape(-1, 784)[:, order] / 255.0, NOISE):
        assert (find_changed_images(fed, IMAGES) < 0).all()


def test_the_scaling_of_shifted_images_is_seen_in_their_steps() -> None:
    feed = find_fed_images(moved(IMAGES[ROWS].reshape(-1, 784) / 255.0, 1, 1), IMAGES.reshape(-1, 784)).feed
    assert feed is not None
    assert feed(np.array([[0.0, 51.0, 255.0]])) == pytest.approx(np.array([[0.0, 0.2, 1.0]]))


def test_a_cross_entropy_is_finite_where_the_probability_is_rounded_to_0() -> None:
    assert cross_entropy(np.array([[0.0, 2000.0]]), np.array([0])) == pytest.approx(2000.0)
