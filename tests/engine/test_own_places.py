"""A message names the line that made what it speaks of, and a record that is forged or hostile does no harm."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from checker.engine.findings import Findings
from checker.engine.own_files import OwnFiles
from checker.engine.own_lines import RecordedLines
from checker.engine.own_places import OwnPlaces, Told
from checker.engine.script_run import ScriptRun
from checker.evidence.graph import Graph
from checker.outcome import Mismatch
from checker.sandbox.box import JobResult
from checker.subjects import (
    EarliestSaver,
    FirstOf,
    Line,
    Operation,
    PointsOf,
    Recorded,
    Repeats,
    SpokenOf,
    WriterOf,
    about,
    about_all,
    subjects_of,
)
from tests.support.exercises import CATALOG

SCRIPT = "import helper\nx = 1\nh = dense(x)\n\ny = dense(h)\nloss = '\x1b[31m<b>' + " + "9" * 300 + "\n"
HELPER = "def dense(x):\n    return x\n"


@pytest.fixture
def run(tmp_path: Path) -> ScriptRun:
    """A run of a script with a module, with an empty record."""
    own, work, sessions = tmp_path / "own", tmp_path / "work", tmp_path / "sessions"
    for folder in (own, work, sessions):
        folder.mkdir()
    (own / "ex02.py").write_text(SCRIPT)
    (own / "helper.py").write_text(HELPER)
    (own / "secret.py").write_text("password = 1\n")
    (sessions / "arrays.bin").write_bytes(b"")
    brought = frozenset({"ex02.py", "helper.py", "gone.py"})
    ended = cast(JobResult, None)  # how it ended is not asked
    return ScriptRun(CATALOG["ex02"], own / "ex02.py", work, tmp_path / "figures", sessions, ended, "embedded", brought)


def graph_of(*names: str) -> Graph:
    graph = Graph.from_graph_def(b"")
    for name in names:
        graph.nodes[name] = cast(Any, SimpleNamespace(op="NoOp", name=name, input=[]))
    return graph


def told(run: ScriptRun, *subjects: SpokenOf, actual: str = "2") -> Told:
    findings = Findings(graph=graph_of("a", "b", "loss"))
    places = OwnPlaces(OwnFiles(run), RecordedLines(run, findings))
    return places.told(Mismatch(about("the graph", *subjects), "1", actual))


def write(run: ScriptRun, name: str, **content: object) -> None:
    (run.sessions / name).write_text(json.dumps(content))


def record(run: ScriptRun, *groups: tuple[list[list[int]], list[str]]) -> None:
    write(run, "lines.json", files=["ex02.py", "helper.py", "secret.py", "../own/ex02.py"], graphs=[list(groups)])


def test_where_begins_with_the_line_and_its_text(run: ScriptRun) -> None:
    record(run, ([[0, 2]], ["a"]))
    found = told(run, Operation("a"))
    assert (found.where, found.place) == ("ex02.py, line 2: x = 1; the graph", "ex02.py, line 2: x = 1")
    assert [(line.file, line.number) for line in found.lines] == [("ex02.py", 2)]


def test_two_lines_that_meet_are_both_named(run: ScriptRun) -> None:
    record(run, ([[0, 2]], ["a"]), ([[0, 3]], ["b"]))
    found = told(run, Operation("a"), actual=about("the output of b", Operation("b")))
    assert found.actual == "the output of b (ex02.py, line 3)"
    assert [line.number for line in found.lines] == [2, 3]


def test_a_function_that_several_lines_call_is_named_with_the_line_that_called(run: ScriptRun) -> None:
    record(run, ([[1, 2], [0, 3]], ["a"]), ([[1, 2], [0, 5]], ["b"]))
    assert told(run, Operation("b")).where == "helper.py, line 2, called from ex02.py, line 5: return x; the graph"
    record(run, ([[1, 2], [0, 3]], ["a", "b"]))
    assert told(run, Operation("b")).where == "helper.py, line 2: return x; the graph"


def test_the_nodes_that_a_message_speaks_of_are_named_once_clean_and_bounded(run: ScriptRun) -> None:
    many = [Operation(name) for name in ("a", "a", "b\x1b[31m", "c", "d", "e")]
    nodes = told(run, FirstOf((*many,)), actual=about("2", Operation("a"))).nodes
    assert (nodes[0], nodes[2:]) == ("a", ("c", "d"))
    assert "\x1b" not in nodes[1]


def test_of_a_crash_every_own_line_that_led_there_is_named(run: ScriptRun) -> None:
    lines = tuple(Line(file, number) for file, number in (("helper.py", 2), ("ex02.py", 3), ("ex02.py", 5)))
    where = about("helper.py, line 2", Recorded(lines))
    found = OwnPlaces(OwnFiles(run), RecordedLines(run, Findings())).told(
        Mismatch(where, "an end", "an error", kind="crash")
    )
    chain = "called from ex02.py, line 3: h = dense(x); called from ex02.py, line 5: y = dense(h)"
    assert found.where == found.place == f"helper.py, line 2: return x; {chain}"
    assert [line.number for line in found.lines] == [2, 3, 5]


@pytest.mark.parametrize("stack", [[[0, 4]], [[0, 999]], [[2, 1]], [[3, 2]]])
def test_a_line_that_the_learner_has_not_is_not_named(run: ScriptRun, stack: list[list[int]]) -> None:
    record(run, (stack, ["a"]))
    assert told(run, Operation("a")) == Told("the graph", "2", nodes=("a",))


def test_the_text_of_a_line_is_clean_and_bounded(run: ScriptRun) -> None:
    record(run, ([[0, 6]], ["loss"]))
    place = told(run, Operation("loss")).place
    assert "\x1b" not in place
    assert place.endswith("…")
    assert len(place) < 130


def test_a_script_that_changes_its_copy_changes_no_message(run: ScriptRun) -> None:
    (run.folder / "ex02.py").write_text("forged\nforged\n")
    record(run, ([[0, 2]], ["a"]))
    assert told(run, Operation("a")).place == "ex02.py, line 2: x = 1"


def test_a_module_that_became_a_link_is_not_read(run: ScriptRun) -> None:
    (run.script.parent / "gone.py").symlink_to(run.script.parent / "secret.py")
    assert told(run, Recorded((Line("gone.py", 1),))).place == ""


def test_a_line_of_a_notebook_is_named_by_its_cell(run: ScriptRun) -> None:
    (run.folder / "ex02.py").write_text("# In[1]:\n\n\nx = 1\n\n\n# In[2]:\n\n\ny = 2\nz = 3\n")
    (run.script.parent / "ex02.ipynb").write_text("{}")
    notebook = replace(run, script=run.script.with_name("ex02.ipynb"))
    record(run, ([[0, 11]], ["a"]))
    found = told(notebook, Operation("a"))
    assert found.where == "ex02.ipynb, code cell 2, line 2: z = 3; the graph"


def test_writers_savers_and_points_have_lines(run: ScriptRun) -> None:
    given = {"graph": 0, "nodes": 3, "graph_lines": [], "waiting": 0}
    made = {"folder": "logdir/ex02", "lines": [[0, 2]], "calls": 0, "beside": "", **given}
    savers = [{"lines": [[0, 5]], "graph": 0, "nodes": 9}, {"lines": [[0, 3]], "graph": 0, "nodes": 2}]
    series = {"writer": 0, "tag": "loss", "lines": [[0, 5]], "count": 1, "sources": {}, "groups": {}, "samples": []}
    write(run, "written.json", files=["ex02.py"], writers=[made], savers=savers, series=[series])
    assert [line.number for line in told(run, WriterOf("logdir/ex02")).lines] == [2]
    assert [line.number for line in told(run, EarliestSaver()).lines] == [3]
    assert [line.number for line in told(run, PointsOf("logdir/ex02", "loss")).lines] == [5]
    first = FirstOf((PointsOf("elsewhere", "loss"), WriterOf("logdir/ex02")))
    assert [line.number for line in told(run, first).lines] == [2]


def test_a_graph_grows_at_the_line_that_repeats_itself(run: ScriptRun) -> None:
    many = [f"Mean_{number}" for number in range(30)]
    record(run, ([[0, 2]], [f"layer{number}/W{'x' * number}" for number in range(40)]), ([[0, 3]], many))
    assert [line.number for line in told(run, Repeats()).lines] == [3]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"files": 7, "graphs": 7}', "[" * 9_000])
def test_a_record_that_is_none_leaves_the_message(run: ScriptRun, content: str) -> None:
    for name in ("lines.json", "written.json", "sessions.json"):
        (run.sessions / name).write_text(content)
    assert told(run, Operation("a"), Repeats(), WriterOf("logdir/ex02"), EarliestSaver()) == Told(
        "the graph", "2", nodes=("a",)
    )


def test_the_report_carries_the_files_that_are_named(run: ScriptRun) -> None:
    places = OwnPlaces(OwnFiles(run), RecordedLines(run, Findings(graph=graph_of("a"))))
    record(run, ([[1, 2]], ["a"]))
    (line,) = places.told(Mismatch(about("x", Operation("a")), "1", "2")).lines
    check = cast(Any, SimpleNamespace(lines=(line,)))
    assert [(file.name, file.title, file.text) for file in places.sources([check])] == [("helper.py", "helper.py", HELPER)]


def test_a_text_keeps_what_it_speaks_of() -> None:
    text = about("the graph", Operation("a"))
    assert text == "the graph"
    assert subjects_of(about_all("more", text, "plain")) == (Operation("a"),)
    assert subjects_of(f"{text}, left") == ()
