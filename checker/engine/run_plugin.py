"""The pytest plugin that gives one run to the fixtures, and loads check files by our own rule."""

from __future__ import annotations

import inspect
from collections.abc import Generator
from pathlib import Path

import pytest

from checker.engine.check_file import CheckModule
from checker.engine.findings import Findings
from checker.engine.script_run import ScriptRun
from checker.evidence.events import EventLog
from checker.outcome import Mismatch
from checker.sandbox.evaluator import Evaluator

READ_FROM_EVENTS = {"events", "loss_curves", "accuracy_curves"}  # fixtures

RUN = pytest.StashKey[ScriptRun]()
EVALUATOR = pytest.StashKey[Evaluator]()
FINDINGS = pytest.StashKey[Findings]()


class RunPlugin:
    """The plugin that gives the fixtures one run, and an evaluator for what it left.

    `findings` is filled while the checks are held.
    """

    def __init__(self, script_run: ScriptRun, evaluator: Evaluator) -> None:
        self.findings = Findings()
        self._run = script_run
        self._evaluator = evaluator

    def again(self) -> RunPlugin:
        """Return the same for another file of checks: they find the graph that is known, and fill findings of their own."""
        other = RunPlugin(self._run, self._evaluator)
        other.findings.graph = self.findings.graph
        return other

    def pytest_configure(self, config: pytest.Config) -> None:
        """Store them where fixtures find them."""
        config.stash[RUN] = self._run
        config.stash[EVALUATOR] = self._evaluator
        config.stash[FINDINGS] = self.findings


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> CheckModule:
    """Load check files by our own rule, not by pytest's: two packs may have files of one name."""
    return CheckModule.from_parent(parent, path=module_path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None, object, object]:
    """When a check fails for want of what a damaged event file has lost, tell the damage: it is the one cause."""
    try:
        return (yield)
    except Mismatch:
        events, finished = item.funcargs.get("events"), item.funcargs.get("finished")
        reads_events = READ_FROM_EVENTS & inspect.signature(item.function).parameters.keys()
        if reads_events and isinstance(events, EventLog) and isinstance(finished, ScriptRun):
            events.require_whole(finished.exercise.logdir)
        raise
