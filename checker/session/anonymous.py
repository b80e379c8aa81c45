"""Feedback without names: for showing in class what went wrong, and not for whom."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from checker.report.feedback import FailedCheck, Feedback
from checker.report.harmless import with_texts
from checker.report.login_order import folded
from checker.translation import _

FEWEST_LETTERS = 3  # of a part of a name: shorter ones are words of every language
FEWEST_DIGITS = 4  # of a number that tells who somebody is

_WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# What leads to a file on somebody's machine: of /home/ada/day/ex04.py the name of the file stays.
_PATH = re.compile(r"(?<![\w.])(?:[A-Za-z]:[\\/]|~?/|\\\\)(?:[^\s\\/\"'<>|:;,()]+[ ]?[^\s\\/\"'<>|:;,()]*[\\/])+")


class Names:
    """The names of all learners: hides them in texts, also where they are written without accents or in other letters."""

    def __init__(self, names: Iterable[str], exercises: Collection[str]) -> None:
        self._hidden: set[str] = set()
        for name in names:
            words = [folded(word) for word in _WORD.findall(name)]
            whole = words if len(words) == 1 and len(words[0]) > 1 else []
            runs = [run for word in words for run in _LETTERS.findall(word)]
            self._hidden.update(whole, filter(_tells, words), (run for run in runs if len(run) >= FEWEST_LETTERS))
        self._hidden -= {folded(exercise) for exercise in exercises}

    def hide(self, text: str) -> str:
        """Return a text without names, addresses and paths."""
        return _WORD.sub(self._shown, _PATH.sub("…/", _ADDRESS.sub("…", text)))

    def without_names(self, feedback: Feedback, number: int) -> Feedback:
        """Return the feedback of a learner who is only a number."""
        exercises = [
            replace(
                each,
                notes=[(label, self.hide(text)) for label, text in each.notes],
                failures=[
                    FailedCheck(
                        self.hide(failure.title),
                        self.hide(failure.found),
                        [(label, self.hide(text)) for label, text in failure.lines],
                    )
                    for failure in each.failures
                ],
                advice=with_texts(each.advice, self.hide),
                passed=with_texts(each.passed, self.hide),
            )
            for each in feedback.exercises
        ]
        return Feedback(_("learner {number}", number=number), with_texts(feedback.intake, self.hide), exercises)

    def _shown(self, match: re.Match[str]) -> str:
        word = match[0]
        if folded(word) in self._hidden:
            return "…"
        return _LETTERS.sub(lambda run: "…" if folded(run[0]) in self._hidden else run[0], word)


def shuffled(feedback: list[Feedback], names: Names) -> list[Feedback]:
    """Return the feedback without names in an order by chance, which the alphabet tells nothing of."""
    mixed = list(feedback)
    random.SystemRandom().shuffle(mixed)
    return [names.without_names(each, number) for number, each in enumerate(mixed, 1)]


def _tells(word: str) -> bool:
    return len(word) >= (FEWEST_DIGITS if word.isdigit() else FEWEST_LETTERS)
