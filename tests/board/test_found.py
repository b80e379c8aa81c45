"""Which corrections the tab finds: below the logdir and above it, bounded, and without following links."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.board import found as finding
from checker.board.found import Finder, roots_of
from tests.support.board_client import board_client
from tests.support.corrections import report, write_correction

INDEX = "/data/plugin/correction/index"


@pytest.mark.parametrize("inside", ["bob", "bob/ex04", "bob/ex04/train"])
def test_a_folder_in_a_session_shows_its_learner_and_no_other(tmp_path: Path, inside: str) -> None:
    mistake = {"exercise": "ex04", "check": "a", "logins": ["ada", "bob"], "folders": ["ada", "bob"]}
    learners = {"ada": ("fail", 0.5), "bob": ("fail", 0.5), "bo": ("pass", 1.0)}
    write_correction(tmp_path / "logdir", learners, report(), title="monday", mistakes=[mistake])
    (one,) = board_client(logdir=str(tmp_path / "logdir" / inside)).get(INDEX).get_json()["corrections"]
    assert [learner["login"] for learner in one["index"]["learners"]] == ["bob"]
    assert one["index"]["mistakes"] == []


def test_a_logdir_that_is_a_circle_of_links_is_only_empty(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    assert Finder(roots_of(str(tmp_path / "circle"), "")).found() == []


def test_what_a_walk_leaves_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        write_correction(tmp_path / name, {"": ("pass", 1.0)}, report())
    monkeypatch.setattr(finding, "MOST_FOUND", 2)
    answer = board_client(logdir=str(tmp_path)).get(INDEX).get_json()
    assert len(answer["corrections"]) == 2
    assert "the first 2 are shown" in answer["remark"]
    monkeypatch.setattr(finding, "MOST_FOLDERS", 2)
    assert "first 2 folders" in board_client(logdir=str(tmp_path)).get(INDEX).get_json()["remark"]


def test_links_are_not_followed_and_nothing_is_sought_below_a_correction(tmp_path: Path) -> None:
    write_correction(tmp_path / "real/a", {"": ("pass", 1.0)}, report())
    write_correction(tmp_path / "real/a/ex04/inner", {"": ("pass", 1.0)}, report())
    (tmp_path / "real/linked").symlink_to(tmp_path / "real/a")
    found = Finder(roots_of(str(tmp_path / "real"), "")).found()
    assert [one.prefix for one in found] == ["a/"]
