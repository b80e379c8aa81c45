"""The check file of a pack is its own; what is broken in a pack is an error, and neither a failure nor an interruption."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.engine.check_file import checks_in
from checker.engine.workshop import Options, Workshop
from checker.exercise import Exercise
from checker.outcome import Report, Status
from checker.pack_reader import read_pack

PACK = '[pack]\nid = "small"\ntitle = "Small"\n\n[exercises.words]\ntitle = "says words"\ncheckpoint = false\n'
CHECK = "def check_prints(stdout):\n    '''prints {word}'''\n    assert stdout\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pack of one exercise whose script writes a graph."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "pack.toml").write_text(PACK)
    (tmp_path / "checks" / "check_words.py").write_text(CHECK.format(word="words"))
    lines = [
        "import tensorflow.compat.v1 as tf",
        "tf.disable_v2_behavior()",
        "tf.sqrt(tf.placeholder(tf.float32, name='a'))",
    ]
    lines += ["tf.summary.FileWriter('logdir/words', tf.get_default_graph()).close()", "print('words')"]
    (tmp_path / "words.py").write_text("\n".join(lines))
    return tmp_path


def exercise_of(folder: Path) -> Exercise:
    (exercise,) = read_pack(folder).exercises
    return exercise


def check(workshop: Workshop, folder: Path) -> Report:
    """Return the report on the pack's own script."""
    exercise = exercise_of(folder)
    return workshop.check(exercise, exercise.solution, Options())


def test_a_check_file_that_cannot_be_imported_is_an_error_of_its_exercise(workshop: Workshop, folder: Path) -> None:
    (folder / "checks" / "check_words.py").write_text("import nothing_of_the_kind\n")
    report = check(workshop, folder)
    assert report.status is Status.ERROR
    assert "nothing_of_the_kind" in report.checks[0].detail


def test_a_damaged_expected_graph_is_an_error_that_names_its_file(workshop: Workshop, folder: Path) -> None:
    (folder / "expected").mkdir()
    (folder / "expected" / "words.json").write_text('{"nodes": 3}')
    report = check(workshop, folder)
    assert [result.status for result in report.checks] == [Status.PASS, Status.ERROR]
    assert str(folder / "expected" / "words.json") in report.checks[1].detail
    assert "checker.selftest graph words" in report.checks[1].detail


def test_a_check_file_that_was_edited_is_read_again(folder: Path) -> None:
    first = checks_in(exercise_of(folder).checks)
    (folder / "checks" / "check_words.py").write_text(CHECK.format(word="other words"))
    second = checks_in(exercise_of(folder).checks)
    assert [first["check_prints"].__doc__, second["check_prints"].__doc__] == ["prints words", "prints other words"]
