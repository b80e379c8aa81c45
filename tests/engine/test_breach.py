"""A script that is ended at a limit is told what it used, how far it came, and what made it slow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.engine.breach import told
from checker.evidence.progress import ScriptProgress, read_progress
from checker.evidence.session_record import GraphSize
from checker.sandbox.limits import Breach

STEADY, GROWN = GraphSize(1_000, 95, 95, 0), GraphSize(1_000, 95, 3_095, 990)


def slow(cpu_s: float) -> Breach:
    """Return a breach of 60 s."""
    return Breach("wall time", "60 s", "still running after 60 s", cpu_s)


def test_processor_time_and_calls_are_told() -> None:
    actual, hint = told(slow(57.3), ScriptProgress(1_000, (STEADY,)))
    assert actual == "still running after 60 s, with 57.3 s of processor time; its sessions ran 1,000 times"
    assert "fewer steps" in hint


def test_a_script_that_waits_is_not_told_to_compute_less() -> None:
    actual, hint = told(slow(1.2), ScriptProgress())
    assert actual == "still running after 60 s, with 1.2 s of processor time"
    assert "it mostly waited" in hint


def test_a_graph_that_grows_is_named_as_the_reason() -> None:
    actual, hint = told(slow(57.3), ScriptProgress(1_000, (GROWN,)))
    assert actual.endswith("its graph grew from 95 to 3,095 operations")
    assert "tf.Graph.finalize" in hint


def test_too_much_memory_of_a_graph_that_grows_is_explained_by_it() -> None:
    _, hint = told(Breach("memory", "4,096 MiB", "4,100 MiB"), ScriptProgress(1_000, (GROWN,)))
    assert "adds operations" in hint


@pytest.mark.parametrize("content", ["", "[]", '{"calls": 1, "graphs": 7}', '{"calls": -1, "graphs": [{}]}', "{" * 5_000])
def test_a_damaged_record_tells_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "progress.json").write_text(content)
    assert read_progress(tmp_path) == ScriptProgress()


def test_no_more_calls_are_told_than_the_graphs_had(tmp_path: Path) -> None:
    sizes = [{"calls": 5, "early_nodes": 7, "nodes": 7, "grew": 0}]
    (tmp_path / "progress.json").write_text(json.dumps({"calls": 10**30, "graphs": sizes}))
    assert read_progress(tmp_path).calls == 5
