"""The scripts, the tours and the workshops, run by hand once for all test files."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.support.by_hand import SCRIPTS, run_by_hand
from tests.support.exercises import CATALOG, WORKSHOPS
from tests.support.served_board import tour_server
from tests.support.tours import tour_steps, workshop_steps

Told = dict[str, CompletedProcess[str]]


@pytest.fixture(scope="session")
def told_by_scripts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Told]:
    """A folder that is not the project's, and what the six scripts told there, run by hand and without a display."""
    return _told_once(tmp_path_factory, "somewhere else", {each.id: each.script for each in CATALOG.exercises.values()})


@pytest.fixture(scope="session")
def toured(tmp_path_factory: pytest.TempPathFactory, told_by_scripts: tuple[Path, Told]) -> Path:
    """The logdir of a folder in which the six scripts and then the tours were run by hand."""

    def run(folder: Path) -> None:
        shutil.copytree(told_by_scripts[0], folder, dirs_exist_ok=True)
        for tour in sorted((SCRIPTS / "tours").glob("*.py")):
            finished = run_by_hand(f"tours/{tour.name}", folder)
            assert finished.returncode == 0, finished.stderr

    return _made_once(tmp_path_factory, "after the tours", run) / "logdir"


@pytest.fixture(scope="session")
def told_by_workshops(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Told]:
    """A folder that is not the project's, and what the workshops told there, run by hand and without a display."""
    return _told_once(tmp_path_factory, "the workshops", {name: f"workshops/{name}.py" for name in WORKSHOPS})


@pytest.fixture(scope="module")
def tour_address(request: pytest.FixtureRequest, toured: Path) -> Iterator[str]:
    """TensorBoard as a tour starts it: the parameter is its loader, as in `--load_fast`, and the folder."""
    load_fast, logdir = request.param
    with tour_server(toured, logdir, load_fast, tour_steps()) as address:
        yield address


@pytest.fixture(scope="module")
def workshop_address(request: pytest.FixtureRequest, told_by_workshops: tuple[Path, Told]) -> Iterator[str]:
    """TensorBoard as the tour of a workshop starts it: the parameter is the folder."""
    with tour_server(told_by_workshops[0] / "logdir", request.param, "auto", workshop_steps()) as address:
        yield address


def _told_once(factory: pytest.TempPathFactory, name: str, scripts: Mapping[str, str]) -> tuple[Path, Told]:
    """Return the folder where scripts were run by hand, once for all workers, and what each of them told."""

    def run(folder: Path) -> None:
        told = {exercise: run_by_hand(script, folder) for exercise, script in scripts.items()}
        kept = {exercise: [each.returncode, each.stdout, each.stderr] for exercise, each in told.items()}
        folder.with_suffix(".json").write_text(json.dumps(kept), "utf-8")

    folder = _made_once(factory, name, run)
    kept = json.loads(folder.with_suffix(".json").read_text("utf-8"))
    return folder, {exercise: CompletedProcess(exercise, *each) for exercise, each in kept.items()}


def _made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that the first worker which asks makes, while the others wait: it takes a minute or more."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # each worker has a folder of its own in that of the session
    folder, made = shared / name, shared / f"{name}.made"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            made.touch()
    return folder
