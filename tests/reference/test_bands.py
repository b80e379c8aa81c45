"""The accepted bands: what they say, where they come from, and that damage is named."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reference.bands import CLASSIFICATION, FOLDER, REGRESSION, BandError, bound_between, find, read
from reference.classification import accuracy_band
from reference.datasets import EDITIONS, boston
from reference.regression import error_band, least_squares
from tests.support.paths import PROJECT

FILES = (CLASSIFICATION, REGRESSION)
BANDS = [band for file in FILES for band in read(file).values()]

Damage = Callable[[dict[str, Any]], object]


def make_bands(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reference", "bands", *arguments]
    return subprocess.run(command, cwd=PROJECT, env={**os.environ, **env}, capture_output=True, text=True, timeout=600)


@pytest.mark.parametrize("band", BANDS, ids=lambda band: band.key)
def test_a_committed_band_separates_its_honest_runs_from_its_wrong_ones(band: Any) -> None:
    assert all(band.accepts(value) for value in band.observed.values())
    assert not any(band.accepts(value) for value in band.wrong.values())
    assert band.bound == bound_between(band.worst_honest, band.best_wrong)
    assert not band.accepts(float("nan"))


@pytest.mark.parametrize("band", BANDS, ids=lambda band: band.key)
def test_a_committed_band_has_its_command_and_its_reason(band: Any) -> None:
    assert band.texts["command"] == "python -m reference bands"
    assert len(band.texts["reason"].split()) > 10
    assert band.runs >= 8
    assert f'"{band.key}"' in band.source
    assert band.file in band.source


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("dataset", ["mnist", "fashion_mnist"])
def test_every_data_set_and_edition_has_its_accuracies(dataset: str, edition: str) -> None:
    accepted, good = accuracy_band(dataset, edition), accuracy_band(dataset, edition, "good")
    assert 0.6 < accepted.bound < good.bound < 1
    assert {accepted.side, good.side} == {"low"}


@pytest.mark.parametrize("columns", [1, 13])
def test_both_regressions_have_their_errors(columns: int) -> None:
    accepted, good = error_band(columns), error_band(columns, "good")
    assert 1 < good.bound < accepted.bound < 1.5
    assert {accepted.side, good.side} == {"high"}


def test_a_line_trained_on_rooms_as_they_are_is_accepted_with_advice() -> None:
    factor = 53.4 / least_squares(boston().data[:, [5]], boston().target).mse
    assert error_band(1).accepts(factor)
    assert not error_band(1, "good").accepts(factor)


def test_the_subjects_name_the_accepted_bounds() -> None:
    subjects = re.sub(r"\s+", " ", (PROJECT / "exercises" / "README.md").read_text("utf-8"))
    for columns, features in ((1, boston().data[:, [5]]), (13, boston().data)):
        largest = error_band(columns).bound * least_squares(features, boston().target).mse
        assert f"Up to {largest:.1f} counts as fitted" in subjects
    for dataset in ("mnist", "fashion_mnist"):
        embedded, full = (round(100 * accuracy_band(dataset, edition).bound) for edition in EDITIONS)
        assert re.search(rf"\b{embedded} of 100( cases)? \({full} with the full data\)", subjects)


@pytest.mark.parametrize(
    ("honest", "wrong", "bound"),
    [
        (0.773, 0.619, 0.75),
        (0.868, 0.619, 0.85),
        (0.75, 0.6, 0.7),
        (0.81, 0.79, 0.8),
        (1.237, 1.34, 1.25),
        (1.25, 1.936, 1.3),
    ],
)
def test_the_bound_lies_between_near_to_the_honest_runs(honest: float, wrong: float, bound: float) -> None:
    assert bound_between(honest, wrong) == bound


@pytest.mark.parametrize(("honest", "wrong"), [(0.74, 0.71), (0.75, 0.7), (0.8, 0.8)])
def test_runs_that_lie_too_near_have_no_bound(honest: float, wrong: float) -> None:
    with pytest.raises(ValueError, match=r"no multiple of 0\.05"):
        bound_between(honest, wrong)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda band: band.pop("reason"), 'band \'mnist, full, accepted\': key "reason" must hold text'),
        (lambda band: band.update(command="  "), 'key "command" must hold text'),
        (lambda band: band.pop("low"), 'one of the keys "low" and "high"'),
        (lambda band: band.update(high=0.9), 'one of the keys "low" and "high"'),
        (lambda band: band.update(low="0.9"), "key 'low' must hold a finite number, not '0.9'"),
        (lambda band: band.update(low=float("nan")), "key 'low' must hold a finite number, not nan"),
        (lambda band: band.update(runs=None), "key 'runs' must hold a finite number"),
        (lambda band: band.update(low=0.99), "does not lie between the worst honest run"),
        (lambda band: band.update(low=0.2), "and the best wrong one"),
        (lambda band: band["observed"].pop("median"), 'key "observed" must hold min, median and max'),
        (lambda band: band.update(wrong={}), 'key "wrong" at least one run'),
        (lambda band: band.update(wrong=[0.1]), 'key "wrong" must hold an object'),
        (lambda band: band["unseen"].update(x=True), "key \"unseen\": key 'x' must hold a finite number"),
    ],
)  # fmt: skip
def test_a_damaged_band_is_named_with_its_file_and_key(damage: Damage, says: str, tmp_path: Path) -> None:
    content = json.loads(Path(FOLDER, CLASSIFICATION).read_text("utf-8"))
    damage(content["bands"]["mnist, full, accepted"])
    (tmp_path / CLASSIFICATION).write_text(json.dumps(content), "utf-8")
    with pytest.raises(BandError) as error:
        read(CLASSIFICATION, str(tmp_path))
    assert says in str(error.value)
    assert str(tmp_path / CLASSIFICATION) in str(error.value)


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"bands": 3}', '{"bands": {"mnist": []}}', "[" * 100_000])
def test_a_file_that_is_no_file_of_bands_is_named(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / REGRESSION).write_text(text, "utf-8")
    with pytest.raises(BandError, match=re.escape(str(tmp_path / REGRESSION))):
        read(REGRESSION, str(tmp_path))


def test_a_band_that_is_not_there_is_named() -> None:
    with pytest.raises(BandError, match=r"no band 'mnist, none'; python -m reference bands makes it"):
        find(CLASSIFICATION, "mnist, none")


def test_a_quick_trial_makes_the_same_bands_by_the_same_rule(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    ended = make_bands("--quick", "--into", str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    assert (
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 15
    )  # seconds of processors, however busy they are
    for file in FILES:
        bands = read(file, str(tmp_path))
        assert list(bands) == list(read(file))
        for key, band in bands.items():
            assert band.bound == bound_between(band.worst_honest, band.best_wrong)
            assert band.side == read(file)[key].side
            assert band.texts["command"] == "python -m reference bands --quick"


def test_a_quick_trial_does_not_replace_the_committed_bands() -> None:
    ended = make_bands("--quick")
    assert ended.returncode == 2
    assert "--into" in ended.stderr


def test_bands_without_the_full_data_say_what_fetches_it(tmp_path: Path) -> None:
    ended = make_bands("--into", str(tmp_path / "out"), SUITE_CACHE=str(tmp_path / "cache"))
    assert ended.returncode == 1
    assert "python -m checker data --full" in ended.stderr
    assert not (tmp_path / "out").exists()
