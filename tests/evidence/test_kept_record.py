"""What the recorder kept is a claim: a forged record is no record, and none is believed beyond its bounds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from checker.evidence.kept_record import INDEX_FILE, VALUES_FILE, KeptRecord, read_kept_record

LAYOUT = {"offset": 0, "dtype": "<f4", "shape": [2]}
GRAPH = {"number": 0, "trained": 3, "episodes": [2], "trainable": ["w"], "start": {"w": LAYOUT}, "end": {"w": LAYOUT}}
CURVE = {"group": 0, "fetch": "loss:0", "every": 1, "seen": 2, "points": [[1, 2.5], [2, float("nan")]]}


def write(folder: Path, graph: dict[str, Any] | None = None, curve: dict[str, Any] | None = None) -> Path:
    (folder / VALUES_FILE).write_bytes(np.array([1, 2], "<f4").tobytes())
    content = {"graphs": [{**GRAPH, **(graph or {})}], "curves": [{**CURVE, **(curve or {})}]}
    (folder / INDEX_FILE).write_text(json.dumps(content))
    return folder


def test_a_record_is_read(tmp_path: Path) -> None:
    record = read_kept_record(write(tmp_path))
    assert record.main is not None
    assert record.main.start["w"].tolist() == [1, 2]
    (curve,) = record.curves
    assert curve.fetch == "loss"
    assert curve.since(1)[0] == 2.5
    assert np.isnan(curve.since(2)).all()


def test_without_a_record_there_is_nothing(tmp_path: Path) -> None:
    assert read_kept_record(tmp_path) == KeptRecord()


FORGED_GRAPHS: list[dict[str, Any]] = [
    {"start": {"w": {**LAYOUT, "shape": [1 << 40]}}},
    {"start": {"w": {**LAYOUT, "offset": -8}}},
    {"start": {"w": {**LAYOUT, "dtype": "O"}}},
    {"start": [1]},
    {"trained": 1e300},
    {"number": "../0"},
    {"episodes": {"a": 1}},
]
FORGED_CURVES: list[dict[str, Any]] = [
    {"points": [[1, 2.0]] * 5000},
    {"points": [[1, "x"]]},
    {"points": [[1]]},
    {"group": -1},
]


@pytest.mark.parametrize("graph", FORGED_GRAPHS, ids=str)
def test_a_forged_graph_is_no_record(tmp_path: Path, graph: dict[str, Any]) -> None:
    assert read_kept_record(write(tmp_path, graph=graph)) == KeptRecord()


@pytest.mark.parametrize("curve", FORGED_CURVES, ids=lambda curve: str(curve)[:40])
def test_a_forged_curve_is_no_record(tmp_path: Path, curve: dict[str, Any]) -> None:
    assert read_kept_record(write(tmp_path, curve=curve)) == KeptRecord()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "graph_0.pb").symlink_to("/etc/hostname")
    main = read_kept_record(tmp_path).main
    assert main is not None
    assert main.content == b""
