"""A script that is checked in real TensorFlow 1.15 gets the verdict that it gets in 2.21, behind the same walls."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.engine.workshop import RAN_IN_1, Options, Workshop
from checker.exercise import Limits
from checker.outcome import Status
from checker.sandbox.box import BUBBLEWRAP, Box, BoxError, JobResult
from checker.sandbox.other_python import PYTHON
from checker.sandbox.tensorflow_1 import PYTHON_VARIABLE, OtherPython, find_tensorflow_1
from checker.selftest.corpus import Case, read_corpus
from checker.selftest.run_cases import Outcome
from checker.selftest.verdict import judge
from tests.support.exercises import CATALOG, WORKSHOPS
from tests.support.fixture_types import CommandLine
from tests.support.paths import PROJECT, RIGHT_SCRIPT, SUBMISSIONS

# Right and wrong ones: the arithmetic, the feeds, the curves, Keras, and what only TensorFlow 1 has.
CASES = (
    *("ex01_python_computes", "ex01_get_variable_pow", "ex02_contrib_boston", "ex02_broadcast", "ex02_step_not_given"),
    *(
        "ex03_keras_sequential",
        "ex04_served_2019",
        "ex04_softmax_twice",
        "ex04_placeholder_swapped",
        "ex04_metrics_accuracy",
    ),
)
PATIENCE = 10  # times the limit of an exercise


@pytest.fixture(scope="module")
def tensorflow_1() -> OtherPython:
    """The interpreter with TensorFlow 1.15."""
    return find_tensorflow_1()


@pytest.fixture(scope="module")
def checking(tensorflow_1: OtherPython) -> Iterator[Workshop]:
    """Boxes that show the interpreter."""
    with Workshop(readable=tensorflow_1.readable) as opened:
        yield opened


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    """The corpus of the six exercises."""
    found, faults = read_corpus(SUBMISSIONS, CATALOG)
    assert faults == []
    return {case.name: case for case in found}


@pytest.mark.parametrize("name", [*CATALOG, "line", "mlp", "mlp_keras"])
def test_a_complete_script_passes(checking: Workshop, tensorflow_1: OtherPython, name: str) -> None:
    exercise = {**CATALOG.exercises, **WORKSHOPS.exercises}[name]
    options = Options(timeout_s=PATIENCE * exercise.limits.time_s, python=tensorflow_1)
    report = checking.check(exercise, exercise.solution, options)
    assert [(check.id, check.actual or check.detail) for check in report.checks if check.status is not Status.PASS] == []
    assert report.notes == [RAN_IN_1]
    assert [check.advice for check in report.checks if check.advice] == []


@pytest.mark.parametrize("name", CASES)
def test_a_submission_gets_the_verdict_of_its_case(
    checking: Workshop, tensorflow_1: OtherPython, cases: dict[str, Case], name: str, tmp_path: Path
) -> None:
    case = cases[name]
    script = tmp_path / case.exercise.script
    script.write_text(case.source, "utf-8")
    options = Options(timeout_s=PATIENCE * case.exercise.limits.time_s, python=tensorflow_1)
    report = checking.check(case.exercise, script, options)
    assert judge(Outcome(case, tuple(report.checks), cause=report.cause)) == []


def run_in_the_box(box: Box, python: OtherPython, lines: str) -> JobResult:
    with box.job_folder() as folder:
        script = folder / "script.py"
        script.write_text(lines, "utf-8")
        words: dict[str, Any] = {"cwd": str(folder), "script": str(script), PYTHON: python.path}
        return box.run("script", folder, Limits(time_s=300), {}, **words)


def test_the_walls_are_those_of_any_script(tensorflow_1: OtherPython) -> None:
    here = [str(path) for path in (PROJECT / "tests", PROJECT / "reference/expected", Path(sys.executable))]
    lines = f"""
import json, os, socket, sys
import tensorflow
told = {{"version": tensorflow.__version__, "tests": os.path.exists({here[0]!r}), "expected": os.listdir({here[1]!r})}}
for name, attempt in {{
    "network": lambda: socket.create_connection(("192.0.2.1", 80), 5),
    "packages": lambda: open(os.path.join(os.path.dirname(tensorflow.__file__), "mine.py"), "w"),
}}.items():
    try:
        attempt()
        told[name] = "done"
    except OSError as error:
        told[name] = type(error).__name__
print(json.dumps(told))
"""
    with Box(readable=tensorflow_1.readable) as box:
        assert box.isolation == BUBBLEWRAP
        result = run_in_the_box(box, tensorflow_1, lines)
    assert result.exit_code == 0, result.stderr.decode()
    told = json.loads(result.stdout)
    assert told.pop("version").startswith("1.15")
    assert told == {"tests": False, "expected": [], "network": "OSError", "packages": "OSError"}


def test_an_error_is_told_with_the_frames_of_the_script_alone(tensorflow_1: OtherPython) -> None:
    with Box(readable=tensorflow_1.readable) as box:
        result = run_in_the_box(box, tensorflow_1, "print('before é')\nimport tensorflow as tf\ntf.placeholder(tf.float)\n")
    assert result.exit_code == 1
    assert result.stdout.decode() == "before é\n"
    trace = result.stderr.decode().splitlines()
    assert trace[-1] == "AttributeError: module 'tensorflow' has no attribute 'float'"
    first = next(line for line in trace if line.lstrip().startswith("File"))
    assert first.endswith('script.py", line 3, in <module>')


def test_an_interpreter_that_cannot_begin_is_our_failure(tensorflow_1: OtherPython) -> None:
    with Box() as box, pytest.raises(BoxError, match=f"{tensorflow_1.path} did not begin"):  # its files are not shown
        run_in_the_box(box, tensorflow_1, "")


def test_the_command_line_runs_it(command_line: CommandLine, tensorflow_1: OtherPython, tmp_path: Path) -> None:
    words = ("ex01", str(RIGHT_SCRIPT), "--tensorflow", "1.15")
    done = command_line(*words, cwd=tmp_path, **{PYTHON_VARIABLE: tensorflow_1.path})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 passed" in done.stdout
    assert "run in real TensorFlow 1.15" in done.stdout
