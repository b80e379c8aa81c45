"""A record of sessions that is damaged or forged is no record."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from checker.evidence import session_record
from checker.evidence.session_record import SessionLog, read_session_log
from checker.sandbox.recorder import FIRST_SAMPLES, MORE_SAMPLES, MOST_GROUPS, MOST_PATHS
from checker.sandbox.samples import MOST_BYTES, MOST_ROWS

GOOD = {
    "files": ["ex02.py"],
    "calls": 1,
    "graphs": [],
    "paths": [],
    "groups": [
        {
            "graph": 0,
            "fetches": ["loss:0"],
            "feeds": ["x:0"],
            "count": 1,
            "first": 1,
            "last": 1,
            "fed_back": 0,
            "lines": [[0, 12]],
            "results": [{"fetch": "loss:0", "count": 1, "low": 2.0, "high": 2.0, "last": 2.0}],
            "digests": {},
            "samples": [{"call": 1, "arrays": {"x:0": {"offset": 0, "dtype": "<f4", "shape": [2], "of": [2]}}}],
        }
    ],
}


def _written(folder: Path, index: str, data: bytes = b"\0" * 8) -> SessionLog:
    (folder / "sessions.json").write_text(index)
    (folder / "arrays.bin").write_bytes(data)
    return read_session_log(folder)


def test_a_sound_record_is_read(job_folder: Path) -> None:
    log = _written(job_folder, json.dumps(GOOD), np.array([1, 2], np.float32).tobytes())
    assert log.feeding("x")[0].samples[0].arrays["x"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"shape": [2]', '"shape": [1000000000000]'),
        ('"shape": [2]', '"shape": [-1]'),
        ('"shape": [2]', '"shape": [1, 1, 1, 1, 1, 1, 1, 1, 2]'),
        ('"offset": 0', '"offset": -4'),
        ('"offset": 0', '"offset": 1e400'),
        ('"<f4"', '"O"'),
        ('"<f4"', '"<U999"'),
        ('"count": 1', '"count": "many"'),
        ('"groups"', '"gruops"'),
        ('"samples": [', '"samples": [7, '),
        ('"lines": [[0, 12]]', '"lines": [[1, 12]]'),
        ('"lines": [[0, 12]]', '"lines": [[0, -12]]'),
        ('"lines": [[0, 12]]', '"lines": [7]'),
        ('"last": 2.0', '"last": []'),
        ('"count": 1', '"count": 1' + "0" * 400),
        ('"count": 1', '"count": -1'),
        ('"shape": [2]', '"shape": [513, 0]'),
    ],
)
def test_a_forged_record_is_no_record(job_folder: Path, old: str, new: str) -> None:
    text = json.dumps(GOOD)
    assert old in text
    assert _written(job_folder, text.replace(old, new)) == SessionLog()


@pytest.mark.parametrize(("part", "times"), [("groups", 301), ("paths", 102), ("samples", 9)])
def test_more_than_the_recorder_writes_is_no_record(job_folder: Path, part: str, times: int) -> None:
    good = json.loads(json.dumps(GOOD))
    good["paths"] = [{"path": "model", "group": 0, "counts": [1], "call": 1}]
    assert _written(job_folder, json.dumps(good)) != SessionLog()
    several = good["groups"][0] if part == "samples" else good
    several[part] = several[part] * times
    assert _written(job_folder, json.dumps(good)) == SessionLog()


def test_the_same_bytes_named_many_times_are_no_record(job_folder: Path) -> None:
    good = json.loads(json.dumps(GOOD))
    layout = {"offset": 0, "dtype": "<f8", "shape": [512, 1024], "of": [512, 1024]}
    data = bytes(4 << 20)
    for count, is_read in ((4, True), (5, False)):
        good["groups"][0]["samples"] = [{"call": 1, "arrays": {"x:0": layout}}] * count
        assert (_written(job_folder, json.dumps(good), data) != SessionLog()) == is_read


def test_the_reader_takes_as_much_as_the_recorder_writes() -> None:
    assert session_record.MOST_SAMPLES == FIRST_SAMPLES + MORE_SAMPLES
    assert session_record.MOST_KINDS == MOST_GROUPS + MOST_PATHS
    assert (session_record.MOST_ROWS, session_record.LARGEST_SAMPLES_BYTES) == (MOST_ROWS, MOST_BYTES)
    assert session_record.MOST_PATHS > MOST_PATHS


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000, '{"groups": 3}'])
def test_a_damaged_record_is_no_record(job_folder: Path, text: str) -> None:
    assert _written(job_folder, text) == SessionLog()


def test_a_link_is_no_record(job_folder: Path) -> None:
    (job_folder / "elsewhere.json").write_text(json.dumps(GOOD))
    (job_folder / "arrays.bin").write_bytes(b"\0" * 8)
    (job_folder / "sessions.json").symlink_to(job_folder / "elsewhere.json")
    assert read_session_log(job_folder) == SessionLog()
