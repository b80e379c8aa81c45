"""The curves of all learners lie under one tag each, with the mean and the band of the class."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from checker.evidence.events import read_event_log
from checker.outcome import Chart, Report
from checker.report.reference_curves import write_scalar_run
from checker.report.view import ShownLearner
from checker.session.class_curves import FOLDER, ClassCurves, band
from checker.session.reporting import replace_curves


def learner(logdir: Path, login: str, runs: dict[str, dict[str, list[float]]], every: int = 1) -> ShownLearner:
    """Publish runs of ex04, each tag with its values, and return the learner who logged them."""
    charts = []
    for run, tags in runs.items():
        points = [(number * every, tag, value) for tag, values in tags.items() for number, value in enumerate(values)]
        write_scalar_run(logdir / login / run, points)
        charts += [Chart(run, tag) for tag in tags]
    report = Report("ex04", "ex04.py", "none", "none", logdir=f"logdir/{login}/ex04", curves=charts)
    return ShownLearner(login, login, {"ex04": report, "ex05": None})


def class_runs(tmp_path: Path, *learners: ShownLearner) -> dict[str, dict[str, list[tuple[int, float]]]]:
    """Return what TensorBoard finds below ``_class/ex04``: run -> tag -> points."""
    curves = ClassCurves(tmp_path / "logdir", tmp_path / "new")
    for one in learners:
        curves.add(one)
    curves.finish()
    replace_curves(tmp_path / "new", tmp_path / "logdir")
    log = read_event_log(tmp_path / "logdir" / FOLDER / "ex04")
    return {
        name: {tag: [(point.step, point.value) for point in points] for tag, points in run.scalars.items()}
        for name, run in log.runs.items()
    }


def test_a_learner_has_one_run_whatever_the_tags_and_training_comes_first(tmp_path: Path) -> None:
    logdir = tmp_path / "logdir"
    found = class_runs(
        tmp_path,
        learner(logdir, "ada", {"ex04/test": {"loss": [9.0] * 5}, "ex04/train": {"loss": [3.0, 1.0]}}),
        learner(logdir, "bob", {"ex04": {"epoch_loss": [2.0, 1.5], "epoch_val_loss": [7.0] * 9, "epoch_acc": [0.5, 0.75]}}),
    )
    assert found == {
        "ada": {"loss": [(0, 3.0), (1, 1.0)]},
        "bob": {"loss": [(0, 2.0), (1, 1.5)], "accuracy": [(0, 0.5), (1, 0.75)]},
    }


def test_three_learners_make_a_class_with_its_mean_and_its_band(tmp_path: Path) -> None:
    logdir = tmp_path / "logdir"
    learners = [learner(logdir, login, {"ex04": {"loss": [top, 0.0]}}, 10) for login, top in zip("abc", (10.0, 20.0, 30.0))]
    found = class_runs(tmp_path, *learners)
    assert found["_mean"]["loss"][0] == (0, 20.0)
    assert found["_mean"]["loss"][-1] == (10, 0.0)
    low, high = dict(found["_low"]["loss"]), dict(found["_high"]["loss"])
    assert low[5] == pytest.approx(6.0)  # the 10th percentile of 5, 10 and 15
    assert high[5] == pytest.approx(14.0)


def test_a_curve_counts_only_as_far_as_it_reaches_and_where_it_is_finite() -> None:
    short, diverged = [(0, 1.0), (2, 1.0)], [(0, 1.0), (1, math.inf), (2, math.nan)]
    long = [(0, 1.0), (8, 1.0)]
    assert [step for step, *_ in band([short, diverged, long, long])] == [0, 1, 2]
    assert list(band([long, long])) == []
    assert list(band([diverged[1:]] * 5)) == []


def test_runs_of_an_earlier_report_are_gone_and_other_runs_stay(tmp_path: Path) -> None:
    logdir = tmp_path / "logdir"
    (logdir / FOLDER / "ex04" / "gone").mkdir(parents=True)
    ada = learner(logdir, "ada", {"ex04": {"loss": [1.0]}})
    assert [*class_runs(tmp_path, ada)] == ["ada"]
    assert not (logdir / FOLDER / "ex04" / "gone").exists()
    assert (logdir / "ada" / "ex04").is_dir()


def test_a_series_that_is_no_longer_published_is_left_out(tmp_path: Path) -> None:
    report = Report("ex04", "ex04.py", "none", "none", logdir="logdir/x/ex04", curves=[Chart("ex04/train", "loss")])
    assert class_runs(tmp_path, ShownLearner("x", "x", {"ex04": report})) == {}
