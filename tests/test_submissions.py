"""Every submission of the corpus gets its verdict, and every check has a submission that it catches."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from corpus import Case, all_cases

from checker.catalog import EXERCISES
from checker.outcome import Status
from checker.session.single import Options, Workshop

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_submission_fails_the_checks_it_should_and_no_other(case: Case, workshop: Workshop, tmp_path: Path) -> None:
    script = tmp_path / EXERCISES[case.exercise].script
    script.write_text(case.source(), "utf-8")
    report = workshop.check(EXERCISES[case.exercise], script, Options())
    assert [check.detail for check in report.checks if check.status is Status.ERROR] == []
    failed = [check for check in report.checks if check.status is Status.FAIL]
    assert {check.id for check in failed} == case.fails, failed
    said = "\n".join(" ".join([check.where, check.expected, check.actual, check.hint]) for check in failed)
    assert [words for words in case.says if words not in said] == [], said
    assert all(check.where and check.expected and check.actual for check in failed)


def test_every_check_catches_a_submission() -> None:
    caught = {_function(case.exercise, name) for case in CASES for name in case.fails}
    every = {
        _function(exercise, name): f"{exercise}: {name}"
        for exercise in EXERCISES
        for name in vars(_checks(exercise))
        if name.startswith("check_")
    }
    assert [name for function, name in every.items() if function not in caught] == []


def test_there_are_enough_checks_an_exercise() -> None:
    counts = {exercise: sum(name.startswith("check_") for name in vars(_checks(exercise))) for exercise in EXERCISES}
    assert counts.pop("ex01") >= 6
    assert all(count >= 8 for count in counts.values()), counts


def test_every_exercise_has_a_right_submission_that_is_not_ours() -> None:
    assert {case.exercise for case in CASES if not case.fails} == set(EXERCISES)


def test_every_check_has_a_title_that_reads_as_a_sentence_about_the_script() -> None:
    for exercise in EXERCISES:
        for name, check in vars(_checks(exercise)).items():
            if name.startswith("check_"):
                title = check.__doc__ or ""
                assert title, name
                assert title[0].islower(), name
                assert not title.endswith("."), name


def _checks(exercise: str) -> object:
    return importlib.import_module(f"checker.checks.check_{exercise}")


def _function(exercise: str, name: str) -> object:
    return getattr(_checks(exercise), name)
