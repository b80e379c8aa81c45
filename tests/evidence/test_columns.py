"""Scalars that are read side by side are those that are read one by one."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tensorboard.compat.proto import event_pb2, summary_pb2

from checker.evidence.columns import find_columns
from checker.evidence.events import read_event_log
from checker.evidence.records import scan_records
from checker.evidence.runs import Point
from tests.support.event_files import framed

TAGS = ("loss", "accuracy", "lo55", "a" * 200, "é", "")


def event(step: int, wall_time: float, *values: tuple[str, float]) -> event_pb2.Event:
    made = event_pb2.Event(step=step, wall_time=wall_time)
    for tag, value in values:
        made.summary.value.add(tag=tag, simple_value=value)
    return made


def write(folder: Path, events: list[event_pb2.Event]) -> Path:
    path = folder / "events.out.tfevents.1.host"
    path.write_bytes(b"".join(framed(made.SerializeToString()) for made in events))
    return path


def one_by_one(events: list[event_pb2.Event]) -> dict[str, list[Point]]:
    found: dict[str, list[Point]] = {}
    for made in events:
        for value in made.summary.value:
            if value.WhichOneof("value") == "simple_value":
                found.setdefault(value.tag, []).append(Point(made.step, made.wall_time, value.simple_value))
    return found


def test_a_long_curve_is_read_side_by_side(tmp_path: Path) -> None:
    events = [event(step, 1e9 + step, ("loss", 1 / (step + 1))) for step in range(20_000)]
    path = write(tmp_path, events)
    columns, rest = find_columns(scan_records(path))
    assert sum(len(column.rows) for column in columns) > 19_000
    assert len(rest) < 1_000
    assert read_event_log(tmp_path).runs["."].scalars == one_by_one(events)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_mixed_comes_out_in_the_order_of_the_file(tmp_path: Path, seed: int) -> None:
    random.seed(seed)
    events = []
    for number in range(3_000):
        step = random.choice([number, number, 0, -1, 1 << 40, random.getrandbits(62)])
        wall_time = random.choice([1e9 + number, 0.0, float("inf"), -1.0])
        values = [(random.choice(TAGS), random.uniform(-9, 9)) for _ in range(random.choice([0, 1, 1, 1, 1, 2]))]
        made = event(step, wall_time, *values)
        if random.random() < 0.05:
            made.summary.value.add(tag="loss", image=summary_pb2.Summary.Image(encoded_image_string=b"x" * number))
        if random.random() < 0.05:
            made.summary.value.add(tag="loss").metadata.plugin_data.plugin_name = "scalars"
        events.append(made)
    write(tmp_path, events)
    run = read_event_log(tmp_path).runs["."]
    assert run.scalars == one_by_one(events)
    assert (run.events, run.values) == (len(events), sum(len(made.summary.value) for made in events))


def test_fields_that_are_unknown_or_out_of_order_are_parsed_like_any(tmp_path: Path) -> None:
    plain = [event(step, 1.0 + step, ("loss", 1.0)).SerializeToString() for step in range(1, 101)]
    strange = [data[9:] + data[:9] for data in plain[:50]] + [data + b"\xf8\x07\x01" for data in plain[50:]]
    path = tmp_path / "events.out.tfevents.1.host"
    path.write_bytes(b"".join(map(framed, strange)))
    points = read_event_log(tmp_path).runs["."].scalars["loss"]
    assert points == [Point(step, 1.0 + step, 1.0) for step in range(1, 101)]


def test_two_lengths_in_turn_are_found_as_one_length_is(tmp_path: Path) -> None:
    events = [event(1 + step % 3 // 2 * 1000, 1.0 + step, ("loss", 1.0)) for step in range(3_000)]
    events[2_000:2_900] = [event(7, 1.0 + step, ("accuracy", 1.0)) for step in range(900)]
    path = write(tmp_path, events)
    assert len(scan_records(path).offsets) == len(events)
    assert read_event_log(tmp_path).runs["."].scalars == one_by_one(events)


@pytest.mark.parametrize("most", [10, 100, 999])
def test_of_many_alike_no_more_are_read_than_allowed(tmp_path: Path, most: int) -> None:
    path = write(tmp_path, [event(7, 1.0, ("loss", 1.0))] * 1_000)
    records = scan_records(path, most)
    assert len(records.offsets) == most
    assert records.error is not None
    assert (records.error.offset, records.error.reason) == (most * path.stat().st_size // 1_000, f"more than {most} records")


@pytest.mark.parametrize("cut", [1, 30, 50])
def test_many_alike_that_are_cut_keep_what_came_before(tmp_path: Path, cut: int) -> None:
    path = write(tmp_path, [event(7, 1.0, ("loss", 1.0))] * 1_000)
    size = path.stat().st_size // 1_000
    path.write_bytes(path.read_bytes()[:-cut])
    log = read_event_log(tmp_path)
    whole = 999 - cut // size
    assert len(log.runs["."].scalars["loss"]) == whole
    assert log.problems[0].offset == whole * size
    assert log.problems[0].reason.startswith("truncated")


@pytest.mark.parametrize("broken", [0, 500, 999])
def test_nothing_after_what_is_no_event_is_taken(tmp_path: Path, broken: int) -> None:
    records = [framed(event(step, 1.0 + step, ("loss", 1.0)).SerializeToString()) for step in range(1_000)]
    records[broken] = framed(b"\xff\xff\xff")
    (tmp_path / "events.out.tfevents.1.host").write_bytes(b"".join(records))
    log = read_event_log(tmp_path)
    assert len(log.runs["."].scalars.get("loss", [])) == broken
    assert log.problems[0].offset == sum(map(len, records[:broken]))


@pytest.mark.parametrize(("place", "reason"), [(2, "length"), (30, "data"), (-1, "data")])
def test_one_flipped_bit_among_many_alike_is_found(tmp_path: Path, place: int, reason: str) -> None:
    records = [bytearray(framed(event(step, 1.0, ("loss", 1.0)).SerializeToString())) for step in range(1_000, 2_000)]
    records[700][place] ^= 1
    (tmp_path / "events.out.tfevents.1.host").write_bytes(b"".join(records))
    log = read_event_log(tmp_path)
    assert len(log.runs["."].scalars["loss"]) == 700
    assert f"{reason} of a record is damaged" in log.problems[0].reason
