"""What travels between a session and the workers of a cluster: a line of JSON and an archive, as bytes, both bounded."""

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

LARGEST_LINE = 64 * MIB  # a report; those of the exercises take 10 kB
LARGEST_ARCHIVE = SUBMISSION_BYTES + 16 * MIB  # packed: what cannot be packed any smaller takes a little more
QUICKEST = 1  # level of gzip: runs are made of floats, which the others pack no smaller

REPORT, BROKE, GONE, RESTARTED = "report", "broke", "gone", "restarted"
ANSWERS = (REPORT, BROKE, GONE, RESTARTED)


class BadMessage(Exception):
    """What came is not what was agreed; the message says in what way."""


@dataclass(frozen=True)
class Order:
    """What a worker is to do: the exercise of that number of a learner; the first one brings the submission along."""

    token: str  # of the session, so that two sessions can share workers
    process: str  # the process that greeted: a worker that was started again since is another one
    session: str  # the folder of the session, as reports name it
    login: str
    folder: str  # the name of the folder of their copy
    exercises: list[str]
    scripts: dict[str, str]  # by exercise: their paths in the session's folder
    packs: list[str]  # the paths there of the packs that do not come with the checker
    number: int  # of the exercise
    edition: str
    timeout_s: float | None
    isolation: str
    beside: int  # workers on that worker's machine, itself included: they share its cores
    largest_run: int  # bytes that come back of a run
    archive: bytes = b""  # of the submission

    def sealed(self) -> bytes:
        """Return the order as bytes."""
        return _sealed({**asdict(self), "archive": ""}, self.archive)

    @staticmethod
    def read(data: bytes) -> Order:
        """Return the order that `sealed` made."""
        line, archive = _opened(data)
        return Order(**{**line, "archive": archive})


@dataclass(frozen=True)
class Answer:
    """What a worker has to say of an order."""

    kind: str  # one of ANSWERS
    text: str = ""  # the report as JSON, or what broke
    archive: bytes = b""  # of the run, "" where nothing is published

    def sealed(self) -> bytes:
        """Return the answer as bytes."""
        return _sealed({"kind": self.kind, "text": self.text}, self.archive)

    @staticmethod
    def read(data: object) -> Answer:
        """Return the answer that `sealed` made. Raises `BadMessage` on anything else."""
        line, archive = _opened(data)
        kind, text = _texts(line, "kind", "text")
        if kind not in ANSWERS:
            raise BadMessage(f"an answer of the kind {kind[:20]!r}")
        return Answer(kind, text, archive)


@dataclass(frozen=True)
class Greeting:
    """What a worker says of itself."""

    process: str
    version: str  # of the suite
    lacks: str  # what it needs for this session and has not, "" if nothing

    def sealed(self) -> bytes:
        """Return the greeting as bytes."""
        return _sealed(asdict(self), b"")

    @staticmethod
    def read(data: object) -> Greeting:
        """Return the greeting that `sealed` made. Raises `BadMessage` on anything else."""
        line, _ = _opened(data)
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


def _sealed(line: dict[str, Any], archive: bytes) -> bytes:
    return json.dumps(line).encode() + b"\n" + archive


def _opened(data: object) -> tuple[dict[str, Any], bytes]:
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
