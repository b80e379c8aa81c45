"""A failure that names no reason gets that of a diagnosis, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

from checker.engine.reasons import with_reasons
from checker.outcome import CheckResult, Status

PASSED = CheckResult("check_saves_a_checkpoint", "saves", Status.PASS)
STAYS = CheckResult(
    "check_loss_falls",
    "falls",
    Status.FAIL,
    "ex04.py, line 30: summary; logdir/ex04",
    "a curve that falls",
    "from 2 to 2",
    "something is wrong",
    kind="stays",
    place="ex04.py, line 30: summary",
)
RATE = CheckResult(
    "check_steps_are_large_enough",
    "takes steps",
    Status.FAIL,
    "ex04.py, line 24: optimiser; the weights",
    "weights that move",
    "they moved by 1e-9",
    "a larger rate",
    place="ex04.py, line 24: optimiser",
)
SAME = replace(RATE, id="check_loss_falls", actual="from 2 to 2; the learning rate is 0.1", hint="a smaller rate")


def test_a_failure_without_a_reason_has_the_line_and_the_hint_of_a_diagnosis() -> None:
    passed, told = with_reasons([PASSED, STAYS], lambda: [RATE])
    assert passed == PASSED
    assert (told.id, told.status, told.kind, told.expected) == (STAYS.id, Status.FAIL, STAYS.kind, STAYS.expected)
    assert told.where == "ex04.py, line 24: optimiser; logdir/ex04"
    assert told.actual == "from 2 to 2; the weights: they moved by 1e-9"
    assert told.hint == "a larger rate"


def test_a_diagnosis_of_the_same_loss_adds_what_is_new_only() -> None:
    (told,) = with_reasons([STAYS], lambda: [SAME])
    assert told.actual == "from 2 to 2; the learning rate is 0.1"


def test_a_cause_comes_before_what_follows_from_it_and_before_the_general_one() -> None:
    scaled = replace(RATE, id="check_inputs_are_scaled", hint="divide by 255")
    (told,) = with_reasons([STAYS], lambda: [SAME, RATE, scaled])
    assert told.hint == "divide by 255"


def test_only_the_first_failure_gets_the_reason() -> None:
    low = replace(STAYS, id="check_recognises_images_it_never_saw", kind="low")
    first, second = with_reasons([STAYS, low], lambda: [RATE])
    assert (first.hint, second.hint) == ("a larger rate", "something is wrong")


def test_nothing_is_diagnosed_where_everything_passes_or_a_reason_is_known() -> None:
    def never() -> list[CheckResult]:
        raise AssertionError("diagnosed all the same")

    named = replace(STAYS, id="check_gives_logits_to_the_loss", kind="")
    assert with_reasons([PASSED, named], never) == [PASSED, named]


def test_a_diagnosis_that_finds_nothing_or_breaks_leaves_the_failure_as_it_was() -> None:
    broken = CheckResult("check_trains", "trains", Status.ERROR, detail="a traceback")
    assert with_reasons([STAYS], lambda: [PASSED, broken]) == [STAYS]
