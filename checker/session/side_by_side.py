"""Two scripts side by side: the lines that are alike but for names, texts and comments stand beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path

from checker.report.view import Alike, AlikeLine, AlikePair
from checker.session.likeness import text_of, tokens_of
from checker.session.store import Store

MOST_PAIRS, MOST_OF_GROUP = 100, 6
MOST_LINES = 1500  # of one script
LONGEST_LINE = 300  # characters


def pairs_of(store: Store, session: Path, groups: Sequence[Alike]) -> Iterator[AlikePair]:
    """Yield the first script of each group beside each of the others, a bounded number of pairs."""
    wanted = {(login, group.exercise) for group in groups if group.kind == "scripts" for login, _folder in group.logins}
    scripts = {
        (login, report.exercise): report.script for login, report in store.reports() if (login, report.exercise) in wanted
    }
    count = 0
    for group in groups:
        if group.kind != "scripts":
            continue
        (first, folder), *others = group.logins
        for other, other_folder in others[:MOST_OF_GROUP]:
            texts = [text_of(session, scripts.get((login, group.exercise), "")) for login in (first, other)]
            if texts[0] is None or texts[1] is None or count >= MOST_PAIRS:
                continue
            count += 1
            rows = lines_side_by_side(texts[0], texts[1])
            file = f"{group.exercise}-{count}.html"
            yield AlikePair(group, file, (first, folder), (other, other_folder), rows)


def lines_side_by_side(left: str, right: str) -> list[AlikeLine]:
    """Return the lines of two scripts in pairs, each with whether it is alike in both."""
    lines = [[line[:LONGEST_LINE] for line in text.splitlines()[:MOST_LINES]] for text in (left, right)]
    keys = [[" ".join(tokens_of(line)) for line in side] for side in lines]
    rows = []
    for kind, start, end, other_start, other_end in SequenceMatcher(None, keys[0], keys[1]).get_opcodes():
        for at, other in zip_longest(range(start, end), range(other_start, other_end)):
            number, text = (None, "") if at is None else (at + 1, lines[0][at])
            other_number, other_text = (None, "") if other is None else (other + 1, lines[1][other])
            is_alike = kind == "equal" and at is not None and bool(keys[0][at])
            rows.append(AlikeLine(number, text, other_number, other_text, is_alike))
    return rows
