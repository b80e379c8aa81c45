"""The feedback for a learner as one page that needs no other file, runs no script, and asks no server."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from checker.report.feedback import Feedback
from checker.report.feedback_text import OWN_SIGNS, with_colon
from checker.translation import _, language


@lru_cache(maxsize=1)
def _environment() -> Environment:
    loader = PackageLoader("checker.report.html")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def as_page(feedback: Feedback) -> str:
    """Return the feedback as HTML; every text in it is escaped."""
    template = _environment().get_template("feedback.html")
    return template.render(
        feedback=feedback, signs=OWN_SIGNS, colon=with_colon, open_question=_("open question"), language=language()
    )
