"""A group of learners who share a mistake: what is said of the group is true of each learner in it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from checker.outcome import CheckResult, NamedLine, Report, Status
from checker.report.grid import Grid
from checker.report.html import Pages
from checker.report.mistakes import common_text
from checker.report.view import NOT_HANDED_IN, SUBMISSION, Overview, ShownLearner
from tests.support.exercises import CATALOG

EXERCISES = ["ex01", "ex02"]
MISSING = "ModuleNotFoundError: No module named 'seaborn'"


def overview_of(checks: Mapping[str, Mapping[str, CheckResult]]) -> Overview:
    """Return the overview of learners, each with one check in some exercises."""
    overview = Overview("monday", EXERCISES)
    for login, own in checks.items():
        reports: dict[str, Report | None] = {
            exercise: Report(exercise, f"{exercise}.py", "none", "none", [check]) for exercise, check in own.items()
        }
        overview.add(ShownLearner(login, login, {exercise: reports.get(exercise) for exercise in EXERCISES}))
    return overview


def failed(actual: str, expected: str = "-7", where: str = "W", hint: str = "") -> CheckResult:
    return CheckResult("check_a", "fits W", Status.FAIL, where, expected, actual, hint)


def crash(actual: str, line: int) -> CheckResult:
    lines = (NamedLine("x.py", line, f"x.py, line {line}"),)
    where = f"x.py, line {line}: import seaborn"
    return CheckResult(
        "check_runs", "runs", Status.FAIL, where, "runs", actual, "install it", kind="crash", place=where, lines=lines
    )


def absent(actual: str = "no such file") -> CheckResult:
    return CheckResult(NOT_HANDED_IN, "is handed in", Status.FAIL, SUBMISSION, "a script", actual)


def page_of(overview: Overview) -> str:
    page = Pages(CATALOG.exercises, dict.fromkeys(EXERCISES)).index(Grid(overview.name, EXERCISES), overview)
    return " ".join(page.split())


def test_a_value_stands_beside_the_learners_who_got_it_and_beside_nobody_else() -> None:
    overview = overview_of(
        {"ada": {"ex01": failed("-48")}, "bob": {"ex01": failed("-248796")}, "cy": {"ex01": failed("-48")}}
    )
    (mistake,) = overview.shared("ex01")
    assert mistake.common.actual == "-…"
    assert {found.actual: [each.login for each in those] for found, those in mistake.findings.items()} == {
        "-48": ["ada", "cy"],
        "-248796": ["bob"],
    }
    page = page_of(overview)
    assert "3 of 3</span> fail “fits W”: found -…" in page
    summary = page[page.index("<summary>") : page.index("</summary>")]
    assert "48" not in summary
    own = page[page.index("-48</dd>") - 400 : page.index("-48</dd>")].rpartition("<dd>")[2]
    assert ">ada</a>" in own
    assert ">cy</a>" in own
    assert ">bob</a>" not in own


def test_what_all_got_is_said_once() -> None:
    overview = overview_of({login: {"ex01": failed("0.5 of 10", where="step 3")} for login in ("ada", "bob")})
    (mistake,) = overview.shared("ex01")
    assert mistake.is_one
    assert (mistake.common.actual, mistake.common.subject) == ("0.5 of 10", "step 3")
    assert "found 0.5 of 10</summary>" in page_of(overview)


def test_a_hint_or_an_expected_value_that_is_not_everybodys_is_not_said_of_the_group() -> None:
    overview = overview_of(
        {
            "ada": {"ex01": failed("3 points", "200 points", hint="look at range")},
            "bob": {"ex01": failed("4 points", "400 points", hint="look at the loop")},
        }
    )
    (mistake,) = overview.shared("ex01")
    assert (mistake.common.expected, mistake.common.actual, mistake.common.hint) == ("… points", "… points", "")
    page = page_of(overview)
    assert "found 3 points, expected 200 points; hint: look at range" in page
    assert "<dt>hint</dt>" not in page


def test_a_missing_module_is_one_mistake_in_all_exercises() -> None:
    overview = overview_of(
        {
            "ada": {"ex01": crash(MISSING, 3), "ex02": crash(MISSING, 9)},
            "bob": {"ex02": crash(MISSING, 12)},
            "cy": {"ex02": crash("ModuleNotFoundError: No module named 'plotly2'", 12)},
        }
    )
    (mistake,) = overview.across()
    assert [(each.login, each.exercises) for each in mistake.sharers] == [("ada", ["ex01", "ex02"]), ("bob", ["ex02"])]
    assert overview.shared("ex01") == []
    (other,) = overview.shared("ex02")
    assert [each.login for each in other.sharers] == ["cy"]
    page = page_of(overview)
    assert page.count("2 of 3</span> fail “runs”") == 1
    assert f"found {MISSING.replace(chr(39), '&#39;')} (ex01, ex02)" in page
    assert 'learners/ada.html#ex01">ada ex01</a>, <a href="learners/ada.html#ex02">ex02</a>' in page


def test_an_error_with_other_numbers_is_one_mistake_of_its_exercise_alone() -> None:
    text = "ValueError: shapes ({},) and (2,)"
    overview = overview_of(
        {
            "ada": {"ex01": crash(text.format(3), 3)},
            "bob": {"ex01": crash(text.format(5), 4)},
            "cy": {"ex02": crash(text.format(5), 4)},
        }
    )
    assert overview.across() == []
    assert [len(mistake.sharers) for mistake in (*overview.shared("ex01"), *overview.shared("ex02"))] == [2, 1]


def test_what_was_not_handed_in_comes_last_and_apart() -> None:
    overview = overview_of({"ada": {"ex01": absent()}, "bob": {"ex01": absent(), "ex02": failed("1")}})
    assert overview.shared("ex01") == []
    page = page_of(overview)
    assert page.index("Who shares which mistake") < page.index("fits W") < page.index("Not handed in")
    assert "2 of 2</span> did not hand in ex01: no such file:" in page


@pytest.mark.parametrize(
    ("texts", "common"),
    [
        (["found 3"], "found 3"),
        (["found 3 of 9", "found 4 of 9"], "found … of 9"),
        (["1e-5", "2.5e-7"], "…"),
        (["nan", "3"], ""),
        (["", ""], ""),
        (["a{0} \\1 3", "a{0} \\1 4"], "a{0} \\1 …"),
    ],
)
def test_only_numbers_that_all_share_stay(texts: list[str], common: str) -> None:
    assert common_text(texts) == common
