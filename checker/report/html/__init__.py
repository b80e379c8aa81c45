"""A session as web pages: they need no network and no server, and nothing of a submission gets out of its place in them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from checker.catalog import EXERCISES
from checker.expected_graph import expected_outline
from checker.outcome import Status
from checker.report.curve import as_svg
from checker.report.drawing import differences, drawn, drawn_expected
from checker.report.view import ABSENT, PENDING, Alike, Overview, ShownLearner, counted, outcome_of
from checker.units import MIB

PAGES = "learners"  # the folder of the learners' pages, beside the overview
SYMBOLS = {"pass": "✓", "fail": "✗", ABSENT: "○", "skip": "–", "error": "!", PENDING: "·"}
WORDS = {
    "pass": "passed",
    "fail": "failed",
    ABSENT: "not handed in",
    "skip": "skipped",
    "error": "broken",
    PENDING: "pending",
}

# Control characters, and those that change the direction of what follows: no page needs them, and HTML forbids most.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def index_page(overview: Overview) -> str:
    """Return the overview: the grid of learners and exercises, and who shares which mistake."""
    return _clean(_environment().get_template("index.html").render(overview=overview))


def likeness_page(name: str, groups: Sequence[Alike]) -> str:
    """Return the page of submissions that are alike."""
    return _clean(_environment().get_template("likeness.html").render(name=name, groups=groups))


def learner_page(learner: ShownLearner) -> str:
    """Return the page of a learner."""
    return _clean(_environment().get_template("learner.html").render(learner=learner))


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("checker.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        exercises=EXERCISES,
        pages=PAGES,
        symbols=SYMBOLS,
        words=WORDS,
        Status=Status,
        mib=MIB,
        expected=lambda exercise: expected_outline(EXERCISES[exercise]),
        differences=differences,
        counted=counted,
        outcome_of=outcome_of,
        drawn=drawn,
        drawn_expected=drawn_expected,
        # Made of numbers and of our own words only.
        curve=lambda values: Markup(as_svg(values, "training loss")),
    )
    environment.filters["shell"] = shlex.quote
    environment.filters["url"] = lambda path: quote(path, safe="/")
    return environment


def _clean(page: str) -> str:
    return _CONTROLS.sub("\ufffd", page)
