"""A session as web pages. They need no network and no server, and all texts of a submission are escaped."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from checker.exercise import Exercise
from checker.outcome import CheckResult, Report, Status
from checker.outline import Outline
from checker.report.changed_cells import ShownChanges
from checker.report.curve import as_spark
from checker.report.drawing import differences, drawn, drawn_expected
from checker.report.grid import Grid, SessionProgress, row_of, short_moment
from checker.report.html.curves import Points, drawn_curve
from checker.report.html.listing import linked, listings
from checker.report.html.words import MARKS, content_policy, words
from checker.report.modules import package_of
from checker.report.moments import shown_moment
from checker.report.neighbours import Neighbours
from checker.report.signs import SIGNS
from checker.report.view import Alike, AlikePair, Overview, ShownLearner, ran_to_its_end
from checker.translation import _, chosen, language, plural
from checker.units import MIB

PAGES = "learners"  # the folder of the learners' pages
STYLE, GRID, LIVE = (Path(__file__).with_name(name).read_text("utf-8") for name in ("style.css", "grid.js", "live.js"))

# Control characters and changes of the writing direction: no page needs them, and HTML forbids most of them.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


class Pages:
    """Makes the pages of a session, with the titles of its exercises and their expected graphs.

    `expected` holds, by exercise, None where no graph is expected. Titles and all words of ours are in the language of
    the reader.
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
            symbols=SIGNS,
            marks=MARKS,
            Status=Status,
            mib=MIB,
            _=_,
            plural=plural,
            chosen=chosen,
            language=language,
            checks_of=_checks_of,
            differences=differences,
            package_of=package_of,
            ran_to_its_end=ran_to_its_end,
            drawn=drawn,
            drawn_expected=drawn_expected,
            curve=drawn_curve,
            spark=_spark,
            linked=linked,
            listings=listings,
            moment=shown_moment,
            short_moment=short_moment,
            clock=_clock,
        )
        self._environment.filters["shell"] = shlex.quote
        self._environment.filters["url"] = lambda path: quote(path, safe="/")

    def index(self, grid: Grid, overview: Overview | None = None, progress: SessionProgress | None = None) -> str:
        """Return the page of all learners: the grid, then who shares which mistake; of a session that runs, its progress."""
        scripts = [GRID, LIVE] if progress else [GRID]
        return self._rendered("index.html", scripts, grid=grid, overview=overview, progress=progress)

    def likeness(self, name: str, groups: Sequence[Alike], pairs: Sequence[AlikePair] = ()) -> str:
        """Return the page of submissions that are alike, with links to the pairs that have a page."""
        return self._rendered("likeness.html", name=name, groups=groups, pairs=pairs)

    def side_by_side(self, name: str, pair: AlikePair) -> str:
        """Return the page of two scripts side by side."""
        return self._rendered("side_by_side.html", name=name, pair=pair)

    def changes(self, name: str, changes: ShownChanges) -> str:
        """Return the page of what differs from another session, or from an earlier state of this one."""
        return self._rendered("changes.html", name=name, changes=changes)

    def learner(
        self,
        learner: ShownLearner,
        neighbours: Neighbours = Neighbours(),  # noqa: B008  # it cannot change
        curves: Mapping[str, Points] | None = None,
    ) -> str:
        """Return the page of a learner; `curves` holds the loss by exercise as step and value, where steps are known."""
        row = row_of(learner)
        return self._rendered("learner.html", learner=learner, row=row, neighbours=neighbours, curves=curves or {})

    def _rendered(self, template: str, scripts: Sequence[str] = (), **content: object) -> str:
        page = self._environment.get_template(template).render(
            content,
            words=words(),
            policy=content_policy(STYLE, scripts, is_live=LIVE in scripts),
            style=Markup(STYLE),
            scripts=[Markup(script) for script in scripts],
        )
        return _CONTROLS.sub("\ufffd", page)


def _checks_of(report: Report, status: Status) -> list[CheckResult]:
    return [check for check in report.checks if check.status is status]


def _spark(values: tuple[float, ...]) -> Markup:
    return _drawn_spark(values, language())


@lru_cache(maxsize=10_000)  # a page that is written again and again draws what is new
def _drawn_spark(values: tuple[float, ...], _language: str) -> Markup:
    return Markup(as_spark(values))  # made of numbers and of our own words only


def _clock(seconds: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds))
