"""A script that is ended at a limit is told what it used, how far it came, and what made it slow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.engine.breach import starved_run, told
from checker.evidence.progress import ScriptProgress, read_progress
from checker.evidence.session_record import GraphSize
from checker.sandbox.limits import STARVED, WALL_TIME, Breach

STEADY, GROWN = GraphSize(1_000, 95, 95, 0), GraphSize(1_000, 95, 3_095, 990)


def slow(cpu_s: float, wall_s: float = 60.0, lost_s: float = 0.0) -> Breach:
    """Return a breach of 60 s."""
    return Breach(WALL_TIME, "60 s", f"still running after {wall_s:g} s", cpu_s, wall_s, lost_s)


def test_both_times_and_the_steps_are_told() -> None:
    actual, hint = told(slow(57.3), ScriptProgress(1_010, (STEADY,), repeated=1_000))
    assert actual == (
        "still running after 60 s, with 57.3 s of processor time; "
        "its sessions ran 1,010 times, one and the same call 1,000 times"
    )
    assert "fewer steps" in hint


def test_time_that_this_machine_gave_to_others_is_told() -> None:
    actual, hint = told(slow(57.3, wall_s=141.0, lost_s=81.0), ScriptProgress(1_000, (STEADY,)))
    assert actual.startswith(
        "still running after 141 s, with 57.3 s of processor time; 81 s in which this machine worked for"
    )
    assert "fewer steps" in hint


def test_a_script_that_waits_is_not_told_to_compute_less() -> None:
    actual, hint = told(slow(1.2), ScriptProgress())
    assert actual == "still running after 60 s, with 1.2 s of processor time; no session ran yet"
    assert "it mostly waited" in hint
    assert "fewer steps" not in hint


def test_a_script_that_computes_before_any_session_is_told_of_loops() -> None:
    actual, hint = told(slow(59.0), ScriptProgress())
    assert actual.endswith("no session ran yet")
    assert "a loop that never ends" in hint
    assert "fewer steps" not in hint


def test_a_starved_run_is_no_fault_of_the_script() -> None:
    breach = Breach(STARVED, "60 s", "9 s of processor time in 300 s", 9.0, 300.0, 290.0)
    result = starved_run(breach, ScriptProgress(1_000, (STEADY,)), "ex04.py")
    assert result.is_starved
    assert result.actual.startswith(
        "this machine was too busy: 9 s of processor time in 300 s; its sessions ran 1,000 times"
    )
    assert result.detail == ""


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
    (tmp_path / "progress.json").write_text(json.dumps({"calls": 10**30, "graphs": sizes, "repeated": 10**30}))
    progress = read_progress(tmp_path)
    assert (progress.calls, progress.repeated) == (5, 5)


def test_threads_are_told_as_threads() -> None:
    actual, hint = told(Breach("number of threads", "288", "3,001 at once"), ScriptProgress())
    assert actual == "3,001 at once"
    assert "threads" in hint
