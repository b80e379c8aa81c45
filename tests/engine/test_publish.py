"""A run is handed over whole, in the place of the earlier one, and nothing else is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.engine import publish as room
from checker.engine.publish import PublishError, publish


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "private" / "ex04"
    (folder / "train").mkdir(parents=True)
    (folder / "train" / "events.out.tfevents.2.host").write_bytes(b"new")
    (folder / "model.index").write_bytes(b"index")
    return folder


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def test_the_earlier_run_is_replaced_not_merged(run: Path, tmp_path: Path) -> None:
    target = tmp_path / "logdir" / "ex04"
    target.mkdir(parents=True)
    (target / "events.out.tfevents.1.host").write_bytes(b"old")
    other = tmp_path / "logdir" / "ex05"
    other.mkdir()
    publish(run, target)
    assert files(target) == ["model.index", "train/events.out.tfevents.2.host"]
    assert other.is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logdir", "private"]  # nothing half-made is left


def test_captured_figures_lie_beside_the_run(run: Path, tmp_path: Path) -> None:
    figures = tmp_path / "captured"
    figures.mkdir()
    (figures / "figure-0001.png").write_bytes(b"png")
    (run / "figures").mkdir()
    (run / "figures" / "own.png").write_bytes(b"own")
    publish(run, tmp_path / "logdir" / "ex04", figures)
    names = files(tmp_path / "logdir" / "ex04")
    assert [name for name in names if name.startswith("figures/")] == ["figures/figure-0001.png", "figures/own.png"]


def test_links_and_devices_are_left_out(run: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("secret")
    (run / "linked-file").symlink_to(secret / "key")
    (run / "linked-folder").symlink_to(secret)
    os.mkfifo(run / "pipe")
    publish(run, tmp_path / "logdir" / "ex04")
    assert files(tmp_path / "logdir" / "ex04") == ["model.index", "train/events.out.tfevents.2.host"]


def test_a_run_that_is_too_large_is_refused_and_the_earlier_one_stays(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "logdir" / "ex04"
    target.mkdir(parents=True)
    (target / "old").touch()
    monkeypatch.setattr(room, "LARGEST_RUN_BYTES", 3)
    with pytest.raises(PublishError, match="too much to keep"):
        publish(run, target)
    assert files(target) == ["old"]


def test_a_target_that_cannot_be_replaced_is_named(run: Path, tmp_path: Path) -> None:
    (tmp_path / "logdir").write_text("a file where a folder should be")
    with pytest.raises(OSError, match="logdir"):
        publish(run, tmp_path / "logdir" / "ex04")
