"""What a script printed: made harmless, cut to a length, searched for numbers and for the error it ended with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST_LINE = 500  # characters
MOST_LINES = 200
LONGEST_MESSAGE = 20_000  # characters

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NUMBER = re.compile(r"[-+\u2212]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_GROUPED = re.compile(r"(?<=\d)[,_](?=\d{3}(?!\d))")
_NUMPY = re.compile(r"\bn(?:um)?py?\.\w{1,20}\(")  # np.float32(43.6), as lists and tuples show it
_APART = re.compile(r"[\s:=,;()\[\]'\"]")
_NAME_BEFORE = re.compile(r".*(?:[A-Za-z_^][-.]?|\*\*|[A-Za-z_].*[/\\])")  # ex02, model-200, m^2, logs/2
_NAME_AFTER = re.compile(r"[-./\\]?[A-Za-z_]")  # 28x28, 3ms, 2-layer
_COUNTS = re.compile(  # 200 steps, 3/20 epochs, 2,000 test images
    r"(?:\s?(?:/|of|out of)\s?\d{1,12})?[\s-](?:(?:test|training|train|validation|mini|hidden|more|different)[\s-])?"
    r"(?:points?|steps?|epochs?|iterations?|batch(?:es)?|houses?|images?|digits?|pictures?|examples?|samples?|rows?|columns?"
    r"|rooms?|features?|neurons?|units?|layers?|weights|parameters|variables|runs?|calls?|times|seconds?|minutes?|hours?"
    r"|s|sec|ms|min)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(  # step 200, epoch=3, learning rate: 0.1
    r"\b(?:(?:step|epoch|iteration|iter|batch|run|fold|every|top)(?:[ #]{0,3}|=)"
    r"|(?:learning[ _]rate|lr|seed|momentum|batch[ _]size|dropout|keep_prob)\W{0,3})$",
    re.IGNORECASE,
)
_PERCENT = re.compile(r" ?% (?:\w{1,20} )?")
_AT_ONCE = re.compile(r"\W*(?:(?:is|was|of|now)\W+){0,2}")
_CLOSE = re.compile(r"\W*(?:\w+\W+){0,3}")
_TOLD = re.compile(r"[^,]*(?:[:=]|\b(?:is|was|are))[\s(\[$]{0,4}")  # accuracy on the test images after restoring: 97.1
_LISTED = re.compile(r"[\s,()\[\]%/|$]*(?:to|and|then|or|-+>|\u2192|\u00b1|\+/-)?[\s()\[\]$]*")  # from 590.8 to 43.6
_CLAUSE_ENDS = re.compile(r"[;!?]|\.(?:\s|$)")
_NEARBY = 100  # characters: a label, or the name that a number belongs to
_FRAME = re.compile(r'^ {2,}File "(?P<file>.+)", line (?P<line>\d{1,9})(?P<function>, in .*)?$')
_GROUP_HEADER = "+ Exception Group Traceback (most recent call last):"
_HEADERS = ("Traceback (most recent call last):", "Exception Group Traceback (most recent call last):")
_MARGIN = re.compile(r"^ *[|+][-+]* ?")  # what Python draws before each line of an exception group
_CHAINED = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
_ASIDES = ("Exception ignored", "Exception in thread", "Error in atexit", "--- Logging error ---")  # they end no script
_USER_CODE = "in user code:"
_KIND = re.compile(r"(?:\w{1,100}\.){0,20}(?P<kind>\w{1,100}(?:Error|Exception)): ")
_WRAPPER = re.compile(
    r"Graph execution error:|in user code:|Exception encountered when calling .{1,300}|Detected at node .{1,400}"
    r"|<stack traces unavailable>|\d{1,6} root error\(s\) found\.|Restoring from checkpoint failed\..{1,400}"
)


@dataclass(frozen=True)
class PythonError:
    """The error a script ended with, as Python printed it."""

    kind: str  # the class: ValueError
    message: str  # its telling line, unchanged but for control sequences
    line: int | None  # the last line of the learner's file that was running
    whole: str  # all lines of the message, cut to a length

    @property
    def summary(self) -> str:
        """Class and telling line as one."""
        return f"{self.kind}: {self.message}" if self.message else self.kind


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
    return [_value(match) for match in _NUMBER.finditer(_GROUPED.sub("", text))]


def numbers_beside(text: str, words: Iterable[str]) -> list[float]:
    """Return the numbers that a text gives for one of `words`, whatever their case: what follows closely, or after a colon.

    Words such as "error" and "loss" stand in sentences, too, beside numbers that count steps and houses or belong to a path.
    """
    names = "|".join(re.escape(word) for word in words)
    word = re.compile(
        rf"(?i:(?:{names})(?:uracy|uracies|es|s)?)(?![a-z])\w*(?:\.(?= ?\d))?"
    )  # not "according", not "themselves"
    return [number for line in text.splitlines() for number in _given(_NUMPY.sub("(", _GROUPED.sub("", line)), word)]


def _given(line: str, word: re.Pattern[str]) -> Iterator[float]:
    """Yield the numbers that a line gives for a word."""
    ends = [match.end() for match in word.finditer(line)]
    given = at_once = -1  # the ends of the last number that is the word's, and of the last that followed it at once
    for match in _NUMBER.finditer(line) if ends else ():
        before, after = line[max(match.start() - _NEARBY, 0) : match.start()], line[match.end() :]
        if _NAME_BEFORE.fullmatch(_APART.split(before)[-1]) or _NAME_AFTER.match(after):
            continue
        percent = _PERCENT.match(after)
        if percent and word.match(after, percent.end()):  # 97.1 % test accuracy
            yield _value(match)
            continue
        said = max((end for end in ends if end <= match.start()), default=None)
        if said is None or _COUNTS.match(after) or _NUMBERED.search(before):
            continue
        gap = line[said : match.start()]
        is_given = given > said and bool(_LISTED.fullmatch(line[given : match.start()]))
        if at_once < said and not _CLAUSE_ENDS.search(gap):  # in "cost= 0.07 W= 0.2" the second is not the cost's
            is_given = is_given or bool(_CLOSE.fullmatch(gap) or _TOLD.fullmatch(gap))
        if is_given:
            yield _value(match)
            given = match.end()
            at_once = given if _AT_ONCE.fullmatch(gap) else at_once


def _value(match: re.Match[str]) -> float:
    return float(match[0].replace("\u2212", "-"))


def python_error(stderr: bytes, script: str) -> PythonError | None:
    """Return the error that ended a script, None when stderr shows no traceback.

    A traceback is frames, each with its indented source line, then the message from the first line that is not indented.
    TensorFlow quotes frames in its messages, too: only those below "in user code:" are of calls that were running.
    """
    lines = _CONTROLS.sub("", _ESCAPES.sub("", stderr.decode("utf-8", "replace"))).split("\n")
    if any(line.strip() == _GROUP_HEADER for line in lines):
        lines = [_MARGIN.sub("", line) for line in lines]
    start = _start(lines)
    begin = next((i for i in range(start, len(lines)) if lines[i] and not lines[i].startswith(" ")), None)
    if begin is None:
        return None
    end = next((i for i in range(begin + 1, len(lines)) if lines[i].startswith(_ASIDES)), len(lines))
    message = [line for line in lines[begin:end] if line.strip()]
    user_code = next((i for i, line in enumerate(message) if line.rstrip().endswith(_USER_CODE)), len(message))
    line_number = _last_line(message[user_code:], script) or _last_line(lines[start:begin], script)
    return PythonError(*_telling(message), line_number, "\n".join(message)[:LONGEST_MESSAGE])


def _start(lines: list[str]) -> int:
    """Return where the frames of the last traceback that is not of a thread or finaliser begin; past the end without one."""
    start, aside = len(lines), False
    for index, line in enumerate(lines):
        if line in _HEADERS:
            if index < 2 or lines[index - 2] not in _CHAINED:
                aside = lines[max(index - 1, 0)].startswith(_ASIDES)
            start = start if aside else index + 1
    if start < len(lines):
        return start
    frames = ((index, _FRAME.match(line)) for index, line in enumerate(lines))  # a SyntaxError has a frame and no header
    return next((index for index, frame in frames if frame and not frame["function"]), len(lines))


def _last_line(lines: list[str], script: str) -> int | None:
    """Return the line number in the last frame of a file, None when no frame is of it."""
    frames = filter(None, map(_FRAME.match, lines))
    return next((int(frame["line"]) for frame in reversed(list(frames)) if frame["file"] == script), None)


def _telling(message: list[str]) -> tuple[str, str]:
    """Return the class of an error and the line that says what happened.

    TensorFlow and Keras put lines around it that only say where: what comes last of them is ``Node: …`` and quoted frames.
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
