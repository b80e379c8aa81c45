"""Exercises without a script: why there is none, and the report that says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from checker.engine.workshop import Options, new_report
from checker.exercise import Exercise
from checker.intake.learner import Learner, Problem
from checker.outcome import CheckResult, Report, Status
from checker.report.view import NOT_HANDED_IN, SUBMISSION


def is_absent(learner: Learner, exercise: str) -> bool:
    """Whether an exercise without a script was not handed in; otherwise a file was, but it is of no use."""
    return not learner.failure and problem_of(learner, exercise).where == SUBMISSION


def problem_of(learner: Learner, exercise: str) -> Problem:
    """Return why an exercise has no script.

    The reason is what is wrong with the script, or else with the submission, or else that no such file is there.
    """
    own = [problem for problem in learner.problems if problem.exercise == exercise]
    whole = [problem for problem in learner.problems if not problem.exercise]
    is_there = [problem for problem in own if problem.where != SUBMISSION]
    missing = Problem(SUBMISSION, f"{exercise}.py, anywhere in it", "no such file", "was it handed in?", exercise)
    return [*is_there, *whole, *own, missing][0]


def report_without_script(learner: Learner, exercise: Exercise, options: Options) -> Report:
    """Return the report on an exercise that has no script."""
    report = new_report(exercise, Path(exercise.script), options)
    check = CheckResult(NOT_HANDED_IN, "is handed in, and can be read", Status.FAIL)
    if learner.failure:
        check = replace(check, status=Status.ERROR, detail=learner.failure)
    else:
        problem = problem_of(learner, exercise.id)
        check = replace(check, where=problem.where, expected=problem.expected, actual=problem.actual, hint=problem.hint)
    report.checks.append(check)
    report.cause = "" if learner.failure else check.id
    return report
