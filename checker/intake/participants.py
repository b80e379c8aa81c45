"""Learners of a session who come again: under the login that the session knows, whatever Moodle's names mean today."""

from __future__ import annotations

from collections.abc import Mapping

from checker.intake.sources import Source, Submissions, with_number
from checker.report.login_order import login_order


def named_as_before(submissions: Submissions, known: Mapping[str, str]) -> Submissions:
    """Return submissions in which each learner has the login of before; `known` has Moodle's number, or "", of each login.

    An older session has the number in the login. A new learner with the name of a known one gets it, too.
    """
    named: dict[str, list[Source]] = {}
    for login, sources in submissions.sources.items():
        named.setdefault(_name(login, sources[0].participant, known), []).extend(sources)
    ordered = {login: named[login] for login in sorted(named, key=login_order)}
    return Submissions(ordered, submissions.ignored)


def _name(login: str, participant: str, known: Mapping[str, str]) -> str:
    if not participant:
        return login
    plain, numbered = login.removesuffix(f"_{participant}"), with_number(login, participant)
    if known.get(plain) == participant:
        return plain
    is_somebody_else = bool(known.get(login))
    return numbered if numbered in known or is_somebody_else else login
