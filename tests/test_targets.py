"""What the words of a command line mean: an exercise, a script, a folder, or what was probably meant."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from checker.targets import Selection, find_targets, nothing_to_check
from tests.support.exercises import CATALOG
from tests.support.paths import PROJECT

COMMANDS = ("check", "session", "tensorboard", "watch", "hint")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a script of ex02, one of ex04 under another name, and some below it."""
    monkeypatch.chdir(tmp_path)
    for name in ("ex02.py", "solution.py", "day.ipynb", "my/ex01.py", "my/ex03.py", "two words/ex05.py", "notes/a.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("print(1)\n")
    return tmp_path


def select(*words: str) -> Selection:
    return find_targets(CATALOG, [], words, COMMANDS)


def chosen(*words: str) -> list[tuple[str, str]]:
    return [(exercise.id, str(script)) for exercise, script in select(*words).targets]


@pytest.mark.parametrize("word", ["ex2", "EX02", "Ex2", "2", "02", "ex-2", "exercise2", "exo02"])
def test_an_exercise_is_known_by_its_number_and_that_is_said(folder: Path, word: str) -> None:
    assert chosen(word) == [("ex02", "ex02.py")]
    assert select(word).remarks == [f"{word} is taken for ex02"]
    assert select(word, "solution.py").targets == [(CATALOG["ex02"], Path("solution.py"))]


def test_the_exact_id_needs_no_remark(folder: Path) -> None:
    assert select("ex02").remarks == []
    assert select("ex02", "solution.py").remarks == []


@pytest.mark.parametrize(
    ("name", "exercise"),
    [("ex04_v2.py", "ex04"), ("EX4.py", "ex04"), ("Exercise_4.py", "ex04"), ("ada-ex04.ipynb", "ex04")],
)
def test_the_name_of_a_script_tells_its_exercise(folder: Path, name: str, exercise: str) -> None:
    (folder / name).touch()
    assert chosen(name) == [(exercise, name)]
    assert select(name).remarks == [f"{name} is taken for a script of {exercise}"]


def test_several_scripts_are_each_checked_as_their_exercise(folder: Path) -> None:
    assert chosen("ex02.py", "my/ex01.py") == [("ex02", "ex02.py"), ("ex01", "my/ex01.py")]


def test_a_script_named_like_another_exercise_is_checked_as_asked_and_that_is_said(folder: Path) -> None:
    assert chosen("ex04", "ex02.py") == [("ex04", "ex02.py")]
    assert select("ex04", "ex02.py").remarks == ["ex02.py is checked as ex04"]


def test_a_folder_means_the_scripts_of_exercises_in_it(folder: Path) -> None:
    assert chosen("my/") == [("ex01", "my/ex01.py"), ("ex03", "my/ex03.py")]
    assert select("my").remarks == ["my is a folder: its scripts of ex01, ex03 are checked"]
    assert chosen("ex03", "my") == [("ex03", "my/ex03.py")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ex02", "soluton.py"], "soluton.py is not there; did you mean python -m checker ex02 solution.py?"),
        (["ex02", "solution"], "did you mean python -m checker ex02 solution.py?"),
        (["ex2.py"], "ex2.py is not there; did you mean python -m checker ex02.py?"),
        (["ex1.py"], "did you mean python -m checker my/ex01.py?"),
        (["ex05", "ex5.py"], "did you mean python -m checker ex05 'two words/ex05.py'?"),
        (["wach"], "did you mean python -m checker watch?"),
        (["wach", "ex04"], "did you mean python -m checker watch ex04?"),
        (["ex02x"], "did you mean python -m checker ex02 or python -m checker ex02.py?"),
        (["ex03"], "ex03.py is not there; name your script: python -m checker ex03 my/ex03.py"),
        (["ex06"], "ex06.py is not there; name your script: python -m checker ex06 my/ex06.py"),
        (["day.ipynb"], "day.ipynb: which exercise is it? python -m checker ex01 day.ipynb"),
        (["ex04", "my"], "my: a folder without ex04.py; name the script: python -m checker ex04 my/NAME.py"),
        (
            ["notes"],
            "name one: python -m checker ex01 notes/a.py; what many learners handed in: python -m checker session notes",
        ),
        (["ex01", "ex02", "solution.py"], "one exercise and one script at a time, not 'ex01 ex02 solution.py'"),
        (["ex02", "solution.py", "ex02.py"], "one exercise and one script at a time"),
        (["ex02.py", "ex02_old.py"], "ex02_old.py is not there; did you mean python -m checker ex02.py ex02.py"),
        (["no/such/file.py"], "no/such/file.py is not there"),
        (["x" * 5000], "neither an exercise"),
        (["a\0b"], "neither an exercise"),
    ],
)
def test_what_is_not_there_is_asked_for_with_the_nearest_names(folder: Path, words: list[str], said: str) -> None:
    with pytest.raises(click.UsageError) as error:
        select(*words)
    assert said in str(error.value)


@pytest.mark.parametrize("word", ["ex07", "7", "zzz", "completely/else.py"])
def test_nothing_is_suggested_where_nothing_is_near(folder: Path, word: str) -> None:
    with pytest.raises(click.UsageError) as error:
        select(word)
    assert "did you mean" not in str(error.value)


def test_a_script_of_another_exercise_is_never_suggested(folder: Path) -> None:
    with pytest.raises(click.UsageError) as error:
        select("ex06", "ex06.py")
    assert "ex02.py" not in str(error.value)
    assert "ex01.py" not in str(error.value)


def test_two_scripts_of_one_exercise_are_refused(folder: Path) -> None:
    (folder / "my/ex02.py").touch()
    with pytest.raises(click.UsageError, match="two scripts of ex02"):
        select("ex02.py", "my/ex02.py")


@pytest.mark.parametrize("words", [["ex02"], ["exercises/ex02.py"], ["ex2"]])
def test_the_complete_script_is_not_taken_for_the_learners(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monkeypatch.chdir(PROJECT)
    assert chosen(*words) == [("ex02", "exercises/ex02.py")]
    assert select(*words).remarks[-1] == (
        "exercises/ex02.py: this is the complete script of the exercise, not yours; yours: python -m checker ex02 my/ex02.py"
    )
    assert find_targets(CATALOG, [], ()).remarks == []  # all of them at once are no mistake


def test_the_script_of_the_working_folder_goes_before_the_complete_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exercises").symlink_to(PROJECT / "exercises")
    (tmp_path / "ex02.py").touch()
    assert chosen("ex02") == [("ex02", "ex02.py")]
    assert chosen("ex03") == [("ex03", "exercises/ex03.py")]


def test_an_empty_folder_is_told_how_to_begin_where_that_is_possible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "python -m checker start makes a folder for you" in nothing_to_check(CATALOG, ["start"])
    assert "start" not in nothing_to_check(CATALOG)
