"""A session, or one of its workers, that ends while scripts run: nothing stored is lost, and no process is left."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from checker.session.store import Store
from tests.support.processes import checker_command, environment
from tests.support.script_text import RIGHT
from tests.support.sessions import OPTIONS, outcomes

LEARNERS = 8  # each is 4 s of work
PATIENCE_S = 240
COMMAND = checker_command("session", "handed in", *OPTIONS, "--jobs", "2")


@pytest.fixture
def class_folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder in which a class of learners has handed in."""
    for number in range(getattr(request, "param", LEARNERS)):
        folder = tmp_path / f"handed in/learner {number:02}"
        folder.mkdir(parents=True)
        (folder / "ex01.py").write_text(f"import time\ntime.sleep(0.3)\n{RIGHT}")
    return tmp_path


def wait_while_working(process: subprocess.Popen[bytes], seen: psutil.Process, folder: Path, more_than: int) -> None:
    """Wait until more results are stored, and boxes of workers are open."""
    until = time.monotonic() + PATIENCE_S
    while process.poll() is None and not (runs_scripts(seen) and len(stored(folder)) > more_than):
        assert time.monotonic() < until, (folder / "log").read_text()
        time.sleep(0.1)


def stored(folder: Path) -> set[str]:
    if not (folder / "session/session.sqlite").exists():
        return set()
    with Store(folder / "session", create=False) as store:
        return {login for (login, _), status in store.statuses().items() if status}


def children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def runs_scripts(process: psutil.Process) -> bool:
    """Whether boxes of workers are open: bubblewrap runs below the process."""
    names = []
    for child in children(process):
        try:
            names.append(child.name())
        except psutil.NoSuchProcess:
            continue
    return "bwrap" in names


def test_five_kills_while_workers_run_lose_nothing_and_leave_no_process(class_folder: Path) -> None:
    kept: set[str] = set()
    for _ in range(5):
        log = (class_folder / "log").open("ab")
        with subprocess.Popen(COMMAND, cwd=class_folder, env=environment(), stdout=log, stderr=log) as process:
            seen = psutil.Process(process.pid)
            wait_while_working(process, seen, class_folder, more_than=len(kept))
            left = children(seen)
            assert process.poll() is None, "the session ended before it was killed: there is too little to do"
            process.kill()
        _, alive = psutil.wait_procs(left, timeout=PATIENCE_S)
        assert alive == []
        assert kept < stored(class_folder)
        kept = stored(class_folder)
    done = subprocess.run(COMMAND, cwd=class_folder, env=environment(), capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(kept)} need no run" in done.stdout
    assert {login: status for login, (status, _) in outcomes(class_folder / "session").items()} == {
        f"learner {number:02}": "pass" for number in range(LEARNERS)
    }
    assert list((class_folder / "session").glob(".incoming-*")) == []


@pytest.mark.parametrize("class_folder", [4], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_worker_that_is_ended_costs_no_result(class_folder: Path, number: signal.Signals) -> None:
    log = (class_folder / "log").open("ab")
    with subprocess.Popen(COMMAND, cwd=class_folder, env=environment(), stdout=log, stderr=log) as process:
        seen = psutil.Process(process.pid)
        wait_while_working(process, seen, class_folder, more_than=0)
        workers = [
            child for child in children(seen) if child.ppid() == process.pid and "spawn_main" in " ".join(child.cmdline())
        ]
        assert len(workers) == 2
        workers[0].send_signal(number)
        assert process.wait(timeout=600) == 0, (class_folder / "log").read_text()
    assert {status for status, _ in outcomes(class_folder / "session").values()} == {"pass"}
    assert len(outcomes(class_folder / "session")) == 4
