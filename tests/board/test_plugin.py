"""The tab Correction over HTTP."""

from __future__ import annotations

import configparser
import importlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from werkzeug.test import Client

from checker.board.correction_files import LARGEST_JSON
from checker.board.found import Finder, roots_of
from checker.board.plugin import CorrectionPlugin
from tests.support.board_client import board_client
from tests.support.corrections import HOSTILE, check, report, write_correction, write_curve
from tests.support.event_files import png
from tests.support.paths import PROJECT

BASE = "/data/plugin/correction"
EX04 = {"correction": "checked/", "learner": "", "exercise": "ex04"}


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """A logdir with the correction of one learner below it."""
    content = report(check("check_loss", "fail", expected="below 1", actual=HOSTILE))
    write_correction(tmp_path / "checked", {"": ("fail", 0.5)}, content)
    (tmp_path / "checked/ex04/plot.png").write_bytes(png(np.zeros((4, 4), np.uint8)))
    (tmp_path / "checked/ex04/other.png").write_bytes(png(np.zeros((4, 4), np.uint8)))
    return tmp_path


def listing(client: Client, prefix: str = "") -> dict[str, Any]:
    """Return what TensorBoard says of the plugin."""
    entry: dict[str, Any] = client.get(f"{prefix}/data/plugins_listing").get_json()["correction"]
    return entry


def test_setup_names_the_plugin_and_what_it_names_loads() -> None:
    setup = configparser.ConfigParser()
    setup.read(PROJECT / "setup.cfg")
    name, target = setup["options.entry_points"]["tensorboard_plugins"].strip().split(" = ")
    module, _, attribute = target.partition(":")
    loaded = getattr(importlib.import_module(module), attribute)
    assert (name, loaded) == (CorrectionPlugin.plugin_name, CorrectionPlugin)


def test_the_tab_is_active_where_something_was_checked(logdir: Path) -> None:
    entry = listing(board_client(logdir=str(logdir)))
    assert entry["enabled"]
    assert entry["tab_name"] == "Correction"


def test_the_tab_is_inactive_where_nothing_was_checked(tmp_path: Path) -> None:
    client = board_client(logdir=str(tmp_path))
    assert not listing(client)["enabled"]
    assert client.get(f"{BASE}/index").get_json()["corrections"] == []


def test_the_report_is_what_the_file_holds(logdir: Path) -> None:
    answer = board_client(logdir=str(logdir)).get(f"{BASE}/report", query_string=EX04)
    assert answer.mimetype == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.get_json()["report"]["checks"][0]["actual"] == HOSTILE


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["index", "report", "figure", "index.js"])
def test_only_get_is_answered(logdir: Path, method: str, path: str) -> None:
    assert board_client(logdir=str(logdir)).open(f"{BASE}/{path}", method=method).status_code == 405


@pytest.mark.parametrize("path", ["nothing", "static/index.js", "plugin.py", "../../setup.cfg"])
def test_an_unknown_path_is_not_found(logdir: Path, path: str) -> None:
    assert board_client(logdir=str(logdir)).get(f"{BASE}/{path}").status_code == 404


@pytest.mark.parametrize("changed", [{"learner": "../x"}, {"exercise": "../../ex04"}, {"correction": "/etc/"}])
def test_an_address_is_compared_and_never_joined(logdir: Path, changed: dict[str, str]) -> None:
    assert board_client(logdir=str(logdir)).get(f"{BASE}/report", query_string=EX04 | changed).status_code == 404


def test_only_figures_of_the_report_are_served(logdir: Path) -> None:
    client = board_client(logdir=str(logdir))
    answer = client.get(f"{BASE}/figure", query_string=EX04 | {"name": "plot.png"})
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    for name in ("other.png", "../ex04/plot.png", ""):
        assert client.get(f"{BASE}/figure", query_string=EX04 | {"name": name}).status_code == 404


def test_a_figure_that_is_a_link_or_no_image_is_refused(logdir: Path) -> None:
    client, figure = board_client(logdir=str(logdir)), logdir / "checked/ex04/plot.png"
    figure.write_text("<svg onload='alert(1)'>")
    assert client.get(f"{BASE}/figure", query_string=EX04 | {"name": "plot.png"}).status_code == 422
    figure.unlink()
    figure.symlink_to("other.png")
    answer = client.get(f"{BASE}/figure", query_string=EX04 | {"name": "plot.png"})
    assert "link" in answer.get_json()["message"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"schema": 2}',
        '{"schema": 1}',
        '{"schema": 1, "learners": [3], "exercises": []}',
        "[" * 10**5,
    ],
)
def test_a_damaged_index_is_told_in_the_tab(logdir: Path, text: str) -> None:
    (logdir / "checked/_correction/correction.json").write_text(text)
    client = board_client(logdir=str(logdir))
    assert listing(client)["enabled"]
    (one,) = client.get(f"{BASE}/index").get_json()["corrections"]
    assert one["index"] is None
    assert "correction.json" in one["problem"]
    assert client.get(f"{BASE}/report", query_string=EX04).status_code == 422


def test_a_huge_report_is_refused(logdir: Path) -> None:
    os.truncate(logdir / "checked/_correction/reports/ex04.json", LARGEST_JSON + 1)
    answer = board_client(logdir=str(logdir)).get(f"{BASE}/report", query_string=EX04)
    assert answer.status_code == 422
    assert "larger" in answer.get_json()["message"]


def test_a_pipe_or_a_path_out_of_the_folder_does_not_hold_up(logdir: Path) -> None:
    client, path = board_client(logdir=str(logdir)), logdir / "checked/_correction/reports/ex04.json"
    path.unlink()
    os.mkfifo(path)
    assert client.get(f"{BASE}/report", query_string=EX04).status_code == 422
    index = logdir / "checked/_correction/correction.json"
    content = json.loads(index.read_text())
    content["learners"][0]["outcomes"]["ex04"]["report"] = "reports/../../../../secret.json"
    index.write_text(json.dumps(content))
    (logdir / "secret.json").write_text('{"schema": 1}')
    assert client.get(f"{BASE}/report", query_string=EX04).status_code == 422


def test_numbers_that_are_not_finite_are_still_json(logdir: Path) -> None:
    path = logdir / "checked/_correction/reports/ex04.json"
    path.write_text('{"schema": 1, "report": {"loss": [NaN, Infinity]}}')
    answer = board_client(logdir=str(logdir)).get(f"{BASE}/report", query_string=EX04)
    assert answer.get_json()["report"]["loss"] == ["NaN", "Infinity"]


def test_a_spec_puts_its_names_before_the_runs(logdir: Path) -> None:
    client = board_client(logdir_spec=f"own:{logdir}")
    (one,) = client.get(f"{BASE}/index").get_json()["corrections"]
    assert one["prefix"] == "own/checked/"
    assert "own/checked/ex04" in client.get("/data/runs").get_json()


@pytest.mark.parametrize("flag", ["logdir", "logdir_spec"])
@pytest.mark.parametrize(
    ("below", "run", "exercises"),
    [("checked/ex04", ".", ["ex04"]), ("checked/ex04/train", ".", ["ex04"]), ("checked/ex04/gone", None, ["ex04"])],
)
def test_a_correction_above_the_logdir_speaks_of_what_is_shown(
    logdir: Path, flag: str, below: str, run: str | None, exercises: list[str]
) -> None:
    write_curve(logdir / "checked/ex04/train", "loss", [1.0])
    index = logdir / "checked/_correction/correction.json"
    content = json.loads(index.read_text())
    content["learners"][0]["outcomes"]["ex05"] = content["learners"][0]["outcomes"]["ex04"] | {"run": "ex05"}
    content["exercises"].append({"id": "ex05", "title": "Keras", "question": ""})
    index.write_text(json.dumps(content))
    prefix = "own/" if flag == "logdir_spec" else ""
    client = board_client(**{flag: f"own:{logdir / below}" if prefix else str(logdir / below)})
    assert listing(client)["enabled"]
    (one,) = client.get(f"{BASE}/index").get_json()["corrections"]
    assert (one["prefix"], one["inside"]) == (prefix, below.removeprefix("checked/"))
    assert [exercise["id"] for exercise in one["index"]["exercises"]] == exercises
    assert [*one["index"]["learners"][0]["outcomes"]] == exercises
    assert (f"{prefix}{run}" in client.get("/data/runs").get_json()) == (run is not None)
    asked = {"correction": one["name"], "learner": "", "exercise": "ex04"}
    assert client.get(f"{BASE}/report", query_string=asked).status_code == 200
    assert client.get(f"{BASE}/report", query_string=asked | {"exercise": "ex05"}).status_code == 404


def test_a_correction_above_is_left_out_where_it_speaks_of_other_runs_is_linked_or_far_away(logdir: Path) -> None:
    (logdir / "linked/ex04").mkdir(parents=True)
    (logdir / "linked/_correction").symlink_to(logdir / "checked/_correction")
    (logdir / "checked/ex04/1/2/3/4").mkdir(parents=True)
    (logdir / "checked/ex0").mkdir()
    for folder in ("linked/ex04", "checked/ex0", "checked/_correction", "checked/ex04/1/2/3/4"):
        assert Finder(roots_of(str(logdir / folder), "")).found() == []
    (one,) = Finder(roots_of(str(logdir / "checked/ex04/1/2/3"), "")).found()
    assert one.folder == logdir / "checked"


def test_a_correction_above_that_is_damaged_is_told(logdir: Path) -> None:
    (logdir / "checked/_correction/correction.json").write_text("{")
    client = board_client(logdir=str(logdir / "checked/ex04"))
    (one,) = client.get(f"{BASE}/index").get_json()["corrections"]
    assert "damaged" in one["problem"]


@pytest.mark.parametrize("kind", ["file", "link", "circle", "empty", "closed", "pipe"])
def test_a_correction_that_is_no_folder_of_ours_is_told_and_tensorboard_starts(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "_correction"
    if kind == "file":
        place.write_text("x")
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind in ("link", "circle"):
        place.symlink_to(tmp_path / "elsewhere" if kind == "link" else place)
    else:
        place.mkdir(mode=0o000 if kind == "closed" else 0o700)
    client = board_client(logdir=str(tmp_path))
    assert listing(client)["enabled"]
    (one,) = client.get(f"{BASE}/index").get_json()["corrections"]
    assert ("link" if kind in ("link", "circle") else "cannot be read") in one["problem"]


def test_a_path_prefix_is_respected(logdir: Path) -> None:
    client = board_client(logdir=str(logdir), path_prefix="/tb")
    assert listing(client, "/tb")["enabled"]
    assert client.get(f"/tb{BASE}/index").status_code == 200
