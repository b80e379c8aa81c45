"""No message of a script keeps the table of hints busy: each pattern is held against long lines made for it."""

from __future__ import annotations

import re
import time

import pytest

import checker.hints
from checker.hints import LONGEST_LINE, LONGEST_TEXT, hint_for, table

MEBIBYTE = 1 << 20
BOUND_S = 1.0  # of processor time for one search; the slowest one takes 0.03 s
USUAL = ["a", "a ", "1,", "(", "[", "\"'", "=", "tf.", "x/", " ", "\n", "é"]


def own_words(pattern: re.Pattern[str]) -> list[str]:
    """Return the plain parts of a pattern: lines of them begin a match again and again."""
    plain = re.sub(r"\\[A-Za-z]|\{[^}]*\}|\(\?[:P<>\w=!]*", "\0", pattern.pattern)
    found = sorted(set(re.findall(r"[A-Za-z_' .:\"]{2,}", plain)), key=len, reverse=True)[:5]
    return [*found, *(f"{word}a" for word in found), *(f"{word} " for word in found), "".join(found)]


@pytest.mark.parametrize("row", table(), ids=lambda row: row.id)
def test_a_line_of_a_mebibyte_is_searched_in_a_moment(row: checker.hints.ErrorHint) -> None:
    for pattern, longest in ((row.pattern, LONGEST_TEXT), (row.line, LONGEST_LINE)):
        if pattern is None:
            continue
        for piece in filter(None, [*USUAL, *own_words(pattern)]):
            text = f"{piece * (MEBIBYTE // len(piece))}\n!"
            began = time.process_time()
            pattern.search(text, 0, longest)
            assert time.process_time() - began < BOUND_S, (pattern.pattern, piece)


@pytest.mark.parametrize(
    "piece", ["Cannot feed value of shape (1,) ", "Key _1_1", "uninitialized value ", "No module named 'tensorflow.a", "= "]
)
def test_a_whole_table_is_searched_in_a_moment(piece: str) -> None:
    began = time.process_time()
    hint_for(piece * LONGEST_TEXT, line=piece * LONGEST_TEXT)
    assert time.process_time() - began < 2
