"""Logins have one order: as people count, without regard to accents and case."""

from __future__ import annotations

import random

from checker.report.login_order import login_order

LOGINS = ["Ada", "ada", "Bo b", "Émile", "emile", "eva", "user1", "User2", "user10", "user010", "zoé 3", "Zoe 20", "Ωmega"]


def test_numbers_count_and_accents_and_case_do_not() -> None:
    mixed = random.Random(3).sample(LOGINS, len(LOGINS))
    ordered = sorted(mixed, key=login_order)
    assert [login.casefold() for login in ordered[:3]] == ["ada", "ada", "bo b"]
    assert ordered.index("emile") in (3, 4)
    assert ordered[5:8] == ["eva", "user1", "User2"]
    assert ordered[-3:] == ["zoé 3", "Zoe 20", "Ωmega"]
    mixed.reverse()
    assert ordered == sorted(mixed, key=login_order)


def test_a_number_of_any_length_has_its_place() -> None:
    long = f"a{'9' * 10_000}"
    assert sorted([long, "a10", "a9", "a"], key=login_order) == ["a", "a9", "a10", long]
