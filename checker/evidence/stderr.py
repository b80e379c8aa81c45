"""The error that a script ended with, as Python printed it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from checker.evidence.stdout import without_controls

LONGEST_MESSAGE = 20_000  # characters
MOST_CALLERS = 3  # of the line that was running

_FRAME = re.compile(r'^ {2,}File "(?P<file>.+)", line (?P<line>\d{1,9})(?P<function>, in .*)?$')
_GROUP_HEADER = "+ Exception Group Traceback (most recent call last):"
_HEADERS = ("Traceback (most recent call last):", "Exception Group Traceback (most recent call last):")
_MARGIN = re.compile(r"^ *[|+][-+]* ?")  # what Python prints before each line of an exception group
_CHAINED = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
# These do not end a script.
_ASIDES = ("Exception ignored", "Exception in thread", "Error in atexit", "--- Logging error ---")
_USER_CODE = "in user code:"
_KIND = re.compile(r"(?:\w{1,100}\.){0,20}(?P<kind>\w{1,100}(?:Error|Exception)): ")
_WRAPPER = re.compile(
    r"Graph execution error:|in user code:|Exception encountered when calling .{1,300}|Detected at node .{1,400}"
    r"|<stack traces unavailable>|\d{1,6} root error\(s\) found\.|Restoring from checkpoint failed\..{1,400}"
)


class _Place(NamedTuple):
    """Where a traceback leads: a file, a line in it, and what this line holds."""

    file: str = ""
    line: int | None = None
    source: str = ""


@dataclass(frozen=True)
class PythonError:
    """The error a script ended with, as Python printed it."""

    kind: str  # the class: ValueError
    message: str  # the line that says what happened, unchanged except for control sequences
    line: int | None  # the last line of the learner's file that was running
    whole: str  # all lines of the message, cut to a length
    source: str = ""  # what that line holds, as Python quoted it
    file: str = ""  # the learner's file that it stands in: the script, or a module beside it
    callers: tuple[tuple[str, int], ...] = ()  # the learner's lines that led there, file and number, the innermost first

    @property
    def summary(self) -> str:
        """Class and message in one line."""
        return f"{self.kind}: {self.message}" if self.message else self.kind


def python_error(stderr: bytes, script: str, beside: Collection[str] = ()) -> PythonError | None:
    """Return the error that ended a script, None when stderr shows no traceback. `beside` are its author's other modules.

    A traceback has frames with indented source lines; the message begins at the first line that is not indented. TensorFlow
    quotes frames in its messages, too: only those below "in user code:" belong to calls that were running.
    """
    lines = without_controls(stderr.decode("utf-8", "replace")).split("\n")
    if any(line.strip() == _GROUP_HEADER for line in lines):
        lines = [_MARGIN.sub("", line) for line in lines]
    start = _start(lines)
    begin = next((i for i in range(start, len(lines)) if lines[i] and not lines[i].startswith(" ")), None)
    if begin is None:
        return None
    end = next((i for i in range(begin + 1, len(lines)) if lines[i].startswith(_ASIDES)), len(lines))
    message = [line for line in lines[begin:end] if line.strip()]
    user_code = next((i for i, line in enumerate(message) if line.rstrip().endswith(_USER_CODE)), len(message))
    files = {script, *beside}
    running = _places(lines[start:begin], files)
    place, *_ = [*_places(message[user_code:], files), *running, _Place()]
    callers = [(other.file, other.line) for other in running if other.line is not None and other[:2] != place[:2]]
    whole = "\n".join(message)[:LONGEST_MESSAGE]
    nearest = tuple(dict.fromkeys(callers))[:MOST_CALLERS]
    return PythonError(*_telling(message), place.line, whole, place.source, place.file, nearest)


def _start(lines: list[str]) -> int:
    """Return the line where the frames of the last traceback begin, one past the end without one.

    Tracebacks of threads and finalisers do not count.
    """
    start, aside = len(lines), False
    for index, line in enumerate(lines):
        if line in _HEADERS:
            if index < 2 or lines[index - 2] not in _CHAINED:
                aside = lines[max(index - 1, 0)].startswith(_ASIDES)
            start = start if aside else index + 1
    if start < len(lines):
        return start
    frames = ((index, _FRAME.match(line)) for index, line in enumerate(lines))  # a SyntaxError has a frame without a header
    return next((index for index, frame in frames if frame and not frame["function"]), len(lines))


def _places(lines: list[str], files: Collection[str]) -> list[_Place]:
    """Return the places of the frames in one of `files`, the last frame first."""
    found = []
    for index in range(len(lines) - 1, -1, -1):
        frame = _FRAME.match(lines[index])
        if frame and frame["file"] in files:
            following = lines[index + 1].strip() if index + 1 < len(lines) else ""
            found.append(_Place(frame["file"], int(frame["line"]), following))
    return found


def _telling(message: list[str]) -> tuple[str, str]:
    """Return the class of an error and the line that says what happened.

    TensorFlow and Keras surround it with lines that only say where; the last of these are ``Node: …`` and quoted frames.
    """
    kind, _, rest = message[0].partition(":")
    nodes = [index for index, line in enumerate(message) if line.startswith("Node: ")]
    frame_indent = None
    for line in message[nodes[-1] + 1 :] if nodes else [rest, *message[1:]]:
        text = line.strip()
        indent = len(line) - len(line.lstrip())
        if text.startswith('File "'):
            frame_indent = indent
        elif text and not _WRAPPER.fullmatch(text) and (frame_indent is None or indent <= frame_indent):
            inner = _KIND.match(text) if line is not rest else None
            return (inner["kind"], text[inner.end() :]) if inner else (kind.rpartition(".")[2], text)
    return kind.rpartition(".")[2], rest.strip()
