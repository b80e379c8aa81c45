"""TFRecord framing: good files are read whole, damage is told with its place."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from checker.evidence.checksums import masked_crc
from checker.evidence.records import FOOTER, HEADER, RecordError, read_records
from tests.support.event_files import framed
from tests.support.fixture_types import WriteWithTensorflow


@pytest.fixture
def ten_records(tmp_path: Path) -> Path:
    path = tmp_path / "events.out.tfevents.1.host"
    path.write_bytes(b"".join(framed(b"record %d" % i) for i in range(10)))
    return path


def read_until_damage(path: Path) -> tuple[int, RecordError]:
    """Return how many records come before the damage, and the damage."""
    records: list[tuple[int, bytes]] = []
    with pytest.raises(RecordError) as caught:
        records.extend(read_records(path))  # extend keeps what came before the error
    return len(records), caught.value


def test_the_crc_is_the_one_of_the_format() -> None:
    # The first twelve bytes of every event file that TensorFlow 1.15 writes: a length of 24 and its masked CRC.
    assert HEADER.pack(24, masked_crc(struct.pack("<Q", 24))) == bytes.fromhex("1800000000000000a37f4b22")


def test_a_good_file_is_read_to_its_end(ten_records: Path) -> None:
    assert [data for _, data in read_records(ten_records)] == [b"record %d" % i for i in range(10)]


def test_records_of_a_real_writer_are_read(write_with_tensorflow: WriteWithTensorflow) -> None:
    folder = write_with_tensorflow(
        "with tf.python_io.TFRecordWriter('some.tfrecord') as w:\n    [w.write(b'x' * i) for i in range(5)]"
    )
    assert [len(data) for _, data in read_records(folder / "some.tfrecord")] == [0, 1, 2, 3, 4]


SIZE = len(framed(b"record 0"))


@pytest.mark.parametrize(
    ("cut", "reason"),
    [(1, "truncated"), (4, "truncated"), (SIZE - 1, "truncated: 1 of the 12 bytes of a header"), (SIZE - 12, "truncated")],
)
def test_a_truncated_file_keeps_what_came_before(ten_records: Path, cut: int, reason: str) -> None:
    ten_records.write_bytes(ten_records.read_bytes()[:-cut])
    count, error = read_until_damage(ten_records)
    assert count == 9
    assert reason in error.reason
    assert error.offset == 9 * SIZE
    assert str(ten_records) in str(error)


@pytest.mark.parametrize(
    ("byte", "reason"),
    [
        (0, "length of a record is damaged"),
        (9, "length of a record is damaged"),
        (14, "data of a record"),
        (20, "data of a record"),
    ],
)
def test_a_flipped_bit_is_found_where_it_is(ten_records: Path, byte: int, reason: str) -> None:
    content = bytearray(ten_records.read_bytes())
    content[5 * SIZE + byte] ^= 0x10
    ten_records.write_bytes(content)
    count, error = read_until_damage(ten_records)
    assert (count, error.offset) == (5, 5 * SIZE)
    assert reason in error.reason


def test_a_huge_length_with_a_valid_crc_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    length = struct.pack("<Q", 1 << 40)
    path.write_bytes(length + FOOTER.pack(masked_crc(length)) + b"x" * 90)
    _, error = read_until_damage(path)
    assert error.reason == f"truncated: 86 of the {1 << 40} bytes of a record"


@pytest.mark.parametrize("content", [b"\x1f\x8b\x08" + b"g" * 40, b"just some text, long enough", bytes(64)])
def test_a_file_of_another_kind_is_called_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    _, error = read_until_damage(path)
    assert error.reason == "not an event file"


def test_an_empty_file_has_no_records(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert list(read_records(tmp_path / "empty")) == []
