"""Files that are small and unfold to much are told before they take memory, by their name and with a remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checker.engine.evidence_process import EvidenceProcess
from checker.evidence.budget import AMOUNTS, NODES, VALUES, Amount, TooMuchToRead, of_one_run
from checker.evidence.events import read_event_log
from checker.evidence.graph import Graph
from checker.units import MIB
from tests.support import hostile_files
from tests.support.event_files import framed

JOBS = "tests.support.reading_jobs"
LITTLE = 160 * MIB  # beyond what the process has that has read nothing


@pytest.fixture(scope="module")
def process() -> Iterator[EvidenceProcess]:
    with EvidenceProcess() as started:
        yield started


@pytest.fixture(scope="module")
def at_rest(process: EvidenceProcess, tmp_path_factory: pytest.TempPathFactory) -> int:
    """The memory of the process when it has imported the readers and has read nothing, in bytes."""
    process.call(f"{JOBS}:read_events", str(tmp_path_factory.mktemp("nothing")))
    return process.peak_memory_bytes


EVENTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "6 million empty values in 60 records": (lambda: hostile_files.empty_values(60, 100_000), "2,000,000 summary values"),
    "6 million empty values in 6 records": (lambda: hostile_files.empty_values(6, 1_000_000), "2,000,000 parts of records"),
    "one record of 9 MiB": (lambda: hostile_files.empty_values(1, 9 * MIB // 2), "2,000,000 parts of records"),
    "a tensor of 4 million dimensions": (lambda: hostile_files.many_dimensions(4_000_000), "2,000,000 parts of records"),
    "100,000 tags": (lambda: hostile_files.many_tags(100_000), "20,000 tags"),
    "1.2 million empty records": (lambda: framed(b"") * 1_200_000, "1,000,000 records"),
}


@pytest.mark.parametrize("case", EVENTS)
def test_event_files_that_unfold_are_told_and_take_little_memory(
    process: EvidenceProcess, at_rest: int, tmp_path: Path, case: str
) -> None:
    make, bound = EVENTS[case]
    file = hostile_files.write(tmp_path / "train", make())
    where, expected, actual, hint = process.call(f"{JOBS}:read_events", str(tmp_path))
    assert where == f"logdir/ex01/train/{file.name}"
    assert bound in expected
    assert actual[0].isdigit()
    assert hint
    assert process.peak_memory_bytes - at_rest < LITTLE


@pytest.mark.parametrize("nodes", [500_001, 1_500_000])
def test_a_graph_of_too_many_nodes_is_told(process: EvidenceProcess, at_rest: int, tmp_path: Path, nodes: int) -> None:
    (tmp_path / "model.meta").write_bytes(hostile_files.many_nodes(nodes))
    where, expected, _, hint = process.call(f"{JOBS}:read_meta", str(tmp_path / "model.meta"))
    assert where == "logdir/ex01/model.meta"
    assert "500,000 nodes" in expected
    assert "before the loop" in hint
    assert process.peak_memory_bytes - at_rest < 20 * MIB


def test_the_nodes_of_functions_count(process: EvidenceProcess, at_rest: int, tmp_path: Path) -> None:
    (tmp_path / "graph").write_bytes(hostile_files.many_nodes_in_functions(1_500_000))
    assert "500,000 nodes" in process.call(f"{JOBS}:read_graph", str(tmp_path / "graph"))[1]
    assert process.peak_memory_bytes - at_rest < 20 * MIB


def test_pictures_are_decoded_one_at_a_time_and_their_pixels_count(
    process: EvidenceProcess, at_rest: int, tmp_path: Path
) -> None:
    hostile_files.write(tmp_path, hostile_files.many_pictures(40, 4096))
    where, expected, _, _ = process.call(f"{JOBS}:decode_pictures", str(tmp_path))
    assert where == "the pictures in the event files"
    assert "600,000,000 pixels" in expected
    assert process.peak_memory_bytes - at_rest < LITTLE


def test_a_record_of_a_run_that_unfolds_is_none_of_the_recorders(
    process: EvidenceProcess, at_rest: int, tmp_path: Path
) -> None:
    (tmp_path / "sessions.json").write_bytes(b'{"groups": [' + b"[]," * 5_000_000 + b"[]]}")
    assert process.call(f"{JOBS}:read_record", str(tmp_path)) is False
    assert process.peak_memory_bytes - at_rest < 40 * MIB


def test_files_of_one_run_count_together(tmp_path: Path) -> None:
    for folder in ("train", "test"):
        hostile_files.write(tmp_path / folder, hostile_files.empty_values(1, 6))
    few = {**AMOUNTS, VALUES: Amount(10, "summary values", "fewer")}
    with of_one_run(few), pytest.raises(TooMuchToRead) as error:
        read_event_log(tmp_path, "logdir/ex02")
    assert error.value.where.startswith("logdir/ex02/train/")
    assert (error.value.expected, error.value.hint) == ("at most 10 summary values in all that a run leaves", "fewer")
    assert error.value.actual.startswith("12")


def test_graphs_of_one_run_count_together() -> None:
    few = {**AMOUNTS, NODES: Amount(10, "nodes of graphs", "fewer")}
    with of_one_run(few):
        Graph.from_meta_graph(hostile_files.many_nodes(6))
        with pytest.raises(TooMuchToRead):
            Graph.from_meta_graph(hostile_files.many_nodes(6))
    Graph.from_meta_graph(hostile_files.many_nodes(6))  # the next run begins anew


def test_a_damaged_graph_is_left_to_the_parser() -> None:
    for content in (b"\x12\xff", b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"\x0b", b"\x12\x02\x0a"):
        with pytest.raises(ValueError, match="not a meta graph"):
            Graph.from_meta_graph(content)
