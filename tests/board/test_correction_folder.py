"""The verdict lies beside the runs it speaks of, for TensorBoard's Correction tab and as TEXT."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checker.board.correction_folder import CorrectionFolder, keep_correction
from checker.board.verdict_text import plain
from checker.engine.charts import chart_of, spoken_charts
from checker.outcome import Chart, CheckResult, Report, Status
from checker.report.view import Overview, ShownLearner, ShownNote
from checker.subjects import FirstOf, Operation, PointsOf, SummaryOf
from tests.support.board_client import board_client
from tests.support.exercises import CATALOG

HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) **bold** \u202e"
CHART = Chart("ex04/train", "loss")


def failing(exercise: str, actual: str = HOSTILE) -> Report:
    check = CheckResult("check_a", "does a", Status.FAIL, "here", "one", actual, "look", charts=(CHART,))
    passed = CheckResult("check_b", "does b", Status.PASS, advice="could be faster")
    measures = {"accuracy": 0.5, "MSE": math.nan}
    return Report(exercise, "x.py", "none", "none", [passed, check], cause="check_a", measures=measures, curves=[CHART])


def text_page(logdir: Path, run: str, tag: str) -> str:
    """Return the HTML that TensorBoard's own web application shows of a text."""
    client = board_client(logdir=str(logdir))
    (item,) = client.get("/data/plugin/text/text", query_string={"run": run, "tag": tag}).get_json()
    return str(item["text"])


def index_of(folder: Path) -> Any:
    return json.loads((folder / "correction.json").read_text("utf-8"))


def published(runs: Path, *exercises: str) -> Path:
    for exercise in exercises:
        (runs / exercise).mkdir(parents=True)
    return runs


def test_a_check_alone_keeps_the_verdicts_on_runs_that_are_still_there(tmp_path: Path) -> None:
    runs = published(tmp_path / "logdir" / "checked", "ex02", "ex04")
    for exercise in ("ex04", "ex02"):
        folder = keep_correction(runs, CATALOG.exercises, failing(exercise))
    index = index_of(folder)
    (learner,) = index["learners"]
    assert (index["schema"], index["is_session"], learner["login"]) == (1, False, "")
    assert [*learner["outcomes"]] == ["ex02", "ex04"]
    outcome = learner["outcomes"]["ex04"]
    assert (outcome["status"], outcome["cause"], outcome["failed"], outcome["run"]) == ("fail", "does a", 1, "ex04")
    assert outcome["measures"] == {"accuracy": 0.5, "MSE": "nan"}
    (runs / "ex02").rmdir()
    folder = keep_correction(runs, CATALOG.exercises, failing("ex04"))
    assert [*index_of(folder)["learners"][0]["outcomes"]] == ["ex04"]
    assert sorted(path.name for path in tmp_path.rglob("ex0*.json")) == ["ex04.json"]


def test_a_report_holds_charts_the_expected_graph_and_the_band_of_good_trainings(tmp_path: Path) -> None:
    folder = keep_correction(published(tmp_path / "checked", "ex04"), CATALOG.exercises, failing("ex04"))
    content = json.loads((folder / "reports/ex04.json").read_text("utf-8"))
    assert content["report"]["checks"][1]["charts"] == [{"run": "ex04/train", "tag": "loss"}]
    assert content["curves"] == [{"run": "ex04/train", "tag": "loss"}]
    assert content["expected_graph"]["nodes"]
    band = content["bands"]["loss"]
    assert len(band["steps"]) == len(band["low"]) == len(band["high"]) > 5
    assert all(low <= high for low, high in zip(band["low"], band["high"], strict=True))


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"report": {}}', '{"report": {"exercise": 3, "checks": 4}}'])
def test_a_damaged_report_of_an_earlier_check_is_left_out(tmp_path: Path, damage: str) -> None:
    runs = published(tmp_path / "checked", "ex02", "ex04")
    folder = keep_correction(runs, CATALOG.exercises, failing("ex02"))
    (folder / "reports/ex02.json").write_text(damage)
    folder = keep_correction(runs, CATALOG.exercises, failing("ex04"))
    assert [*index_of(folder)["learners"][0]["outcomes"]] == ["ex04"]


def test_an_exercise_of_a_pack_that_a_later_check_does_not_name_keeps_its_last_verdict(tmp_path: Path) -> None:
    runs = published(tmp_path / "checked", "ex04", "perceptron")
    pack = {"perceptron": replace(CATALOG["ex04"], id="perceptron", titles={"en": "A perceptron"})}
    keep_correction(runs, pack, failing("perceptron"))
    for _ in range(2):  # what is kept once is kept again
        folder = keep_correction(runs, CATALOG.exercises, failing("ex04"))
    index = index_of(folder)
    assert [(exercise["id"], exercise["title"]) for exercise in index["exercises"]][1:] == [("perceptron", "A perceptron")]
    outcome = index["learners"][0]["outcomes"]["perceptron"]
    assert (outcome["status"], outcome["failed"], outcome["run"]) == ("fail", 1, "perceptron")
    report = json.loads((folder / outcome["report"]).read_text("utf-8"))["report"]
    assert report["checks"][1]["actual"] == HOSTILE
    assert "does a" in text_page(runs, "_correction", "perceptron")
    folder = keep_correction(runs, pack | CATALOG.exercises, failing("ex02"))
    assert "perceptron" in index_of(folder)["learners"][0]["outcomes"]
    (runs / "perceptron").rmdir()
    folder = keep_correction(runs, CATALOG.exercises, failing("ex04"))
    assert [*index_of(folder)["learners"][0]["outcomes"]] == ["ex04"]


@pytest.mark.parametrize("name", ["../../outside", "/tmp/x", "..", ".", "", "a/b", None, {}])
def test_an_exercise_of_a_damaged_index_is_never_a_path(tmp_path: Path, name: object) -> None:
    runs = published(tmp_path / "checked", "ex04")
    folder = keep_correction(runs, CATALOG.exercises, failing("ex04"))
    index = index_of(folder)
    index["exercises"].append({"id": name})
    (folder / "correction.json").write_text(json.dumps(index))
    (tmp_path / "outside.json").write_text((folder / "reports/ex04.json").read_text())
    before = sorted(tmp_path.rglob("*"))
    keep_correction(runs, CATALOG.exercises, failing("ex04"))
    assert [*index_of(folder)["learners"][0]["outcomes"]] == ["ex04"]
    assert len(sorted(tmp_path.rglob("*"))) == len(before)


def test_a_mistake_of_one_learner_is_not_shared_and_the_most_frequent_comes_first(tmp_path: Path) -> None:
    overview = Overview("monday", ["ex04"])
    reports = {"ada": "a", "bob": "b", "cy": "c", "di": "c", "eve": "c", "fay": "a"}
    with CorrectionFolder(tmp_path / "logdir", {"ex04": CATALOG["ex04"]}, "monday") as correction:
        for login, actual in reports.items():
            overview.add(ShownLearner(login, login, {"ex04": failing("ex04", actual)}))
        folder = correction.finish(overview.mistakes.values())
    assert [mistake["logins"] for mistake in index_of(folder)["mistakes"]] == [["cy", "di", "eve"], ["ada", "fay"]]


def test_a_session_lists_learners_outcomes_and_who_shares_which_mistake(tmp_path: Path) -> None:
    overview = Overview("monday", ["ex04"])
    absent = Report("ex04", "", "none", "none", [CheckResult("check_is_handed_in", "t", Status.FAIL, "the submission")])
    notes = {"ex04": [ShownNote("note", HOSTILE, "2026-11-29 09:00")]}
    learners = [
        ShownLearner("ada", "ada", {"ex04": failing("ex04", "0.5 of 10")}, notes=notes),
        ShownLearner("bob", "bob_1", {"ex04": failing("ex04", "0.7 of 10")}),
        ShownLearner("cy", "cy", {"ex04": absent}),
        ShownLearner("di", "di", {"ex04": None}),
    ]
    with CorrectionFolder(tmp_path / "logdir", {"ex04": CATALOG["ex04"]}, "monday") as correction:
        for learner in learners:
            overview.add(learner)
            correction.add(learner)
        folder = correction.finish(overview.mistakes.values())
    index = index_of(folder)
    outcomes = [learner["outcomes"]["ex04"] for learner in index["learners"]]
    assert [outcome["status"] for outcome in outcomes] == ["fail", "fail", "absent", "pending"]
    assert [outcome["report"] for outcome in outcomes] == ["reports/ada/ex04.json", "reports/bob_1/ex04.json", "", ""]
    assert [outcome["run"] for outcome in outcomes][:2] == ["ada/ex04", "bob_1/ex04"]
    (mistake,) = index["mistakes"]
    assert (mistake["logins"], mistake["folders"]) == (["ada", "bob"], ["ada", "bob_1"])
    assert outcomes[0]["notes"] == 1
    assert json.loads((folder / outcomes[0]["report"]).read_text("utf-8"))["notes"][0]["text"] == HOSTILE


def test_a_folder_that_is_not_finished_leaves_the_old_one(tmp_path: Path) -> None:
    folder = keep_correction(published(tmp_path / "checked", "ex04"), CATALOG.exercises, failing("ex04"))
    before = (folder / "correction.json").read_bytes()
    with CorrectionFolder(tmp_path / "checked", {}) as correction:
        correction.add(ShownLearner("", "", {}))
    assert (folder / "correction.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["checked"]


def test_the_verdict_is_shown_as_text_and_a_hostile_string_stays_text(tmp_path: Path) -> None:
    folder = keep_correction(published(tmp_path / "checked", "ex04"), CATALOG.exercises, failing("ex04"))
    shown = text_page(folder.parent, "_correction", "ex04")
    assert "<strong>FAIL</strong> does a" in shown
    assert "<script>" not in shown
    assert "<a " not in shown
    assert "<strong>bold</strong>" not in shown
    assert "**bold**" in shown


def test_a_long_text_is_cut_with_its_length() -> None:
    assert plain("a" * 2000).endswith("… (2,000 characters)".replace("(", "\\(").replace(")", "\\)"))


def test_a_message_leads_to_the_charts_it_speaks_of() -> None:
    subjects = (
        FirstOf((SummaryOf("logdir/ex04/train", "loss"),)),
        PointsOf("logdir/ex04/train", "loss"),
        Operation("a"),
    )
    assert spoken_charts(subjects) == (CHART,)
    assert chart_of("logdir/ex02", "a\x1b[31mb\n") == Chart("ex02", chart_of("logdir/ex02", "a\x1b[31mb\n").tag)
    assert "\x1b" not in chart_of("logdir/ex02", "a\x1b[31mb\n").tag


def test_reports_without_curves_can_be_read_back(tmp_path: Path) -> None:
    report = replace(failing("ex04"), curves=[])
    folder = keep_correction(published(tmp_path / "checked", "ex04"), CATALOG.exercises, report)
    assert json.loads((folder / "reports/ex04.json").read_text("utf-8"))["curves"] == []
