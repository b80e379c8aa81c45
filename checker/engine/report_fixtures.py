"""The fixture that fills the report: it asks for evidence whatever the checks of an exercise ask for."""

from __future__ import annotations

from typing import Any

import pytest

from checker.engine.charts import curve_charts
from checker.engine.findings import Findings
from checker.engine.run_plugin import FINDINGS, RUN
from checker.evidence.curves import training_loss
from checker.evidence.graph import Graph
from checker.evidence.variables import digest, statistics


@pytest.fixture(scope="session", autouse=True)
def findings(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Findings:
    """What the report shows of the run, whether or not the checks of the exercise ask for it.

    Evidence that is missing is left out here: the check that asks for it tells so.
    """
    found = pytestconfig.stash[FINDINGS]
    events, saved = _if_there(request, "recorded_events"), _if_there(request, "checkpoint")
    found.loss = training_loss(events) if events is not None else ()
    graph = _if_there(request, "graph")
    found.graph = graph if graph is not None else _if_there(request, "logged_graph")
    if events is not None:
        logged = found.graph or Graph.from_graph_def(b"")
        found.curves = curve_charts(events, logged, pytestconfig.stash[RUN].exercise.logdir)
    if graph is not None and saved is not None:
        found.variables, found.weights = statistics(graph, saved), digest(graph, saved)
    return found


def _if_there(request: pytest.FixtureRequest, fixture: str) -> Any:
    """Return a fixture's value, None where it raises. For a check that asks for it, pytest raises the same again."""
    try:
        return request.getfixturevalue(fixture)
    except Exception:
        return None
