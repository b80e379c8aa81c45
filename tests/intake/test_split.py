"""One file that holds several exercises is split at its headings, where that is clear, and it is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.intake.learner import Learner
from tests.support.handed_in import said, take, write

SCRIPT = """# -*- coding: utf-8 -*-
import tensorflow as tf
def head(): pass
# Exercice 01
print("one")
# --- Exercise 2 ---
for i in range(3):
    # ex01 was like this
    print("two")

# Exercice 01 - suite
print("one again")
"""


def cell(kind: str, *lines: str) -> dict[str, object]:
    return {"cell_type": kind, "source": list(lines), "outputs": [{"data": "x"}] if kind == "code" else None}


def notebook(*cells: dict[str, object]) -> str:
    return json.dumps({"cells": cells, "nbformat": 4})


def lines_of(learner: Learner, exercise: str) -> dict[int, str]:
    lines = learner.scripts[exercise].path.read_text("utf-8").split("\n")
    return {number: line for number, line in enumerate(lines, 1) if line}


def test_each_part_has_the_head_and_keeps_its_lines(submissions: Path) -> None:
    write(submissions / "ada/TP noté.py", SCRIPT)
    learner = take(submissions, "ex01", "ex02", "ex03")["ada"]
    whole = dict(enumerate(SCRIPT.split("\n"), 1))
    assert lines_of(learner, "ex01") == {number: whole[number] for number in (1, 2, 3, 4, 5, 11, 12)}
    assert lines_of(learner, "ex02") == {number: whole[number] for number in (1, 2, 3, 6, 7, 8, 9)}
    assert "ex02 the part of TP noté.py below the heading of ex02 was taken for it; it sees what stands" in said(learner)
    assert "ex03 the submission: expected ex03.py, anywhere in it, found no such file" in said(learner)


def test_cells_of_a_notebook_keep_their_numbers(submissions: Path) -> None:
    cells = [
        cell("code", "import os"),
        cell("markdown", "# Exercice 1 : les marées\n", "text"),
        cell("code", "a = 1\n", "print(a)"),
        cell("code", "# ex02\n", "b = 2"),
        cell("code", "print(b)"),
    ]
    write(submissions / "ada/day.ipynb", notebook(*cells))
    learner = take(submissions)["ada"]
    sources = {
        exercise: [each["source"] for each in json.loads(script.path.read_bytes())["cells"] if each["cell_type"] == "code"]
        for exercise, script in learner.scripts.items()
    }
    assert sources == {
        "ex01": ["import os", "a = 1\nprint(a)", "", ""],
        "ex02": ["import os", "", "# ex02\nb = 2", "print(b)"],
    }


def test_a_file_of_its_own_comes_before_a_part(submissions: Path) -> None:
    write(submissions / "ada/all.py", SCRIPT)
    write(submissions / "ada/old/ex02.py", "print('own')\n")
    learner = take(submissions)["ada"]
    assert learner.scripts["ex02"].path.name == "ex02.py"
    assert learner.scripts["ex01"].path.name == "all ex01.py"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ex01.py", SCRIPT),  # the script of one exercise that speaks of others
        ("a.py", "# Exercise 1\nprint(1)\n"),
        ("a.py", "# Exercise 1 is easier than\n# exercise 2, and so on\nprint(1)\n"),
        ("a.py", "# Exercises 1-3\nprint(1)\n# Exercise 1-3\nprint(1)\n"),
        ("a.py", "x = 1  # Exercise 1\ny = 1  # Exercise 2\n"),
        ("a.ipynb", "[" * 100_000),
        ("a.ipynb", '{"cells": [3]}'),
        ("a.py", b"\xff\xfe" + SCRIPT.encode("utf-16-le")),
    ],
)
def test_what_is_no_list_of_exercises_is_not_split(submissions: Path, name: str, content: str | bytes) -> None:
    write(submissions / "ada" / name, content)
    learner = take(submissions, "ex01", "ex02")["ada"]
    assert "ex02" not in learner.scripts
    assert "split" not in said(learner)
    assert not learner.failure


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("# Exercise 1\nprint(1)\n# Exercise 2\n# to do\n", "a heading of ex02, and nothing that runs"),
        ("# Exercise 1\ndef one(): pass\n# Exercise 2\ndef two(): pass\none(), two()\n", "a heading of ex01, and nothing"),
        (
            "def f():\n    print(0)\n# Exercise 1:\n    print(1)\n# Exercise 2\nprint(1)\n",
            "the heading of ex01 stands inside",
        ),
        ('"""\n# Exercise 1\nadds\n# Exercise 2\nfits\n"""\nprint(1)\n', "the heading of ex01 stands inside"),
    ],
)
def test_what_is_not_clear_is_told_and_not_split(submissions: Path, content: str, why: str) -> None:
    write(submissions / "ada/work.py", content)
    learner = take(submissions)["ada"]
    assert learner.scripts == {}
    assert "ex01 work.py was not split: " in said(learner)
    assert why in said(learner)
