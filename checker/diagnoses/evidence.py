"""The fixtures of diagnoses of any script: where the evidence of an exercise comes from its logdir, theirs is the record."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from checker.engine.findings import Findings
from checker.engine.script_run import ScriptRun
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph, GraphError
from checker.evidence.kept_record import KeptRecord, read_kept_record
from checker.evidence.live_model import live_part
from checker.evidence.training import Training
from checker.expect import fail
from checker.recompute.examined import Examined
from checker.sandbox.evaluator import Evaluator

Unexamined = Callable[[str, str], None]
NOT_EXAMINED = "not examined: "


@pytest.fixture(scope="session")
def record(finished: ScriptRun) -> KeptRecord:
    """What the recorder kept of the training."""
    return read_kept_record(finished.sessions)


@pytest.fixture(scope="session")
def graph(finished: ScriptRun, record: KeptRecord, recorded_events: EventLog) -> Graph:
    """The graph that was trained most, as the recorder kept it, else the newest in the event files."""
    logged = [content for run in recorded_events.runs.values() for content in run.graphs]
    contents = [record.main.content] if record.main and record.main.content else logged[-1:]
    hint = "sess.run, in a tf.Session; tf.keras trains in graph mode after tf.disable_v2_behavior"
    if not contents:
        fail("the sessions of this run", "a graph that a session runs", "no session ran, and no graph was written", hint)
    try:
        found = Graph.from_graph_def(contents[0], record.main.trainable if record.main else ())
    except GraphError as error:
        fail("the sessions of this run", "a graph that can be read", str(error), hint)
    return live_part(found, finished.session_log)


@pytest.fixture(scope="session")
def examined(
    graph: Graph, training: Training, record: KeptRecord, recorded_events: EventLog, evaluator: Evaluator
) -> Examined:
    """The training with everything that is on record of it."""
    return Examined(graph, training, record, recorded_events, evaluator)


@pytest.fixture(scope="session")
def unexamined(findings: Findings) -> Unexamined:
    """Note what could not be judged, and what would settle it; all such notes become one line of the report."""
    notes: dict[str, None] = {}

    def note(what: str, settled_by: str) -> None:
        notes[f"{what} ({settled_by})"] = None
        findings.unexamined[:] = [NOT_EXAMINED + "; ".join(notes)]

    return note
