"""The messages between a session and the workers of a cluster: a line of JSON and an archive, as bytes of bounded size."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from checker.intake.archives import unpack_stream
from checker.intake.budget import SUBMISSION_BYTES, Budget
from checker.units import MIB

LARGEST_LINE = 64 * MIB  # holds a report, which usually takes 10 kB
LARGEST_ARCHIVE = SUBMISSION_BYTES + 16 * MIB  # packed: random bytes become a little larger
QUICKEST = 1  # level of gzip: higher levels pack the floats of a run no smaller

REPORT, FAILED, GONE, RESTARTED = "report", "failed", "gone", "restarted"
ANSWERS = (REPORT, FAILED, GONE, RESTARTED)


class BadMessage(Exception):
    """A message is not in the agreed form; the text says what is wrong."""


@dataclass(frozen=True)
class Order:
    """One exercise of a learner for a worker; the order with number 0 holds the submission."""

    token: str  # of the session: two sessions may share workers
    process: str  # that sent the greeting: a worker that was started again has another id
    session: str  # the folder of the session, as reports name it
    login: str
    folder: str  # the name of the learner's folder
    exercises: list[str]
    scripts: dict[str, str]  # by exercise: paths in the session's folder
    packs: list[str]  # paths of the foreign packs in the session's folder
    number: int  # of the exercise, from 0
    edition: str
    timeout_s: float | None
    isolation: str
    workers_on_machine: int  # with the one that gets the order: they share the cores
    largest_run: int  # bytes of a run that may be sent back
    archive: bytes = b""  # of the submission and the packs

    def to_bytes(self) -> bytes:
        """Return the order as bytes."""
        return _to_bytes({**asdict(self), "archive": ""}, self.archive)

    @staticmethod
    def read(data: bytes) -> Order:
        """Return the order that `to_bytes` made."""
        line, archive = _from_bytes(data)
        return Order(**{**line, "archive": archive})


@dataclass(frozen=True)
class Answer:
    """A worker's answer to an order."""

    kind: str  # one of ANSWERS
    text: str = ""  # the report as JSON, or the traceback of a failure
    archive: bytes = b""  # of the run, empty where nothing is published

    def to_bytes(self) -> bytes:
        """Return the answer as bytes."""
        return _to_bytes({"kind": self.kind, "text": self.text}, self.archive)

    @staticmethod
    def read(data: object) -> Answer:
        """Return the answer that `to_bytes` made. Raises `BadMessage` on anything else."""
        line, archive = _from_bytes(data)
        kind, text = _texts(line, "kind", "text")
        if kind not in ANSWERS:
            raise BadMessage(f"an answer of the kind {kind[:20]!r}")
        return Answer(kind, text, archive)


@dataclass(frozen=True)
class Greeting:
    """How a worker introduces itself."""

    process: str
    version: str  # of the suite
    lacks: str  # what this session needs and the machine lacks, "" if nothing

    def to_bytes(self) -> bytes:
        """Return the greeting as bytes."""
        return _to_bytes(asdict(self), b"")

    @staticmethod
    def read(data: object) -> Greeting:
        """Return the greeting that `to_bytes` made. Raises `BadMessage` on anything else."""
        line, _ = _from_bytes(data)
        return Greeting(*_texts(line, "process", "version", "lacks"))


def pack(top: Path, files: Iterable[Path], budget: Budget) -> bytes:
    """Return a tar.gz of plain files, named from the folder `top`. Raises `OverBudget` or `OSError`."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=QUICKEST, format=tarfile.PAX_FORMAT) as archive:
        for path in files:
            with path.open("rb") as file:
                member = tarfile.TarInfo(path.relative_to(top).as_posix())
                member.size = os.fstat(file.fileno()).st_size
                budget.take_file()
                budget.take_bytes(member.size)
                archive.addfile(member, file)
    return packed.getvalue()


def unpack(archive: bytes, target: Path, budget: Budget) -> None:
    """Unpack what `pack` made below a folder. Raises `BadArchive`."""
    with io.BufferedReader(gzip.GzipFile(fileobj=io.BytesIO(archive))) as stream:
        unpack_stream(stream, target, budget)


def _to_bytes(line: dict[str, Any], archive: bytes) -> bytes:
    return json.dumps(line).encode() + b"\n" + archive


def _from_bytes(data: object) -> tuple[dict[str, Any], bytes]:
    if not isinstance(data, bytes):
        raise BadMessage(f"a {type(data).__name__} where bytes were expected")
    end = data.find(b"\n", 0, LARGEST_LINE)
    if end < 0 or len(data) - end > LARGEST_ARCHIVE:
        raise BadMessage(f"{len(data) / MIB:.1f} MiB without the end of a line, or with too large an archive")
    try:
        line = json.loads(data[:end])
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"no JSON: {error}") from None
    if not isinstance(line, dict):
        raise BadMessage(f"a JSON {type(line).__name__} where an object was expected")
    return line, data[end + 1 :]


def _texts(line: dict[str, Any], *names: str) -> list[str]:
    values = [line.get(name) for name in names]
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) < len(names):
        raise BadMessage(f"no texts under {', '.join(names)}")
    return texts
