"""Fixtures of the suite's own tests; skips are listed in the last line, and forbidden where SUITE_NO_SKIPS is set."""

from __future__ import annotations

import gc
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from checker.engine.workshop import Workshop
from checker.exercise import Limits
from checker.sandbox.box import Box, JobResult
from checker.workers.cores import thread_variables, threads_for
from tests.support.browsing import chromium_started, find_chromium
from tests.support.fixture_types import CommandLine, RunScript, WriteWithTensorflow
from tests.support.paths import PROJECT, TESTS
from tests.support.processes import checker_command, environment
from tests.support.script_text import IMPORTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Its assertions are shared by tests, and tell as much as theirs.
pytest.register_assert_rewrite("tests.support.graph_answers")

# They take a minute or two each and go first: the last of them would keep one worker busy while the others are done.
LONGEST = [
    TESTS / "diagnoses" / "test_examined.py",
    TESTS / "exercises" / "test_tour_pages.py",
    TESTS / "test_ordinary_user.py",
    TESTS / "learner" / "test_skeletons.py",
    TESTS / "session" / "test_killed_while_working.py",
    TESTS / "session" / "test_session_cli.py",
    TESTS / "sandbox" / "test_walls.py",
    TESTS / "sandbox" / "test_memory_limit.py",
    TESTS / "sandbox" / "test_job_limits.py",
    TESTS / "workers" / "test_cluster.py",
    TESTS / "exercises" / "test_exercises.py",
    TESTS / "exercises" / "test_tours.py",
    TESTS / "test_cli.py",
    TESTS / "packs" / "test_teacher_pack.py",
    TESTS / "engine" / "test_hostile.py",
    TESTS / "selftest" / "test_selftest.py",
    TESTS / "sandbox" / "test_prelude.py",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = [str(path) for path in LONGEST if not path.is_file()]
    if missing:
        raise pytest.UsageError(f"LONGEST in tests/conftest.py names what is not there: {', '.join(missing)}")
    files = [*LONGEST, *sorted({item.path for item in items} - {*LONGEST})]
    places = {path: place for place, path in enumerate(files)}
    items.sort(key=lambda item: places[item.path])
    gc.freeze()  # thousands of tests and all that they import stay: the collector need not look at them again and again


@pytest.fixture(scope="session")
def box() -> Iterator[Box]:
    """A warm box for tests that run a few lines of TensorFlow."""
    with Box() as warm:
        yield warm


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    """A workshop, shared by all tests of a worker; its jobs do not fight over the cores with those of other workers."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    with Workshop(env=thread_variables(threads_for(workers))) as shared:
        yield shared


@pytest.fixture
def job_folder(box: Box) -> Iterator[Path]:
    """A folder of the box, which the jobs of one test share."""
    with box.job_folder() as folder:
        (folder / "run").mkdir()
        yield folder


@pytest.fixture
def run_script(box: Box, job_folder: Path) -> RunScript:
    """Run Python text in the box with run/ of the job folder as working folder; return how it ended."""

    def run(text: str, limits: Limits | None = None, **env: str) -> JobResult:
        script = job_folder / "script.py"
        script.write_text(text, "utf-8")
        return box.run(
            "script", job_folder, limits or Limits(time_s=300), env, cwd=str(job_folder / "run"), script=str(script)
        )

    return run


@pytest.fixture
def write_with_tensorflow(run_script: RunScript, job_folder: Path) -> WriteWithTensorflow:
    """Run lines with `tf` (compat.v1, v2 behaviour off) and `np` at hand; return the folder they wrote into."""

    def write(lines: str) -> Path:
        text = IMPORTS + lines
        result = run_script(text)
        assert result.exit_code == 0, result.stderr.decode()
        return job_folder / "run"

    return write


@pytest.fixture
def command_line() -> CommandLine:
    """Run ``python -m checker`` as a real child process."""

    def run(*arguments: str, cwd: Path = PROJECT, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            checker_command(*arguments),
            cwd=cwd,
            env=environment(**env),
            capture_output=True,
            text=True,
            timeout=600,
        )

    return run


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium."""
    path = find_chromium()
    if path:
        return path
    pytest.skip("Chromium is not installed: apt-get install chromium")  # the browser is a Debian package, not a wheel


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium for all browser tests of a worker; it draws WebGL without a graphics card."""
    with chromium_started(chromium) as started:
        yield started


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say in the very last line what was skipped, and why."""
    skipped = _skipped(config)
    if skipped:
        reasons = sorted({_reason(report) for report in skipped})
        print(f"{len(skipped)} tests were skipped: {'; '.join(reasons)}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a run that skipped something where nothing may be skipped."""
    if os.environ.get("SUITE_NO_SKIPS") and exitstatus == 0 and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _reason(report: pytest.TestReport) -> str:
    assert isinstance(report.longrepr, tuple), "a skip is told as file, line and reason"
    return report.longrepr[2].removeprefix("Skipped: ")


def _skipped(config: pytest.Config) -> list[pytest.TestReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []
