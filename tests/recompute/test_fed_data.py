"""What was fed is recognised among the real data, however it was scaled, ordered or split; and what is not, is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from checker.recompute.fed_houses import Unclear, as_columns, find_columns
from checker.recompute.fed_images import as_labels, find_fed_images
from reference.datasets import boston, fashion_mnist, mnist

HOUSES = boston()
TABLE = np.column_stack([HOUSES.data, HOUSES.target])
ROOMS, LSTAT, PRICE = 5, 12, 13
SCALED = ((HOUSES.data - HOUSES.data.mean(axis=0)) / HOUSES.data.std(axis=0)).astype(np.float32).astype(np.float64)
ORDER = np.random.default_rng(0).permutation(506)


def _columns(fed: NDArray[Any], likely: tuple[int, ...] = (ROOMS, PRICE)) -> list[int | None]:
    return [None if column is None else column.real for column in find_columns(fed, TABLE, likely)]


@pytest.mark.parametrize("rows", [slice(None), ORDER, ORDER[:400], ORDER[:60]], ids=["all", "shuffled", "split", "batches"])
def test_rooms_and_prices_are_recognised(rows: NDArray[Any]) -> None:
    fed = np.column_stack([-2.5 * SCALED[:, ROOMS] + 1, HOUSES.target / 50])[rows]
    rooms, price = find_columns(fed, TABLE, (ROOMS, PRICE))
    assert rooms is not None
    assert price is not None
    assert (rooms.real, price.real) == (ROOMS, PRICE)
    assert price.scale == pytest.approx(0.02)
    assert rooms.undo(fed[:, 0]) == pytest.approx(HOUSES.data[rows, ROOMS], abs=1e-3)


@pytest.mark.parametrize("rows", [slice(None), ORDER, ORDER[:120]], ids=["all", "shuffled", "split"])
def test_thirteen_columns_are_recognised(rows: NDArray[Any]) -> None:
    fed = np.column_stack([SCALED, HOUSES.target])[rows]
    assert _columns(fed, tuple(range(14))) == list(range(14))


def test_another_column_is_named() -> None:
    assert _columns(np.column_stack([SCALED[:, LSTAT], HOUSES.target])[ORDER[:80]]) == [LSTAT, PRICE]


def test_prices_of_other_houses_are_not_the_prices() -> None:
    assert _columns(np.column_stack([SCALED[:, ROOMS], HOUSES.target[ORDER]])) == [ROOMS, None]
    assert _columns(np.column_stack([SCALED[:, ROOMS], HOUSES.target[ORDER]])[ORDER]) == [ROOMS, None]


@pytest.mark.parametrize("change", [np.log, np.square, lambda rooms: np.arange(506.0)], ids=["log", "square", "numbers"])
def test_what_is_not_affine_is_not_recognised(change: Callable[[NDArray[Any]], NDArray[Any]]) -> None:
    fed = np.column_stack([change(HOUSES.data[:, ROOMS]), HOUSES.target])
    assert _columns(fed) == [None, PRICE]


def test_noise_and_nan_are_not_recognised() -> None:
    noise = np.random.default_rng(1).normal(size=(100, 2))
    assert _columns(noise) == [None, None]
    assert _columns(np.full((100, 2), np.nan)) == [None, None]


def test_few_rows_are_unclear() -> None:
    with pytest.raises(Unclear):
        find_columns(np.column_stack([SCALED[:3, ROOMS], HOUSES.target[:3]]), TABLE, (ROOMS,))


@pytest.mark.parametrize("shape", [(506,), (506, 1), (1, 506)])
def test_one_column_may_have_any_layout(shape: tuple[int, ...]) -> None:
    assert as_columns(np.zeros(shape), 1).shape == (506, 1)


def test_thirteen_columns_may_lie_across() -> None:
    assert as_columns(np.zeros((13, 506)), 13).shape == (506, 13)
    with pytest.raises(Unclear):
        as_columns(np.zeros((506, 12)), 13)


IMAGES = {name: load()[0][0][:3000].reshape(-1, 784) for name, load in (("mnist", mnist), ("fashion_mnist", fashion_mnist))}
WAYS: dict[str, Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]] = {
    "0 to 255": lambda x, every: x,
    "0 to 1": lambda x, every: x / 255,
    "float32": lambda x, every: (x / 255).astype(np.float32).astype(np.float64),
    "standardised": lambda x, every: (x - every.mean()) / every.std(),
    "inverted": lambda x, every: 1 - x / 255,
    "each pixel standardised": lambda x, every: (x - every.mean(axis=0)) / (every.std(axis=0) + 1e-8),
    "mean image subtracted": lambda x, every: (x - every.mean(axis=0)) / 255,
    "each image standardised": lambda x, every: (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True),
}


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("way", WAYS)
def test_images_are_found_and_fed_again_however_their_pixels_are_scaled(name: str, way: str) -> None:
    images = IMAGES[name]
    chosen = np.random.default_rng(2).choice(len(images), 200, replace=False)
    fed = WAYS[way](images[chosen].astype(np.float64), images.astype(np.float64))
    found = find_fed_images(fed, images)
    assert (found.index == chosen).mean() > 0.98
    assert found.feed is not None
    off = np.abs(found.feed(images[chosen].astype(np.float64)) - fed).max(axis=1)
    assert np.quantile(off, 0.9) < 0.02 * np.ptp(fed)


def test_images_with_noise_are_found_but_not_how_to_feed_them() -> None:
    images = IMAGES["mnist"]
    fed = images[:100] / 255 + np.random.default_rng(3).normal(scale=0.1, size=(100, 784))
    found = find_fed_images(fed, images)
    assert (found.index == np.arange(100)).mean() > 0.9
    assert found.feed is None


@pytest.mark.parametrize("name", IMAGES)
def test_other_images_are_not_found(name: str) -> None:
    images = IMAGES[name]
    other = IMAGES["mnist" if name == "fashion_mnist" else "fashion_mnist"][:100] / 255
    mixed = images[:100][:, np.random.default_rng(4).permutation(784)] / 255
    for fed in (
        other,
        mixed,
        np.random.default_rng(5).random((100, 784)),
        np.full((100, 784), np.nan),
        np.zeros((100, 784)),
    ):
        assert (find_fed_images(fed, images).index >= 0).mean() < 0.2


def test_labels_are_read_as_numbers_and_as_one_hot_rows() -> None:
    classes = [3, 0, 9]
    for labels in (np.array(classes), np.array(classes)[:, None], np.eye(10)[classes], np.array(classes, np.float32)):
        found = as_labels(labels)
        assert found is not None
        assert found.tolist() == classes
    assert as_labels(np.array([0.5, 1.0])) is None
    assert as_labels(np.zeros((3, 10))) is None
    assert as_labels(np.zeros((3, 2))) is None
