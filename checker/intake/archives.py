"""Unpacking the archives of strangers: plain files only, inside one folder, within a budget."""

from __future__ import annotations

import bz2
import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from checker.intake.budget import Budget, OverBudget
from checker.intake.learner import Refused
from checker.intake.times import keep_time, time_of_member
from checker.intake.xz import XzFile
from checker.refusals import is_full
from checker.units import MIB

ENDINGS = (".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tbz2", ".txz", ".tar", ".zip")
FOREIGN_ENDINGS = (".7z", ".rar", ".gz", ".xz", ".bz2", ".zst")

LARGEST_ARCHIVE = 256 * MIB
LARGEST_DIRECTORY = 2 * MIB  # of a zip: the list of its members, which is read in one go
LARGEST_RATIO = 200  # of unpacked to packed bytes; text reaches 20, source code 5
RATIO_COUNTS_FROM = 16 * MIB  # unpacked: less than that does no harm
DEEPEST = 40  # folders inside each other
CHUNK = 1 << 16

_ENCRYPTED = 0x1  # bit of a zip member's flags
_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # without a member
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
)
_OPENERS: dict[str, Callable[[IO[bytes]], Any]] = {
    "gzip": lambda file: gzip.GzipFile(fileobj=file),
    "bzip2": lambda file: bz2.BZ2File(file),
    "xz": lambda file: io.BufferedReader(XzFile(file)),
    "tar": lambda file: file,
}
_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    RecursionError,  # a long chain of headers
    NotImplementedError,  # an unknown method of compression
)


class BadArchive(Refused):
    """An archive cannot be unpacked."""


def is_archive(name: str) -> bool:
    """Whether the name of a file is that of an archive, even of a kind that cannot be unpacked."""
    return name.lower().endswith(ENDINGS + FOREIGN_ENDINGS)


def stem_of(name: str) -> str:
    """Return the name of an archive without its ending."""
    ending = next((ending for ending in ENDINGS + FOREIGN_ENDINGS if name.lower().endswith(ending)), "")
    return name[: len(name) - len(ending)]


def unpack(archive: Path, target: Path, budget: Budget) -> list[str]:
    """Unpack an archive below the folder `target`; return the names of links and special files, which are left out.

    The first bytes tell its kind, not its name. Raises `BadArchive`; what was unpacked until then stays.
    """
    with _reasons_given(budget), open(archive, "rb") as file:
        size = archive.stat().st_size
        if size > LARGEST_ARCHIVE:
            actual = f"{size // MIB} MiB"
            raise BadArchive(f"an archive of at most {LARGEST_ARCHIVE // MIB} MiB", actual, "leave data and runs out")
        kind = _kind(file)
        counted = _Counted(target, budget, size)
        if kind == "zip":
            return _unpack_zip(file, counted)
        if kind not in _OPENERS:
            raise BadArchive("a zip or tar.gz archive", kind, "whatever its name says, it is none: pack it again as .zip")
        return _unpack_tar(_OPENERS[kind](file), counted)


def unpack_stream(stream: IO[bytes], target: Path, budget: Budget) -> list[str]:
    """Unpack a tar that comes through a pipe, otherwise like `unpack`."""
    with _reasons_given(budget):
        return _unpack_tar(stream, _Counted(target, budget, None))


class _Counted:
    """Writes members below a folder, and counts what they take."""

    def __init__(self, target: Path, budget: Budget, packed: int | None) -> None:
        self._target = target
        self.budget = budget
        self._most = None if packed is None else max(RATIO_COUNTS_FROM, packed * LARGEST_RATIO)
        self._written = 0

    def write(self, name: str, source: IO[bytes], changed: float | None) -> None:
        """Write one member. A later member of the same name replaces it, as everywhere."""
        path = self._target / _inside(name)
        self.budget.take_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            while data := source.read(CHUNK):
                self.count(len(data))
                file.write(data)
        keep_time(path, changed)

    def count(self, size: int) -> None:
        self.budget.take_bytes(size)
        self._written += size
        if self._most is not None and self._written > self._most:
            expected = f"at most {LARGEST_RATIO} times as much as the archive is large"
            raise BadArchive(
                expected, f"more than {self._written // MIB} MiB", "a script does not need such data: leave it out"
            )


class _ShortReads:
    """A file with bounded reads: zipfile reads the list of members in one go, however long it claims to be."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.close = file.seek, file.tell, file.close
        self.seekable = file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > LARGEST_DIRECTORY:
            raise OverBudget("more files than a session keeps of a learner")
        return self._file.read(size if size >= 0 else LARGEST_DIRECTORY)


class _Metered:
    """The unpacked bytes of a tar, with a bound: the header of a member may claim an endless size."""

    def __init__(self, stream: IO[bytes], counted: _Counted) -> None:
        self._stream = stream
        self._left = counted.budget.bytes_left + (counted.budget.files_left + 2) * 4 * tarfile.BLOCKSIZE + tarfile.RECORDSIZE

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise OverBudget("more bytes than a session keeps of a learner")
        return data


def _unpack_zip(file: IO[bytes], counted: _Counted) -> list[str]:
    left_out = []
    with zipfile.ZipFile(_ShortReads(file)) as archive:
        for member in archive.infolist():
            name = member.filename.replace("\\", "/")
            if member.flag_bits & _ENCRYPTED:
                raise BadArchive("an archive without a password", f"{name} is encrypted", "pack it again without a password")
            if name.endswith("/"):
                _inside(name)
            elif _is_special(member):
                left_out.append(name)
            else:
                with archive.open(member) as source:
                    counted.write(name, source, time_of_member(member))
    return left_out


def _unpack_tar(stream: IO[bytes], counted: _Counted) -> list[str]:
    left_out = []
    metered: Any = _Metered(stream, counted)
    with tarfile.open(fileobj=metered, mode="r|") as archive:
        for member in archive:
            if member.isdir():
                _inside(member.name)
            elif not member.isreg() or member.issparse():
                left_out.append(member.name)
            else:
                source = archive.extractfile(member)
                assert source is not None
                counted.write(member.name, source, float(member.mtime))
    return left_out


def _inside(name: str) -> PurePosixPath:
    """Return the path of a member below the folder. Raises `BadArchive` when it leads out of it."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or (len(name) > 1 and name[1] == ":"):
        raise BadArchive("members inside the archive's own folder", f"{name!r} leads out of it", "pack the folder itself")
    if len(path.parts) > DEEPEST:
        raise BadArchive(f"at most {DEEPEST} folders inside each other", f"{len(path.parts)}", "pack the folder itself")
    return path


def _is_special(member: zipfile.ZipInfo) -> bool:
    """Whether a member of a zip is a link or a device: the upper bits hold its mode under Unix."""
    kind = member.external_attr >> 16 & 0o170000
    return kind not in (0, 0o100000)


def _kind(file: IO[bytes]) -> str:
    head = file.read(512)
    file.seek(0)
    if not head:
        raise BadArchive("an archive", "an empty file of 0 bytes", "hand it in again; the upload was cut off")
    if head[257:262] == b"ustar":
        return "tar"
    kind = next((kind for magic, kind in _MAGIC if head.lower().startswith(magic.lower())), "")
    return kind or f"a file that begins with {head[:16]!r}"


@contextmanager
def _reasons_given(budget: Budget) -> Iterator[None]:
    """Turn every error with an archive into a `BadArchive`."""
    try:
        yield
    except OverBudget as error:
        raise BadArchive(budget.said, str(error), "leave data, runs and virtual environments out") from None
    except _DAMAGED as error:
        if is_full(error):
            raise
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise BadArchive(
            "a whole archive", f"it cannot be read: {reason}", "hand it in again; the upload may be cut off"
        ) from None
