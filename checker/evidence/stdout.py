"""What a script printed: made harmless, cut to a length, and searched for numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

LONGEST_LINE = 500  # characters
MOST_LINES = 200

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
# Of Unicode, what turns the direction of a text, ends a line, or is never seen.
_CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_NUMBER = re.compile(r"[-+\u2212]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_GROUPED = re.compile(r"(?<=\d)[,_](?=\d{3}(?!\d))")
_NUMPY = re.compile(r"\bn(?:um)?py?\.\w{1,20}\(")  # np.float32(43.6), as in lists and tuples
# What Python prints of a tensor or a variable in place of its value: shapes and dtypes hold digits.
_TENSOR = re.compile(
    r"\bTensor\(\"[^\"\n]{0,200}\"[^()\n]{0,60}(?:\([^()\n]{0,100}\))?[^()\n]{0,60}\)"
    r"|<tf\.(?:Variable|Tensor|Operation)[^>\n]{0,400}>"
)
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
_NEARBY = 100  # characters before a number: a label, or the name that it is part of


def clean(data: bytes, dropped: int = 0) -> str:
    """Return output as text without control sequences, within limits; the end says what was cut."""
    lines = without_controls(data.decode("utf-8", "replace").replace("\r\n", "\n")).split("\n")
    shown = [line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}… (line cut)" for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(f"… ({len(lines) - MOST_LINES} more lines)")
    if dropped:
        shown.append(f"… ({dropped:,} more bytes dropped)")
    return "\n".join(shown)


def without_controls(text: str) -> str:
    """Return a text without control sequences; line ends stay."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text))


def clean_line(text: str) -> str:
    """Return a text as one line without control sequences, cut to a length with a notice."""
    encodable = text.encode("utf-8", "backslashreplace").decode("utf-8")  # file names may hold lone surrogates
    line = " ".join(without_controls(encodable).split())
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}… (cut)"


def numbers(text: str) -> list[float]:
    """Return the numbers in a text, in order; digits grouped by commas or underscores are one number."""
    return [_value(match) for match in _NUMBER.finditer(_GROUPED.sub("", _TENSOR.sub("", text)))]


def tensors(text: str) -> list[str]:
    """Return what a text holds of tensors and variables that were printed themselves, not their values."""
    return [match[0] for match in _TENSOR.finditer(text)]


def numbers_beside(text: str, words: Iterable[str]) -> list[float]:
    """Return the numbers that a text gives for one of `words` in any case: those that follow closely, or after a colon.

    Sentences may hold words such as "error" and "loss" beside other numbers: counts of steps or houses, parts of a path.
    """
    names = "|".join(re.escape(word) for word in words)
    word = re.compile(
        rf"(?i:(?:{names})(?:uracy|uracies|es|s)?)(?![a-z])\w*(?:\.(?= ?\d))?"
    )  # not "according", not "themselves"
    text = _TENSOR.sub("", text)
    return [number for line in text.splitlines() for number in _given(_NUMPY.sub("(", _GROUPED.sub("", line)), word)]


def _given(line: str, word: re.Pattern[str]) -> Iterator[float]:
    """Yield the numbers that a line gives for a word."""
    ends = [match.end() for match in word.finditer(line)]
    if not ends:
        return
    given = at_once = -1  # the ends of the last number given for the word, and of the last one that followed it at once
    for match in _NUMBER.finditer(line):
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
        if at_once < said and not _CLAUSE_ENDS.search(gap):  # in "cost= 0.07 W= 0.2" the second number is no cost
            is_given = is_given or bool(_CLOSE.fullmatch(gap) or _TOLD.fullmatch(gap))
        if is_given:
            yield _value(match)
            given = match.end()
            at_once = given if _AT_ONCE.fullmatch(gap) else at_once


def _value(match: re.Match[str]) -> float:
    return float(match[0].replace("\u2212", "-"))
