"""Images that are found without the parser are those that it finds, and take no more memory than they need."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2

from checker.evidence.budget import AMOUNTS, MESSAGES, TAGS, VALUES, Amount, TooMuchToRead, of_one_run
from checker.evidence.events import read_event_log
from checker.evidence.plain_images import plain_image
from checker.evidence.runs import Image
from tests.support.event_files import framed

NAME = "events.out.tfevents.1.host"


def event(step: int, encoded: bytes, tag: str = "weights/image/0") -> event_pb2.Event:
    made = event_pb2.Event(wall_time=1e9 + step, step=step)
    image = made.summary.value.add(tag=tag).image
    image.height, image.width, image.colorspace, image.encoded_image_string = 28, 28, 1, encoded
    return made


def number(value: int, longer: int = 0) -> bytes:
    """Return a varint, with bytes that it does not need."""
    parts = [value >> shift & 0x7F for shift in range(0, max(value.bit_length(), 1), 7)] + [0] * longer
    return bytes(part | 0x80 for part in parts[:-1]) + bytes(parts[-1:])


def by_hand(longer: int = 0, tag: bytes = b"i", before: bytes = b"", after: bytes = b"") -> bytes:
    """Return an event with an image; its numbers may be longer than needed, and the value may hold more."""
    encoded = b"x" * 300
    image = b"\x22" + number(len(encoded), longer) + encoded
    value = b"\x0a" + number(len(tag), longer) + tag + before + b"\x22" + number(len(image), longer) + image + after
    summary = b"\x0a" + number(len(value), longer) + value
    return b"\x09" + struct.pack("<d", 1.0) + b"\x10" + number(7, longer) + b"\x2a" + number(len(summary), longer) + summary


@pytest.mark.parametrize("size", [1, 100, 5_000, 300_000])
@pytest.mark.parametrize("step", [0, 1, 128, 1 << 62])
def test_an_image_is_found_where_the_event_holds_nothing_else(size: int, step: int) -> None:
    encoded = random.Random(size).randbytes(size)
    data = event(step, encoded, "é").SerializeToString()
    found = plain_image(memoryview(data))
    assert found is not None
    assert (found.step, found.tag, bytes(found.encoded)) == (step, "é", encoded)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        event(-1, b"x").SerializeToString(),
        event(1, b"x").SerializeToString() + b"\x10\x02",  # the step once more: the last one counts
        by_hand(after=b"\x15\x00\x00\x80\x3f"),  # a simple value after the image: the last one counts
        by_hand(before=b"\x15\x00\x00\x80\x3f"),
        by_hand(tag=b"\xff"),
        by_hand(longer=1),
        by_hand(longer=9),
        by_hand()[:-1],
        by_hand() + b"\x00",
        event_pb2.Event(wall_time=1.0, file_version="brain.Event:2").SerializeToString(),
    ],
)
def test_any_other_layout_is_left_to_the_parser(data: bytes) -> None:
    assert plain_image(memoryview(data)) is None


def test_whatever_is_flipped_in_a_record_is_read_as_the_parser_reads_it() -> None:
    chance, found = random.Random(1), 0
    for _ in range(20_000):
        data = bytearray(by_hand())
        for _ in range(chance.choice([1, 2])):
            data[chance.randrange(40)] ^= 1 << chance.randrange(8)
        image = plain_image(memoryview(data))
        if image is None:
            continue
        try:
            parsed = event_pb2.Event.FromString(bytes(data))
        except DecodeError:
            pytest.fail(f"{bytes(data)!r} is no event")
        (value,) = parsed.summary.value
        assert (image.step, image.tag, bytes(image.encoded)) == (parsed.step, value.tag, value.image.encoded_image_string)
        found += 1
    assert found > 1_000


def test_images_are_read_with_their_steps_in_the_order_of_the_file(tmp_path: Path) -> None:
    contents = [random.Random(step).randbytes(5_000 if step % 3 else 50) for step in range(90)]
    (tmp_path / NAME).write_bytes(
        b"".join(framed(event(step, encoded).SerializeToString()) for step, encoded in enumerate(contents))
    )
    (run,) = read_event_log(tmp_path).runs.values()
    images = run.images["weights/image/0"]
    assert [(image.step, image.encoded) for image in images] == list(enumerate(contents))
    assert (run.events, run.values, run.tags) == (90, 90, {"weights/image/0"})
    assert len(dict.fromkeys([images[1], images[1], Image(1, contents[1]), images[2]])) == 2


def test_a_file_that_is_mostly_something_else_is_not_kept_for_an_image(tmp_path: Path) -> None:
    log = event_pb2.Event(wall_time=1.0)
    log.log_message.message = "x" * 20_000
    image, other = framed(event(1, b"i" * 5_000).SerializeToString()), framed(log.SerializeToString())
    for content, is_kept in ((image + other, False), (image * 9 + other, True)):
        (tmp_path / NAME).write_bytes(content)
        (run,) = read_event_log(tmp_path).runs.values()
        assert isinstance(run.images["weights/image/0"][0].content, memoryview) is is_kept
        assert run.images["weights/image/0"][0].encoded == b"i" * 5_000


@pytest.mark.parametrize(
    ("amount", "most", "told"), [(MESSAGES, 2, "3"), (MESSAGES, 4, "5"), (VALUES, 1, "2"), (TAGS, 1, "2")]
)
def test_images_count_against_what_one_run_may_leave(tmp_path: Path, amount: str, most: int, told: str) -> None:
    records = [event(step, b"x" * 300_000, f"image/{step}") for step in range(3)]
    (tmp_path / NAME).write_bytes(b"".join(framed(each.SerializeToString()) for each in records))
    few = {**AMOUNTS, amount: Amount(most, "things", "fewer")}
    with of_one_run(few), pytest.raises(TooMuchToRead) as error:
        read_event_log(tmp_path)
    assert error.value.actual == f"{told} up to here, or more"
