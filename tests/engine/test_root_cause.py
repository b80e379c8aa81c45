"""One mistake is one failure, its cause; two mistakes are two."""

from __future__ import annotations

import re

import pytest

from checker.engine.cause_order import ORDER, OTHERS
from checker.engine.cause_table import TABLE
from checker.engine.explanations import EVERYTHING
from checker.engine.root_cause import explained, explains, rank
from checker.outcome import CheckResult, Status
from checker.selftest.corpus import checks_of
from tests.support.exercises import CATALOG, WORKSHOPS
from tests.support.paths import PROJECT

# Kinds of failures that the table is prepared for; no check finds them yet.
PREPARED: set[str] = set()

IDS = {name for exercise in CATALOG.exercises.values() for name in checks_of(exercise)}
OF_WORKSHOPS = {name for exercise in WORKSHOPS.exercises.values() for name in checks_of(exercise)}
ORDERED = [key for _, keys in ORDER for key in keys]
KEYS = {*ORDERED, *(key for row in TABLE for key in (row.cause, *row.effects))} - {EVERYTHING}


def failed(check: str, kind: str = "") -> CheckResult:
    return CheckResult(check, f"title of {check}", Status.FAIL, "where", "expected", "actual", "hint", kind=kind)


def passed(check: str) -> CheckResult:
    return CheckResult(check, f"title of {check}", Status.PASS)


def told(*results: CheckResult) -> list[str]:
    """Return the ids of the checks that stay failures, the first cause first."""
    settled, cause = explained(results)
    left = [result.id for result in settled if result.status is Status.FAIL]
    return sorted(left, key=lambda check: check != cause)


def kinds_in_the_checker() -> set[str]:
    """Return every kind that some check or some evidence may give: a text of its form in the source."""
    rooms = ("checks", "engine", "evidence", "recompute")
    files = [file for room in rooms for file in (PROJECT / "checker" / room).glob("*.py")]
    files += (PROJECT / "exercises/workshops/checks").glob("*.py")
    sources = [file.read_text("utf-8") for file in files if not file.name.startswith("cause_")]
    return {kind for source in sources for kind in re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)*)"', source)}


def result_of(key: str) -> CheckResult:
    """Return a failure that a key names."""
    check, _, kind = key.partition("/")
    return failed(check, kind) if check.startswith("check_") else failed("check_of_a_pack", check)


def test_every_check_and_every_kind_that_the_table_names_exists() -> None:
    checks = {key.partition("/")[0] for key in KEYS if key.startswith("check_")}
    kinds = {key.rpartition("/")[2] for key in KEYS if not key.startswith("check_") or "/" in key} - {""}
    assert checks - IDS - OF_WORKSHOPS == set()
    assert kinds - kinds_in_the_checker() - PREPARED == set()


def test_every_check_of_the_suite_has_its_place_in_the_order_and_no_key_stands_there_twice() -> None:
    assert IDS - {key.partition("/")[0] for key in ORDERED} == set()
    assert len(ORDERED) == len(set(ORDERED))
    assert OTHERS in [name for name, _ in ORDER]


def test_no_cause_lies_above_what_it_explains_so_that_nothing_explains_itself() -> None:
    """A row whose cause is not the deeper of the two would do nothing, and a cycle needs such a row."""
    placed = [(row.cause, effect) for row in TABLE for effect in row.effects if has_a_place(effect)]
    assert [row.cause for row in TABLE if not has_a_place(row.cause)] == []
    assert [pair for pair in placed if rank(result_of(pair[0])) >= rank(result_of(pair[1]))] == []


def has_a_place(key: str) -> bool:
    """Whether a key says how deep a failure lies. A kind alone may come up in several checks."""
    return key.startswith("check_") or key in ORDERED


@pytest.mark.parametrize("kind", ["crash", "limit"])
def test_a_script_that_did_not_end_well_is_one_failure_whatever_else_failed(kind: str) -> None:
    end, other = failed("check_runs_to_the_end", kind), failed("check_plots_every_house", "no-figure")
    settled, cause = explained([end, failed("check_of_a_pack"), other])
    assert cause == "check_runs_to_the_end"
    assert [result.status for result in settled] == [Status.FAIL, Status.SKIP, Status.SKIP]
    assert {result.detail for result in settled[1:]} == {end.title}


def test_two_independent_mistakes_stay_two_failures_in_the_order_of_their_depth() -> None:
    broadcast = failed("check_compares_each_house_with_its_own_price", "broadcast")
    assert told(failed("check_plots_every_house", "no-figure"), broadcast) == [broadcast.id, "check_plots_every_house"]
    still, rises = failed("check_updates_every_variable"), failed("check_loss_falls", "rises")
    assert told(rises, still) == [still.id, rises.id], "a variable that nothing updates lets no loss rise"
    assert told(failed("check_prints_the_result"), failed("check_subtracts_two_computed_numbers", "wrong-arm")) == [
        "check_subtracts_two_computed_numbers",
        "check_prints_the_result",
    ]


def test_a_wrong_arm_explains_the_number_that_is_printed_and_the_one_in_the_checkpoint() -> None:
    arm = failed("check_subtracts_two_computed_numbers", "wrong-arm")
    printed = failed("check_prints_the_result", "prints-another-number")
    assert told(printed, arm, failed("check_checkpoint_gives_the_result")) == [arm.id]


def test_values_changed_before_saving_explain_the_arm_that_they_make_wrong() -> None:
    saved = failed("check_checkpoint_gives_the_result", "changed-before-saving")
    assert told(failed("check_subtracts_two_computed_numbers", "wrong-arm"), saved) == [saved.id]


def test_a_skipped_check_names_the_failure_at_the_root() -> None:
    """A chain, from the deepest cause: wrong columns, a loss that becomes NaN, a checkpoint of NaN, and what waited for it."""
    saved = failed("check_saves_a_checkpoint", "not-finite")
    waited = CheckResult("check_fits_the_prices", "fits", Status.SKIP, detail=saved.title)
    falls = failed("check_loss_falls", "loss-not-finite")
    fed = failed("check_feeds_each_house_with_its_own_price")
    settled, cause = explained([saved, fed, waited, falls])
    assert cause == fed.id
    assert [result.detail for result in settled] == [fed.title, "", fed.title, fed.title]


def test_what_passed_or_broke_stays_as_it_is() -> None:
    broke = CheckResult("check_b", "b", Status.ERROR, detail="Traceback")
    settled, cause = explained([passed("check_a"), broke])
    assert (settled, cause) == ([passed("check_a"), broke], "")


def test_a_check_of_a_pack_explains_nothing_and_is_explained_only_by_the_run() -> None:
    own = failed("check_roots_are_real")
    assert not any(explains(own, failed(check)) for check in IDS)
    assert told(own, failed("check_logs_the_loss")) == [own.id, "check_logs_the_loss"]
