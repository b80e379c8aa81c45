"""Shell completion, asked for as a real shell asks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.fixture_types import CommandLine
from tests.support.processes import environment

# What readline does at a tab: it splits the line, calls the function of the program, and reads COMPREPLY.
TAB = """
eval "$(checker completion bash)"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
compopt() { echo "else $2"; }
function=$(complete -p checker | sed -E 's/.*-F ([^ ]+) .*/\\1/')
$function checker "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with an executable `checker`, as pip installs it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "checker").write_text(f"#!{sys.executable}\nfrom checker.__main__ import main\n\nmain()\n")
    (folder / "checker").chmod(0o755)
    return folder


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A working folder with scripts, and other files and folders."""
    folder = tmp_path / "here"
    for name in ("ex02.py", "solution.py", "notes.txt", "my/ex03.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def offered(program: Path, here: Path, *words: str) -> list[str]:
    """Return what bash offers for the last of these words."""
    bash = shutil.which("bash")
    assert bash is not None
    env = environment(PATH=f"{program}{os.pathsep}{os.environ['PATH']}")
    command = [bash, "--norc", "-c", TAB, "bash", "checker", *words]
    done = subprocess.run(command, cwd=here, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


def test_the_first_word_is_a_command_an_exercise_or_a_script(program: Path, here: Path) -> None:
    found = offered(program, here, "")
    assert {"session", "tensorboard", "completion", "ex01", "ex06", "ex02.py", "solution.py"} <= {*found}
    assert "notes.txt" not in found
    assert offered(program, here, "se") == ["session", "sequences"]
    assert offered(program, here, "ex0") == ["ex01", "ex02", "ex03", "ex04", "ex05", "ex06", "ex02.py"]


def test_after_an_exercise_come_scripts_and_no_commands(program: Path, here: Path) -> None:
    found = offered(program, here, "ex04", "")
    assert {"ex02.py", "solution.py"} <= {*found}
    assert "session" not in found
    assert offered(program, here, "ex04", "so") == ["solution.py"]
    assert offered(program, here, "check", "ses") == ["else default", ""]


def test_in_a_folder_its_scripts_are_offered_and_else_bash_completes_the_file(program: Path, here: Path) -> None:
    assert offered(program, here, "ex03", "my/") == ["my/ex03.py"]
    assert offered(program, here, "ex03", "zz") == ["else default", ""]


def test_options_and_their_values_are_offered(program: Path, here: Path) -> None:
    assert "--sandbox" in offered(program, here, "ex04", "--s")
    assert offered(program, here, "ex04", "--data", "") == ["embedded", "full"]
    assert "--into" in offered(program, here, "session", "--in")
    assert offered(program, here, "completion", "z") == ["zsh"]


@pytest.mark.parametrize(
    ("shell", "mark"), [("bash", "complete -o nosort"), ("zsh", "#compdef checker"), ("fish", "complete --no-files")]
)
def test_each_shell_gets_a_script_of_its_own(command_line: CommandLine, shell: str, mark: str) -> None:
    done = command_line("completion", shell)
    assert done.returncode == 0, done.stderr
    assert mark in done.stdout
    assert "_CHECKER_COMPLETE" in done.stdout


def test_an_unknown_shell_is_refused_with_those_that_are_known(command_line: CommandLine) -> None:
    done = command_line("completion", "tcsh")
    assert done.returncode == 2
    assert "'bash', 'zsh', 'fish'" in done.stderr
