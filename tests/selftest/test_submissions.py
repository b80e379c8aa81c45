"""The checks and the corpus of submissions are what the project says; `python -m checker.selftest` runs the corpus."""

from __future__ import annotations

from checker.catalog import EXERCISES
from checker.selftest.corpus import checks_of, read_corpus
from tests.support.paths import SUBMISSIONS

CASES, PROBLEMS = read_corpus(SUBMISSIONS)


def test_every_folder_is_a_case() -> None:
    assert PROBLEMS == []


def test_there_are_enough_checks_an_exercise() -> None:
    counts = {exercise: len(checks_of(exercise)) for exercise in EXERCISES}
    assert counts.pop("ex01") >= 6
    assert all(count >= 8 for count in counts.values()), counts


def test_every_exercise_has_a_right_submission_that_is_not_ours() -> None:
    assert {case.exercise for case in CASES if case.is_right} == set(EXERCISES)


def test_every_check_has_a_title_that_reads_as_a_sentence_about_the_script() -> None:
    for exercise in EXERCISES:
        for name, check in checks_of(exercise).items():
            title = check.__doc__ or ""
            assert title, name
            assert title[0].islower(), name
            assert not title.endswith("."), name
