"""The workshops on data that only the network has, on small archives that take their place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.engine.workshop import Options, Workshop
from checker.outcome import Report, Status
from reference import archives, datasets, optional
from reference.download import Download
from tests.support import small_archives
from tests.support.exercises import WORKSHOPS

IMAGES, TEST_FROM = 1_100, 600  # per batch; from there on, 200 test images are held out


def put(name: str, content: bytes, folder: Path) -> None:
    """Put a small archive into the cache, as if it had been fetched."""
    digest = hashlib.sha256(content).hexdigest()
    folder.mkdir(exist_ok=True)
    (folder / f"{digest[:16]}.part").write_bytes(content)  # whole already: nothing is asked of the network
    decode = archives.decode_cifar if name == "cifar10" else archives.decode_california
    source = optional.Archive(Download("http://127.0.0.1:9/", digest, len(content)), decode)
    assert optional.fetch_optional(name, lambda what, done, total: None, [source])


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """Boxes that show what was fetched, but for the part that is held out."""
    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(datasets.CACHE_VARIABLE, str(cache))
        for module in ("reference.optional", "reference.fetch"):
            patch.setattr(f"{module}.HELD_OUT", slice(TEST_FROM, TEST_FROM + 200))
        put("cifar10", small_archives.cifar(IMAGES), cache)
        put("california", small_archives.california(900), cache)
        with Workshop() as opened:
            yield opened


def check(workshop: Workshop, exercise: str) -> Report:
    found = WORKSHOPS[exercise]
    return workshop.check(found, found.solution, Options())


def test_images_takes_cifar_where_it_was_fetched_and_no_bound_refuses_it(workshop: Workshop) -> None:
    report = check(workshop, "images")
    assert report.status is Status.PASS, report.failures
    assert 0 <= report.measures["accuracy on held-out images"] <= 1
    (told,) = [result.advice for result in report.checks if "CIFAR-10" in result.advice]
    assert "No bound was measured" in told


def test_housing_takes_california_where_it_was_fetched_and_no_bound_refuses_it(workshop: Workshop) -> None:
    report = check(workshop, "housing")
    assert report.status is Status.PASS, report.failures
    assert report.measures["mean squared error on held-out rows"] > 0
    (told,) = [result.advice for result in report.checks if "California" in result.advice]
    assert "No bound was measured" in told


def test_the_leak_of_a_scaler_is_seen_in_california_too(workshop: Workshop, tmp_path: Path) -> None:
    exercise, script = WORKSHOPS["housing"], tmp_path / "housing.py"
    source = exercise.solution.read_text("utf-8")
    whole = "scaler = fit_scaler(np.concatenate([features for features, _ in parts]))"
    assert "scaler = fit_scaler(parts[0][0])" in source
    script.write_text(source.replace("scaler = fit_scaler(parts[0][0])", whole), "utf-8")
    report = workshop.check(exercise, script, Options())
    assert [failure.id for failure in report.failures] == ["check_scales_with_the_training_rows_only"]


def test_a_script_reads_the_fetched_data_and_not_what_is_held_out(workshop: Workshop, tmp_path: Path) -> None:
    assert workshop.isolation == "bubblewrap"
    script = tmp_path / "images.py"
    script.write_text(
        "import os\n"
        "from reference import held_out\n"
        "from reference.datasets import cifar10, california, is_fetched\n"
        "from tensorflow.keras.datasets import cifar10 as of_keras\n"
        "print(of_keras.load_data()[0][1].shape)\n"
        "print(is_fetched('cifar10'), len(cifar10()[1][0]), len(california().target))\n"
        "print(os.path.exists(held_out.optional_path('cifar10')), os.path.exists(held_out.optional_path('california')))\n"
    )
    report = workshop.check(WORKSHOPS["images"], script, Options())
    assert report.output.splitlines() == [f"({5 * IMAGES}, 1)", f"True {IMAGES - 200} 810", "False False"]
