"""The data is what it says, in both editions, and damage is noticed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from reference import datasets, held_out, verified
from reference.datasets import DataError

DATA = Path(datasets.EMBEDDED_FOLDER)


def test_boston_is_whole() -> None:
    houses = datasets.boston()
    assert houses.data.shape == (506, 13)
    assert houses.target.shape == (506,)
    assert houses.data.dtype == houses.target.dtype == np.float64
    assert houses.feature_names[5] == "RM"
    assert len(houses.feature_names) == 13
    assert houses.data[0, :3].tolist() == [0.00632, 18.0, 2.31]
    assert houses.target.max() == 50.0


@pytest.mark.parametrize("load", [datasets.mnist, datasets.fashion_mnist])
def test_embedded_images_have_the_documented_shapes(load: object) -> None:
    (x_train, y_train), (x_test, y_test) = load("embedded")  # type: ignore[operator]  # both are loaders
    assert (x_train.shape, y_train.shape) == ((10_000, 28, 28), (10_000,))
    assert (x_test.shape, y_test.shape) == ((2_000, 28, 28), (2_000,))
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}
    assert (x_train.min(), x_train.max()) == (0, 255)


def test_class_counts_are_those_of_the_official_files() -> None:
    (_, digits), _ = datasets.mnist("embedded")
    assert np.bincount(digits).tolist() == [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]
    (_, garments), _ = datasets.fashion_mnist("embedded")
    assert np.bincount(garments).tolist() == [942, 1027, 1016, 1019, 974, 989, 1021, 1022, 990, 1000]


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_held_out_images_are_in_no_served_split(name: str) -> None:
    images, labels = held_out.held_out(name)
    assert images.shape == (1_000, 28, 28)
    assert labels.shape == (1_000,)
    served = {image.tobytes() for split in getattr(datasets, name)("embedded") for image in split[0]}
    assert not [i for i, image in enumerate(images) if image.tobytes() in served]


def test_the_data_fits_its_budget_and_its_readme_names_every_digest() -> None:
    files = sorted(DATA.rglob("*.npz"))
    assert sum(path.stat().st_size for path in files) < 10_000_000
    readme = (DATA / "README.md").read_text("utf-8")
    digests = [value for (edition, _), value in datasets.DIGESTS.items() if edition == "embedded"]
    for digest in [*digests, *held_out.DIGESTS.values()]:
        assert digest in readme


def test_every_digest_is_computed_over_the_decoded_arrays(tmp_path: Path) -> None:
    with np.load(DATA / "boston.npz") as archive:
        np.savez(tmp_path / "repacked.npz", **{name: archive[name] for name in archive.files})  # another compression
    verified.load_verified(str(tmp_path / "repacked.npz"), datasets.DIGESTS["embedded", "boston"])


def test_a_changed_pixel_is_noticed(tmp_path: Path) -> None:
    arrays = verified.load_verified(held_out.path("mnist"), held_out.DIGESTS["mnist"])
    arrays["x"][0, 0, 0] += 1
    np.savez(tmp_path / "changed.npz", **arrays)  # type: ignore[arg-type]  # the stubs take the names for options
    with pytest.raises(DataError, match="SHA-256"):
        verified.load_verified(str(tmp_path / "changed.npz"), held_out.DIGESTS["mnist"])


@pytest.mark.parametrize("keep", [0, 10, 5_000, 17_000])
def test_a_truncated_file_is_named(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "boston.npz"
    path.write_bytes((DATA / "boston.npz").read_bytes()[:keep])
    with pytest.raises(DataError, match=f"{re.escape(str(path))}.*damaged"):
        verified.load_verified(str(path), datasets.DIGESTS["embedded", "boston"])


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    path = tmp_path / "boston.npz"
    np.savez(path, data=np.array([print], dtype=object))
    with pytest.raises(DataError, match="damaged"):
        verified.load_verified(str(path), "")


def test_the_variable_chooses_the_edition(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SUITE_DATA", raising=False)
    assert datasets.selected_edition() == "embedded"
    monkeypatch.setenv("SUITE_DATA", "full")
    monkeypatch.setenv("SUITE_CACHE", str(tmp_path))
    with pytest.raises(DataError, match=r"(?s)mnist\.npz: not there.*remedy: python -m checker data --full"):
        datasets.mnist()


def test_another_edition_is_refused_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUITE_DATA", "huge")
    with pytest.raises(DataError, match=r"SUITE_DATA='huge'.*embedded or full"):
        datasets.mnist()


def test_the_cache_is_the_users_cache_folder_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUITE_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere/cache")
    assert datasets.cache_folder().endswith("graph-mode-suite")


def test_the_embedded_files_can_be_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the CSV file of Boston; where no source serves the images, that is said, not hidden."""
    import csv

    from reference import __main__ as command
    from reference import fetch

    houses = datasets.boston()
    with (tmp_path / "boston.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*houses.feature_names, "MEDV"])
        writer.writerows([*row, price] for row, price in zip(houses.data.tolist(), houses.target.tolist()))
    monkeypatch.setattr(datasets, "EMBEDDED_FOLDER", str(tmp_path))
    monkeypatch.setattr(fetch, "sources", lambda name: [])
    assert command.main(["embed", str(tmp_path / "boston.csv")]) == 1
    found = verified.load_verified(str(tmp_path / "boston.npz"), datasets.DIGESTS["embedded", "boston"])
    assert found["data"].shape == (506, 13)
