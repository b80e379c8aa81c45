"""What is said where TensorFlow 1.15 is asked for and is not there. `make test-tf1` tests what happens where it is."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.fixture_types import CommandLine
from tests.support.paths import PROJECT, RIGHT_SCRIPT

REMEDY = "make .venv-tf1/installed makes one: SUITE_TF1_PYTHON=.venv-tf1/bin/python"


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("", "the variable SUITE_TF1_PYTHON names the interpreter that has it, and is not set"),
        ("/nowhere/python3.7", "SUITE_TF1_PYTHON=/nowhere/python3.7: no program to be run"),
        ("/bin/true", "SUITE_TF1_PYTHON=/bin/true: no Python"),
        (sys.executable, "and not Python 3.7 with TensorFlow 1.15"),
    ],
)
def test_a_missing_interpreter_is_told_with_its_remedy(
    command_line: CommandLine, tmp_path: Path, named: str, said: str
) -> None:
    done = command_line("ex01", str(RIGHT_SCRIPT), "--tensorflow", "1.15", cwd=tmp_path, SUITE_TF1_PYTHON=named)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("Error: --tensorflow 1.15: ")
    assert said in done.stderr
    assert REMEDY in done.stderr


def test_what_runs_beside_a_script_keeps_to_the_grammar_of_python_3_7() -> None:
    code = "import sys, checker.sandbox.script; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=300, check=True)
    names = [name for name in told.stdout.split() if name.partition(".")[0] in ("checker", "reference")]
    assert "checker.sandbox.session_hooks" in names
    for name in names:
        file = importlib.import_module(name).__file__
        assert file
        ast.parse(Path(file).read_text("utf-8"), feature_version=(3, 7))
