"""The encoding of scripts: a script that Python cannot read for its encoding alone is rewritten, with a remark."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable
from pathlib import Path

from checker.intake.copy_files import reason_of
from checker.intake.learner import IntakeLog, Refused
from checker.sandbox.notebook import LARGEST_NOTEBOOK_BYTES, is_notebook
from checker.units import MIB

LARGEST_SCRIPT = MIB

UTF8_MARK, UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
Remark = Callable[[str], None]

SAVE_AS_UTF8 = 'save it as UTF-8: in an editor, "save with encoding"'


def prepare(path: Path, exercise: str, folder: Path, log: IntakeLog) -> Path | None:
    """Return the path of a script that Python can read, rewritten if needed; None when there is nothing to run.

    `log` then says what is wrong. A notebook stays as it is: it is converted where it runs, so that an error names its cell.
    """
    where = path.relative_to(folder).as_posix()
    try:
        return _prepare(path, lambda text: log.remark(f"{where} {text}", exercise))
    except Refused as error:
        log.problem(where, error.expected, error.actual, error.hint, exercise)
        return None


def _prepare(path: Path, remark: Remark) -> Path:
    if is_notebook(path.name):
        _read(path, LARGEST_NOTEBOOK_BYTES)
        return path
    data = _read(path, LARGEST_SCRIPT)
    text = _decode(data, remark)
    if not _is_readable(data):
        path.write_bytes(text.encode("utf-8"))
    return path


def _read(path: Path, most: int) -> bytes:
    try:
        size = path.stat().st_size
        if size > most:
            raise Refused(
                f"at most {most // MIB} MiB of script", f"{size / MIB:.1f} MiB", "data belongs in files of its own"
            )
        data = path.read_bytes()
    except OSError as error:
        raise Refused("a file that can be read", reason_of(error), "hand it in again") from None
    if not data.strip():
        raise Refused("a script", f"an empty file of {size} bytes", "was it saved before it was handed in?")
    return data


def _decode(data: bytes, remark: Remark) -> str:
    """Return the text of a script as Python reads it, or else as its bytes suggest. Raises `Refused`."""
    if data.startswith(UTF16_MARKS) or 0 in data:
        text = _decode_utf16(data)
        remark(f"is UTF-16, which Python cannot run: it was read all the same; {SAVE_AS_UTF8}")
        return _without_declaration(text)
    if b"\r\n" in data:
        remark("has Windows line ends (CRLF); Python reads them")
    if data.startswith(UTF8_MARK):
        remark("begins with a byte order mark (BOM); Python leaves it out")
    try:
        return data.decode(_encoding(data))
    except (SyntaxError, UnicodeDecodeError):  # an unknown encoding, or the wrong one
        remark(f"is not UTF-8 and does not say what it is: it was read as Windows-1252; {SAVE_AS_UTF8}")
        return _without_declaration(data.removeprefix(UTF8_MARK).decode("cp1252", "replace"))


def _decode_utf16(data: bytes) -> str:
    encoding = "utf-16" if data.startswith(UTF16_MARKS) else "utf-16-le" if data[0] else "utf-16-be"
    text = data.decode(encoding, "replace")
    if "\0" in text or "\ufffd" in text or not any(word in text for word in ("import", "print", "=")):
        raise Refused("Python text", f"a file that begins with {data[:16]!r}", "hand in the .py file itself")
    return text


def _is_readable(data: bytes) -> bool:
    """Whether Python can read the bytes: as UTF-8, or in the encoding that the first lines declare."""
    try:
        data.decode(_encoding(data))
    except (SyntaxError, UnicodeDecodeError):
        return False
    return 0 not in data


def _encoding(data: bytes) -> str:
    return tokenize.detect_encoding(io.BytesIO(data).readline)[0]


def _without_declaration(text: str) -> str:
    """Return a text without a declaration of its encoding, for it becomes UTF-8; all lines keep their numbers."""
    lines = text.split("\n", 2)
    head = [re.sub(r"coding[:=]\s*[-\w.]+", "", line) if line.lstrip().startswith("#") else line for line in lines[:2]]
    return "\n".join([*head, *lines[2:]])
