"""What the tests on two TensorFlows share: each script runs once on each of them, for all tests of the session."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping

import pytest

from tests.support.two_tensorflows import EXERCISES, PYTHON_VARIABLE, TF1, Both, TwoTensorflows

FIGURES = pytest.StashKey[Mapping[str, Both]]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to begin without TensorFlow 1.15: whoever names this folder asks for it, so nothing is skipped."""
    if session.items and not session.config.option.collectonly:
        problem = why_not(os.environ.get(PYTHON_VARIABLE, ""))
        if problem:
            raise pytest.UsageError(f"{PYTHON_VARIABLE}: {problem}; make test-tf1 sets it up and runs these tests")


def why_not(interpreter: str) -> str:
    """Return why an interpreter cannot be used, "" if it can."""
    if not shutil.which(interpreter):
        return f"no interpreter {interpreter!r}"
    program = [interpreter, "-c", "import tensorflow; print(tensorflow.__version__)"]
    found = subprocess.run(program, capture_output=True, text=True, timeout=600).stdout.strip()
    return "" if found.startswith(TF1) else f"{interpreter} has TensorFlow {found or 'of no version'}, and not {TF1}"


@pytest.fixture(scope="session")
def two_tensorflows(tmp_path_factory: pytest.TempPathFactory) -> TwoTensorflows:
    """Both TensorFlows."""
    return TwoTensorflows(os.path.abspath(os.environ[PYTHON_VARIABLE]), tmp_path_factory.mktemp("two"))


@pytest.fixture(scope="session")
def all_runs(two_tensorflows: TwoTensorflows, request: pytest.FixtureRequest) -> Mapping[str, Both]:
    """The scripts that the chosen tests ask for, run on both."""
    asked = {item.callspec.params.get("exercise") for item in request.session.items if hasattr(item, "callspec")}
    runs = two_tensorflows.run_all([name for name in EXERCISES if name in asked])
    request.config.stash[FIGURES] = runs
    return runs


@pytest.fixture
def both(all_runs: Mapping[str, Both], exercise: str) -> Both:
    """One script on both TensorFlows."""
    return all_runs[exercise]


@pytest.fixture(scope="session")
def restored_across(two_tensorflows: TwoTensorflows, all_runs: Mapping[str, Both]) -> TwoTensorflows:
    """Both TensorFlows, after each has restored the checkpoints of the other."""
    two_tensorflows.restore_across(list(all_runs.values()))
    return two_tensorflows


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show what docs/architecture.md sums up: processor seconds on both, and by how much the curves differ."""
    runs = config.stash.get(FIGURES, {})
    for name, both in runs.items():
        curves = both.differences() if both.tf1.exit_code == both.tf2.exit_code == 0 else {}
        most = f"{max(curves.values()):.1e}" if curves else "no curves"
        seconds = " and ".join(f"{ran.processor_s:5.1f} s" for ran in both)
        terminalreporter.write_line(f"{name:<11} {seconds} of processor time; largest difference of a curve: {most}")
    if runs:
        totals = [sum(ran.processor_s for ran in each) for each in zip(*runs.values())]
        terminalreporter.write_line("in all      {:5.1f} s and {:5.1f} s".format(*totals))
