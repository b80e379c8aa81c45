"""A session as web pages. They need no network and no server, and all texts of a submission are escaped."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from checker.exercise import Exercise
from checker.outcome import Status
from checker.outline import Outline
from checker.report.curve import as_svg
from checker.report.drawing import differences, drawn, drawn_expected
from checker.report.html.listing import linked, listings
from checker.report.view import ABSENT, PENDING, Alike, Overview, ShownLearner, counted, outcome_of, ran_to_its_end
from checker.units import MIB

PAGES = "learners"  # the folder of the learners' pages
SYMBOLS = {"pass": "✓", "fail": "✗", ABSENT: "○", "skip": "–", "error": "!", PENDING: "·"}
WORDS = {
    "pass": "passed",
    "fail": "failed",
    ABSENT: "not handed in",
    "skip": "skipped",
    "error": "broken",
    PENDING: "pending",
}

# Control characters and changes of the writing direction: no page needs them, and HTML forbids most of them.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


class Pages:
    """Makes the pages of a session, with the titles of its exercises and their expected graphs.

    `expected` holds, by exercise, None where no graph is expected.
    """

    def __init__(self, exercises: Mapping[str, Exercise], expected: Mapping[str, Outline | None]) -> None:
        self._environment = Environment(
            loader=PackageLoader("checker.report.html"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            exercises=exercises,
            expected=expected,
            pages=PAGES,
            symbols=SYMBOLS,
            words=WORDS,
            Status=Status,
            mib=MIB,
            differences=differences,
            counted=counted,
            outcome_of=outcome_of,
            ran_to_its_end=ran_to_its_end,
            drawn=drawn,
            drawn_expected=drawn_expected,
            curve=_curve,
            linked=linked,
            listings=listings,
        )
        self._environment.filters["shell"] = shlex.quote
        self._environment.filters["url"] = lambda path: quote(path, safe="/")

    def index(self, overview: Overview) -> str:
        """Return the overview: the grid of learners and exercises, and who shares which mistake."""
        return self._rendered("index.html", overview=overview)

    def likeness(self, name: str, groups: Sequence[Alike]) -> str:
        """Return the page of submissions that are alike."""
        return self._rendered("likeness.html", name=name, groups=groups)

    def learner(self, learner: ShownLearner) -> str:
        """Return the page of a learner."""
        return self._rendered("learner.html", learner=learner)

    def _rendered(self, template: str, **content: object) -> str:
        return _clean(self._environment.get_template(template).render(content))


def _curve(values: Sequence[float]) -> Markup:
    return Markup(as_svg(values, "training loss"))  # made of numbers and of our own words only


def _clean(page: str) -> str:
    return _CONTROLS.sub("\ufffd", page)
