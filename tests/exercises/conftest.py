"""The scripts and the tours, run by hand once for all test files."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.by_hand import SCRIPTS, run_by_hand
from tests.support.exercises import CATALOG
from tests.support.served_board import tour_server


@pytest.fixture(scope="session")
def toured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The logdir of a folder in which the six scripts and then the tours were run by hand.

    Its scripts take a minute and a half. So the workers share it: the first one that asks makes it, the others wait.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # each worker has a folder of its own in that of the session
    folder = shared / "somewhere else"
    with (shared / "toured.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "toured").exists():
            folder.mkdir(exist_ok=True)
            tours = sorted(path.stem for path in (SCRIPTS / "tours").glob("*.py"))
            for script in [
                *(exercise.script for exercise in CATALOG.exercises.values()),
                *(f"tours/{name}.py" for name in tours),
            ]:
                finished = run_by_hand(script, folder)
                assert finished.returncode == 0, finished.stderr
            (shared / "toured").touch()
    return folder / "logdir"


@pytest.fixture(scope="module")
def tour_address(request: pytest.FixtureRequest, toured: Path) -> Iterator[str]:
    """TensorBoard as a tour starts it: the parameter is its loader, as in `--load_fast`, and the folder."""
    load_fast, logdir = request.param
    with tour_server(toured, logdir, load_fast) as address:
        yield address
