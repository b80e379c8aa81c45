"""A skeleton runs, fails for what is not written yet, and becomes the complete script task by task."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from checker.engine.workshop import Options, Workshop
from checker.exercise import Exercise
from checker.learner.skeleton import NoPart, find_part, is_marked, make_skeleton, skeleton_of
from checker.learner.tasks import LearnerTask, read_tasks
from checker.outcome import Report, Status
from checker.pack_file import LANGUAGES
from tests.support.exercises import CATALOG

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ANSWERS = Path(__file__).parent / "answers"
CRASH = "check_runs_to_the_end"
SCRIPT = '''"""Doc."""


def build(x):
    """Build it."""
    with tf.name_scope("inner"):
        # Why it is so.
        y = x + 1
    z = (
        y * 2
    )
    return z
'''


def tasks_of(exercise: Exercise) -> Sequence[LearnerTask]:
    assert exercise.tasks
    return read_tasks(exercise.tasks)


def check(workshop: Workshop, folder: Path, exercise: Exercise, text: str) -> Report:
    script = folder / exercise.script
    script.write_text(text, "utf-8")
    return workshop.check(exercise, script, Options(timeout_s=600))


def ids(report: Report) -> list[str]:
    return [each.id for each in report.failures]


def task(**more: str) -> LearnerTask:
    parts = {"scope": "", "first": "", "last": "", "instead": "pass", **more}
    return LearnerTask("one", "build", **parts, asked={"en": "write it.", "fr": "écrivez-le."}, hints=(), checks=())


@pytest.mark.parametrize("exercise", CATALOG)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_task_is_marked_in_a_skeleton(exercise: str, language: str) -> None:
    skeleton = skeleton_of(CATALOG[exercise], language) or ""
    tasks = tasks_of(CATALOG[exercise])
    assert 3 <= len(tasks) <= 7
    assert [each.id for each in tasks if not is_marked(skeleton, each)] == []
    assert skeleton.count("# TODO: ") == len(tasks)
    assert max(map(len, skeleton.splitlines())) <= 125
    assert f"python {exercise}.py" in skeleton


@pytest.mark.parametrize("exercise", CATALOG)
def test_the_parts_put_back_make_the_complete_script(exercise: str) -> None:
    complete = CATALOG[exercise].solution.read_text("utf-8")
    tasks = tasks_of(CATALOG[exercise])
    skeleton = make_skeleton(complete, tasks, "en")
    for each in tasks:
        first, last = find_part(complete, each)
        part = "\n".join(complete.splitlines()[first - 1 : last])
        alone = make_skeleton(complete, [each], "en").splitlines()
        gap = "\n".join(alone[first - 1 : len(alone) - (len(complete.splitlines()) - last)])
        assert skeleton.count(gap) == 1, each.id
        skeleton = skeleton.replace(gap, part)
    assert skeleton == complete


@pytest.mark.parametrize("exercise", CATALOG)
def test_a_skeleton_runs_and_fails_for_what_is_not_written(workshop: Workshop, tmp_path: Path, exercise: str) -> None:
    found = CATALOG[exercise]
    report = check(workshop, tmp_path, found, skeleton_of(found, "en") or "")
    assert report.status is Status.FAIL, report.checks
    assert CRASH not in ids(report)
    assert {*ids(report)} <= {name for each in tasks_of(found) for name in each.checks}


@pytest.mark.parametrize(
    ("exercise", "name"),
    [(exercise.id, each.id) for exercise in CATALOG.exercises.values() for each in tasks_of(exercise) if each.checks],
)
def test_a_task_left_undone_fails_its_own_checks_only(workshop: Workshop, tmp_path: Path, exercise: str, name: str) -> None:
    found = CATALOG[exercise]
    left = next(each for each in tasks_of(found) if each.id == name)
    report = check(workshop, tmp_path, found, make_skeleton(found.solution.read_text("utf-8"), [left], "en"))
    assert report.status is Status.FAIL, report.checks
    assert {*ids(report)} <= {*left.checks}, [(each.id, each.actual) for each in report.failures]


@pytest.mark.parametrize("exercise", CATALOG)
def test_a_skeleton_takes_other_right_answers_than_ours(workshop: Workshop, tmp_path: Path, exercise: str) -> None:
    found = CATALOG[exercise]
    answers = tomllib.loads((ANSWERS / f"{exercise}.toml").read_text("utf-8"))
    tasks = [replace(each, instead=answers.pop(each.id)) for each in tasks_of(found)]
    assert answers == {}
    report = check(workshop, tmp_path, found, make_skeleton(found.solution.read_text("utf-8"), tasks, "en"))
    assert report.status is Status.PASS, [(each.id, each.actual) for each in report.failures]


def test_a_part_is_a_scope_a_statement_some_statements_or_a_body() -> None:
    assert find_part(SCRIPT, task(scope="inner")) == (8, 8)
    assert find_part(SCRIPT, task(first="z =")) == (9, 11)
    assert find_part(SCRIPT, task(first="with", last="z =")) == (6, 11)
    assert find_part(SCRIPT, task()) == (6, 12)


@pytest.mark.parametrize("named", [{"scope": "outer"}, {"first": "w ="}, {"first": "z =", "last": "w ="}])
def test_a_part_that_is_not_there_is_named(named: dict[str, str]) -> None:
    with pytest.raises(NoPart, match=f"task one: build has no .*{[*named.values()][-1]}"):
        find_part(SCRIPT, task(**named))


def test_parts_that_overlap_are_refused() -> None:
    with pytest.raises(NoPart, match="overlap"):
        make_skeleton(SCRIPT, [task(), task(scope="inner")], "en")


def test_a_comment_above_a_part_stays() -> None:
    skeleton = make_skeleton(SCRIPT, [task(scope="inner", instead="\ny = x\n")], "fr")
    assert "        # Why it is so.\n        # TODO: écrivez-le.\n        y = x\n    z = (\n" in skeleton
    assert is_marked(skeleton, task())
    assert not is_marked(SCRIPT, task())
