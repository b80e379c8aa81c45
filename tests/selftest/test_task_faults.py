"""The self-test tells what is wrong with the tasks of an exercise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checker.engine.workshop import Options, Workshop
from checker.exercise import Exercise
from checker.selftest.exercise_parts import Parts
from checker.selftest.task_faults import faults_of_tasks
from tests.support.exercises import CATALOG
from tests.support.paths import TESTS

EX02 = CATALOG["ex02"]
GOOD = """
[tasks.train]
function = "build_graph"
scope = "train"
instead = "train_op = tf.no_op()"
checks = ["check_updates_every_variable"]
asked = { en = "make train_op.", fr = "faites train_op." }
read = { en = "Look it up.", fr = "Regardez." }
operation = { en = "minimize", fr = "minimize" }
shape = { en = "train_op = …", fr = "train_op = …" }
"""


def with_tasks(folder: Path, text: str) -> Exercise:
    tasks = folder / "ex02.toml"
    tasks.write_text(text, "utf-8")
    return replace(EX02, tasks=tasks)


def test_good_tasks_have_no_fault(tmp_path: Path) -> None:
    assert faults_of_tasks(with_tasks(tmp_path, GOOD)) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"check_updates_every_variable"', '"check_nothing"', "task train: no check check_nothing"),
        (', fr = "Regardez."', "", "task train: read lacks fr"),
        ('"train"\ninstead', '"trains"\ninstead', "task train: build_graph has no trains"),
        ('"build_graph"', '"build"', "task train: the script has no function build"),
        ("[tasks.train]", "[tasks.Train]", "'Train' is no id"),
        ("shape = ", "form = ", "unknown key form"),
        ('scope = "train"', 'scope = "train"\nfirst = "x"', "scope and first name two parts"),
        ('scope = "train"', 'last = "x"', "last without first"),
        ("tf.no_op()", "match = case:", "the skeleton is no Python of TensorFlow 1"),
    ],
)
def test_a_fault_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    (fault,) = faults_of_tasks(with_tasks(tmp_path, GOOD.replace(old, new)))
    assert told in fault


@pytest.mark.parametrize("key", ["asked", "read", "operation", "shape"])
def test_a_text_that_holds_a_line_of_the_solution_is_told(tmp_path: Path, key: str) -> None:
    line = "train_op=tf.train.GradientDescentOptimizer( LEARNING_RATE ).minimize(loss)"
    text = GOOD.replace(f'{key} = {{ en = "', f'{key} = {{ en = "{line} ')
    (fault,) = faults_of_tasks(with_tasks(tmp_path, text))
    assert fault.startswith(f"task train: {key} holds a line of the solution: train_op=")


def test_code_that_is_the_solution_is_told(tmp_path: Path) -> None:
    solution = "train_op = tf.train.GradientDescentOptimizer(LEARNING_RATE).minimize(loss)"
    (fault,) = faults_of_tasks(with_tasks(tmp_path, GOOD.replace("train_op = tf.no_op()", solution)))
    assert fault.startswith("task train: instead holds a line of the solution")


def test_a_skeleton_is_made_of_tasks_or_written_by_hand(tmp_path: Path) -> None:
    for exercise, lacks in (
        (EX02, False),
        (replace(EX02, tasks=None), True),
        (replace(EX02, tasks=None, skeleton=TESTS / "packs" / "formulas" / "skeletons" / "root.py"), False),
        (with_tasks(tmp_path, GOOD.replace("tf.no_op()", "1 +")), True),
    ):
        (found,) = (part for part in Parts(exercise, []).on_disk() if part.name == "skeleton")
        assert found.is_lacking == lacks, found


def test_a_skeleton_must_fail_when_it_is_checked(workshop: Workshop, tmp_path: Path) -> None:
    """One whose task changes nothing that a check sees is no skeleton."""
    same = GOOD.replace("tf.no_op()", "tf.train.GradientDescentOptimizer(0.1).minimize(loss)")
    for text, lacks in ((GOOD, False), (same, True)):
        parts = Parts(with_tasks(tmp_path, text), [])
        (found,) = parts.skeleton_when_run(lambda script: workshop.check(EX02, script, Options(timeout_s=600)))
        assert found.is_lacking == lacks, found
