"""Which TensorFlow a script was served, as the sandbox recorded it before the script ran.

The record comes out of the submission's own process, so it is a claim: no verdict rests on it alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from checker.evidence.stdout import clean_line

FILE = "dialect.json"
LARGEST_BYTES = 64 << 10
TF1, TF2 = "tf1", "tf2"


@dataclass(frozen=True)
class Dialect:
    """Which TensorFlow a script is written for, and where it says so."""

    kind: str = ""
    sign: str = ""  # line 3: tf.placeholder
    is_asked_for: bool = True  # by more than an import of tensorflow or keras

    @property
    def note(self) -> str:
        """The note of a report, "" where there is nothing to say."""
        where = f" ({self.sign})" if self.sign else ""
        if self.kind == TF1:
            return f"written for TensorFlow 1{where}: served through tf.compat.v1"
        if self.kind == TF2 and not self.is_asked_for:
            return "nothing in it asks for TensorFlow 1, so it got TensorFlow 2; this suite is about graph mode"
        if self.kind == TF2:
            return f"written for TensorFlow 2{where}: left as it is, and this suite is about graph mode"
        return ""


def read_dialect(folder: Path) -> Dialect:
    """Return what was decided; an empty `Dialect` when that is not known."""
    try:
        content = json.loads(_read(folder / FILE))
        sign = content["sign"]
        if sign is None:
            return Dialect(str(content["dialect"]))
        file = f"{sign['file']}, " if sign["file"] else ""
        shown = clean_line(f"{file}line {int(sign['line'])}: {sign['words']}")
        return Dialect(str(content["dialect"]), shown, bool(content["is_asked_for"]))
    except (OSError, ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return Dialect()


def _read(path: Path) -> bytes:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST_BYTES:
        raise FileNotFoundError(path)
    return path.read_bytes()
