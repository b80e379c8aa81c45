"""What a script printed: made harmless, cut to a length, searched for numbers and for the error it ended with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_LINE = 500  # characters
MOST_LINES = 200

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NUMBER = re.compile(r"[-+\u2212]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+)(?:, in .*)?$')


@dataclass(frozen=True)
class PythonError:
    """The error a script ended with, as Python printed it."""

    kind: str  # the class: ValueError
    message: str  # its telling line, unchanged but for control sequences
    line: int | None  # the last line of the learner's file that was running
    whole: str  # the complete message


def clean(data: bytes, dropped: int = 0) -> str:
    """Return output as text without control sequences, within limits; what was cut is said at the end."""
    text = _ESCAPES.sub("", data.decode("utf-8", "replace").replace("\r\n", "\n"))
    lines = _CONTROLS.sub("", text).split("\n")
    shown = [line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}… (line cut)" for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(f"… ({len(lines) - MOST_LINES} more lines)")
    if dropped:
        shown.append(f"… ({dropped:,} more bytes dropped)")
    return "\n".join(shown)


def clean_line(text: str) -> str:
    """Return a text as one line without control sequences, cut to a length with a notice."""
    encodable = text.encode("utf-8", "backslashreplace").decode("utf-8")  # a file name may hold lone surrogates
    line = " ".join(_CONTROLS.sub("", _ESCAPES.sub("", encodable)).split())
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}… (cut)"


def numbers(text: str) -> list[float]:
    """Return the numbers in a text, in order; digits grouped by commas or underscores count as one number."""
    joined = re.sub(r"(?<=\d)[,_](?=\d{3}(?!\d))", "", text)
    return [float(match.replace("\u2212", "-")) for match in _NUMBER.findall(joined)]


def numbers_beside(text: str, words: Iterable[str]) -> list[float]:
    """Return the numbers in the lines of a text that hold one of `words`, whatever their case."""
    wanted = [word.lower() for word in words]
    return [number for line in text.splitlines() if any(word in line.lower() for word in wanted) for number in numbers(line)]


def python_error(stderr: bytes, script: str) -> PythonError | None:
    """Return the error that ended a script, None when stderr shows no traceback.

    A traceback is frames, each with its indented source line, then the message from the first line that is not indented.
    TensorFlow quotes frames in its messages, too: those are not looked at.
    """
    lines = _CONTROLS.sub("", _ESCAPES.sub("", stderr.decode("utf-8", "replace"))).split("\n")
    headers = [i for i, line in enumerate(lines) if line == "Traceback (most recent call last):"]
    first_frames = [i for i, line in enumerate(lines) if _FRAME.match(line)]
    if not headers and not first_frames:
        return None
    start = headers[-1] + 1 if headers else first_frames[0]  # a SyntaxError has a frame and no header
    line_number = None
    for index in range(start, len(lines)):
        frame = _FRAME.match(lines[index])
        if frame and frame["file"] == script:
            line_number = int(frame["line"])
        if lines[index] and not lines[index].startswith(" "):
            message = [line for line in lines[index:] if line.strip()]
            kind = message[0].partition(":")[0].rsplit(".", 1)[-1]
            return PythonError(kind, _telling(message), line_number, "\n".join(message))
    return None


def _telling(message: list[str]) -> str:
    """Return the line that says what happened: TensorFlow 2 puts it after ``Node: …``, or last of all."""
    for index, line in enumerate(message):
        if line.startswith("Node:") and index + 1 < len(message):
            return message[index + 1]
    if message[0].endswith("Graph execution error:") and len(message) > 1:
        return message[1]
    return message[0]
