"""One root cause, said once: of the checks that one mistake makes fail, the deepest cause stays a failure.

What explains what stands in `checker.engine.cause_table`, how deep a cause lies in `checker.engine.cause_order`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from checker.engine.cause_order import ORDER, OTHERS
from checker.engine.cause_table import TABLE
from checker.engine.explanations import EVERYTHING
from checker.outcome import CheckResult, Status

_KEYS = [key for _, keys in ORDER for key in keys]
_RANKS = {key: rank for rank, key in enumerate(_KEYS)}
_RANK_OF_OTHERS = max(_RANKS[key] for name, keys in ORDER if name == OTHERS for key in keys)


def explained(results: Sequence[CheckResult]) -> tuple[list[CheckResult], str]:
    """Return the results with each failure that another one explains as a SKIP, and the id of the first cause, or ""."""
    failed = sorted((each for each in results if each.status is Status.FAIL), key=rank)
    root: dict[str, CheckResult] = {}  # id of a failed check -> the failure that explains it, maybe itself
    for failure in failed:
        causes = (root[cause.id] for cause in failed if cause.id in root and explains(cause, failure))
        root[failure.id] = next(causes, failure)
    titles = {each.title: root[each.id].title for each in failed}
    return [_settled(each, root, titles) for each in results], failed[0].id if failed else ""


def explains(cause: CheckResult, effect: CheckResult) -> bool:
    """Whether the table says that one failure follows from the other."""
    rows = [row for row in TABLE if row.cause in _keys_of(cause)]
    return any({EVERYTHING, *_keys_of(effect)} & {*row.effects} for row in rows)


def rank(failure: CheckResult) -> int:
    """Return how deep a failure lies: 0 for the deepest cause. Failures of one rank stay in the order of the checks."""
    return next((_RANKS[key] for key in _keys_of(failure) if key in _RANKS), _RANK_OF_OTHERS)


def is_named_by(failure: CheckResult, keys: Sequence[str]) -> bool:
    """Whether a failure is among those that keys name."""
    return not {*_keys_of(failure)}.isdisjoint(keys)


def _keys_of(failure: CheckResult) -> tuple[str, ...]:
    """Return the keys that name a failure, the most precise first."""
    return f"{failure.id}/{failure.kind}", *filter(None, [failure.kind]), failure.id


def _settled(result: CheckResult, root: dict[str, CheckResult], titles: dict[str, str]) -> CheckResult:
    """Return a result as it is told: a SKIP names the failure at the root, also where it met one that is skipped now."""
    if result.status is Status.SKIP:
        return replace(result, detail=titles.get(result.detail, result.detail))
    if result.id not in root or root[result.id] is result:
        return result
    return CheckResult(result.id, result.title, Status.SKIP, detail=root[result.id].title)
