"""The rooms know each other in one direction, and what the project says of itself is so."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from checker.catalog import EXERCISES
from tests.support.paths import PROJECT


def test_importing_the_evidence_and_the_command_line_imports_no_tensorflow() -> None:
    code = """
import importlib, pkgutil, sys, checker
for module in pkgutil.walk_packages(checker.__path__, "checker."):
    if not module.name.startswith(("checker.sandbox.inside", "checker.__main__")):
        importlib.import_module(module.name)
sys.exit("tensorflow" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, timeout=300).returncode == 0


def test_exercises_import_the_data_sets_and_nothing_else_of_ours() -> None:
    for exercise in EXERCISES.values():
        source = (PROJECT / "exercises" / exercise.script).read_text("utf-8")
        ours = re.findall(r"^(?:from|import) ((?:checker|reference|tests)\S*)", source, re.MULTILINE)
        assert set(ours) <= {"reference.datasets"}


def test_the_subjects_name_every_exercise_and_every_open_question() -> None:
    subjects = (PROJECT / "exercises" / "README.md").read_text("utf-8")
    for exercise in EXERCISES.values():
        assert f"{exercise.id}.py" in subjects
        assert exercise.question in subjects


@pytest.mark.parametrize(
    "readme", ["README.md", "exercises/README.md", "reference/data/README.md", "reference/expected/README.md"]
)
def test_every_link_of_a_readme_leads_somewhere(readme: str) -> None:
    path = PROJECT / readme
    links = re.findall(r"\]\((?!https?://)([^)#]+)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_suppression_gives_its_reason() -> None:
    files = [path for room in ("checker", "exercises", "reference", "tests") for path in (PROJECT / room).rglob("*.py")]
    bare = [
        f"{path}:{number}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(r"#\s*(type: ignore|noqa)[^#]*$", line)
    ]
    assert bare == []
