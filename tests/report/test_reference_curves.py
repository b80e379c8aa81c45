"""The band of the reference's curves is what its trainings reach, and TensorBoard shows it beside learners' curves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.evidence.events import read_event_log
from checker.intake.names import safe_folder
from checker.report.reference_curves import FOLDER, write_reference_curves
from reference.bands import FOLDER as EXPECTED
from reference.classification import UNTRAINED_LOSS
from reference.curves import COMMAND, FILE, LINE_STEPS, PLANE_STEPS, _as_text, _band, _lines, curve_bands
from reference.datasets import boston
from reference.regression import ROOMS, least_squares
from tests.support.exercises import CATALOG

OF_KERAS = ["loss", "epoch_loss", "accuracy", "epoch_accuracy", "epoch_acc"]
TAGS = {"ex01": [], "ex02": ["loss"], "ex03": ["loss"], "ex04": ["loss", "accuracy"], "ex05": OF_KERAS, "ex06": OF_KERAS}


@pytest.mark.parametrize("exercise", CATALOG)
def test_a_band_has_low_below_high_and_ends_where_trainings_end(exercise: str) -> None:
    bands = curve_bands(exercise)
    assert list(bands) == TAGS[exercise]
    for tag, band in bands.items():
        assert len(band.steps) == len(band.low) == len(band.high) > 4
        assert list(band.steps) == sorted(set(band.steps))
        assert all(low <= high for low, high in zip(band.low, band.high))
        assert band.low[-1] < band.low[0] if tag.endswith("loss") else band.low[-1] > band.low[0]
    if exercise == "ex04":
        assert bands["loss"].low[0] < UNTRAINED_LOSS + 0.5
        assert bands["accuracy"].low[-1] > 0.8
    if exercise in ("ex02", "ex03"):
        features = boston().data[:, [ROOMS]] if exercise == "ex02" else boston().data
        assert bands["loss"].low[-1] == pytest.approx(least_squares(features, boston().target).mse, rel=1e-3)


@pytest.mark.parametrize(
    ("exercise", "dataset", "most", "every"), [("ex02", "rooms", LINE_STEPS, 2), ("ex03", "all features", PLANE_STEPS, 4)]
)
def test_the_kept_band_is_what_the_trainings_of_today_give(exercise: str, dataset: str, most: int, every: int) -> None:
    fresh = _band(list(_lines(dataset, most, every)))["loss"]
    kept = curve_bands(exercise)["loss"]
    assert fresh["steps"] == list(kept.steps)
    assert fresh["low"] == pytest.approx(kept.low, rel=1e-2)
    assert fresh["high"] == pytest.approx(kept.high, rel=1e-2)


def test_the_file_names_the_command_that_made_it() -> None:
    text = (Path(EXPECTED) / FILE).read_text("utf-8")
    content = json.loads(text)
    assert content["command"] == COMMAND
    assert _as_text(content) == text


def test_event_files_hold_the_band_under_the_tags_of_the_subject(tmp_path: Path) -> None:
    write_reference_curves(tmp_path, ["ex01", "ex04"])
    log = read_event_log(tmp_path)
    assert log.problems == []
    assert sorted(log.runs) == [f"{FOLDER}/ex04/high", f"{FOLDER}/ex04/low"]
    for side in ("low", "high"):
        for tag, band in curve_bands("ex04").items():
            points = log.runs[f"{FOLDER}/ex04/{side}"].scalars[tag]
            assert [point.step for point in points] == list(band.steps)
            assert [point.value for point in points] == pytest.approx(getattr(band, side), rel=1e-6)


def test_no_learner_has_the_folder_of_the_reference() -> None:
    assert safe_folder(FOLDER) != FOLDER
    assert safe_folder("_reference") == "reference"
