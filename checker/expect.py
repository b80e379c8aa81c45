"""Comparisons that raise `Mismatch`: the only way in which a check fails."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from typing import NoReturn, TypeVar

from checker.outcome import Mismatch

T = TypeVar("T")

LONGEST_VALUE = 200  # characters of a value shown in a message


def fail(where: str, expected: str, actual: str, hint: str = "", kind: str = "") -> NoReturn:
    """Raise `Mismatch`: what the check found is wrong. `kind` is a short id of it."""
    raise Mismatch(where, expected, actual, hint, kind)


def expect(condition: bool, where: str, expected: str, actual: str, hint: str = "", kind: str = "") -> None:
    """Raise `Mismatch` unless the condition holds."""
    if not condition:
        fail(where, expected, actual, hint, kind)


def expect_equal(actual: object, expected: object, where: str, hint: str = "") -> None:
    """Raise `Mismatch` unless the two are equal."""
    expect(actual == expected, where, shown(expected), shown(actual), hint)


def expect_close(actual: float, expected: float, tolerance: float, where: str, hint: str = "") -> None:
    """Raise `Mismatch` unless the absolute difference is at most `tolerance`. NaN is never close."""
    expect(abs(actual - expected) <= tolerance, where, f"{expected:g} ± {tolerance:g}", f"{actual:g}", hint)


def expect_at_most(actual: float, bound: float, where: str, hint: str = "") -> None:
    """Raise `Mismatch` unless `actual` is at most `bound`. NaN never is."""
    expect(actual <= bound, where, f"at most {bound:.4g}", f"{actual:.4g}", hint)


def expect_at_least(actual: float, bound: float, where: str, hint: str = "") -> None:
    """Raise `Mismatch` unless `actual` is at least `bound`. NaN never is."""
    expect(actual >= bound, where, f"at least {bound:.4g}", f"{actual:.4g}", hint)


def expect_some(found: Sequence[T], where: str, expected: str, instead: Collection[str], hint: str = "") -> Sequence[T]:
    """Return `found`; if it is empty, raise `Mismatch` and list what was found instead."""
    expect(len(found) > 0, where, expected, listed(instead), hint)
    return found


def expect_increasing(steps: Sequence[int], where: str, hint: str = "") -> None:
    """Raise `Mismatch` unless every step is larger than the one before it."""
    expect(len(steps) >= 2, where, "two steps or more", f"{len(steps)} points", hint, "too-short")
    if len(set(steps)) == 1:
        fail(where, "steps that increase", f"{len(steps)} points, all at step {steps[0]}", hint)
    for before, after in itertools.pairwise(steps):
        expect(after > before, where, "steps that increase", f"step {after} follows step {before}", hint)


def shown(value: object) -> str:
    """Return a value as text. A long text is shortened, and its length is told."""
    text = str(value)
    if len(text) > LONGEST_VALUE:
        return f"{text[:LONGEST_VALUE]}… ({len(text)} characters)"
    return text


def first_few(names: Sequence[str], most: int) -> str:
    """Return the first of many names as one line, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def listed(names: Iterable[str], nothing: str = "nothing of the kind") -> str:
    """Return names as one shortened line; `nothing` when there are none."""
    return shown(", ".join(names)) or nothing
