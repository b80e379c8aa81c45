"""The figures count what the cases say, and stand beside their goals."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from checker.catalog import built_in
from checker.outcome import CheckResult, Status
from checker.selftest.corpus import Case
from checker.selftest.figures import figures_of, show_figures
from checker.selftest.run_cases import Outcome

PASSED = CheckResult("check_runs_to_the_end", "runs", Status.PASS)


def case_of(fails: tuple[str, ...] = (), says: tuple[str, ...] = (), line: str = "") -> Case:
    return Case(Path("some_case"), built_in()["ex01"], "a story", "", fails, says, line)


def failed(check: str, actual: str, where: str = "ex01.py, line 31: x = 3") -> CheckResult:
    return CheckResult(check, f"title of {check}", Status.FAIL, where, "another", actual)


def values_of(*outcomes: Outcome) -> dict[str, str]:
    return {figure.name: figure.value for figure in figures_of(outcomes)}


def wrong(*checks: CheckResult, line: str = "", cause: str = "") -> Outcome:
    """Return what was said of a case in which check_a is the cause and check_b another failure."""
    return Outcome(case_of(("check_a", "check_b"), ("xor",), line), checks, cause=cause)


def test_a_right_case_is_accepted_if_nothing_fails_and_something_passed() -> None:
    refused = Outcome(case_of(), (PASSED, failed("check_a", "3")))
    broke = Outcome(case_of(), (), "Traceback")
    assert values_of(Outcome(case_of(), (PASSED,)), refused, broke)["right ones accepted"] == "1 of 3, 33.3%"


def test_a_wrong_case_in_which_the_checker_broke_is_not_refused() -> None:
    broke = wrong(failed("check_a", "xor"), CheckResult("check_b", "b", Status.ERROR, detail="Traceback"))
    assert values_of(broke, wrong(PASSED))["wrong ones refused"] == "0 of 2, 0.0%"


def test_a_cause_is_named_wherever_it_is_said_but_named_first_only_by_the_first_failure() -> None:
    said_later = wrong(failed("check_a", "3"), failed("check_b", "xor"))
    other_first = wrong(failed("check_a", "xor"), failed("check_b", "3"), cause="check_b")
    first = wrong(failed("check_a", "xor"), failed("check_b", "3"))
    figures = values_of(said_later, other_first, first, wrong(PASSED))
    assert figures["cause named"] == "3 of 4, 75.0%"
    assert figures["cause named first"] == "1 of 4, 25.0%"


def test_failures_are_counted_for_the_cases_that_are_refused() -> None:
    two, one = wrong(failed("check_a", "xor"), failed("check_b", "3")), wrong(failed("check_a", "xor"))
    assert values_of(two, one, wrong(PASSED))["failures for one mistake"] == "3 for 2, 1.50"


def test_a_line_is_named_by_the_first_failure_and_line_3_is_not_line_31() -> None:
    named, another = wrong(failed("check_a", "xor"), line="line 31"), wrong(failed("check_a", "xor"), line="line 3")
    assert values_of(named, another, wrong(failed("check_a", "xor")))["lines named"] == "1 of 2, 50.0%"


def test_each_figure_is_printed_with_its_goal_also_without_any_case() -> None:
    console = Console(width=100)
    with console.capture() as capture:
        show_figures(console, [])
    text = capture.get()
    for goal in ("at least 98%", "at least 97%", "at least 95%", "at least 92%", "at most 1.3"):
        assert f"goal: {goal}" in text
    assert "0 of 0" in text


def test_a_goal_is_met_by_its_own_value() -> None:
    at_goal = [Outcome(case_of(), (PASSED,))] * 49 + [Outcome(case_of(), (failed("check_a", "3"),))]
    assert figures_of(at_goal)[0].is_met
    below = [*at_goal, Outcome(case_of(), (failed("check_a", "3"),))]
    assert not figures_of(below)[0].is_met
