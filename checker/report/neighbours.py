"""Who stands before and after a learner, in the one order of logins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.report.login_order import login_order


@dataclass(frozen=True)
class Neighbour:
    """The learner before or after another."""

    login: str
    folder: str


@dataclass(frozen=True)
class Neighbours:
    """The learners before and after one, None where there is none."""

    before: Neighbour | None = None
    after: Neighbour | None = None


def neighbours(folders: Mapping[str, str]) -> dict[str, Neighbours]:
    """Return who stands before and after each login, of those with these folders."""
    listed = [Neighbour(login, folders[login]) for login in sorted(folders, key=login_order)]
    around = zip([None, *listed[:-1]], listed, [*listed[1:], None])
    return {each.login: Neighbours(before, after) for before, each, after in around}
