"""What a corrector chooses with --take is remembered in the session."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checker.catalog import built_in
from checker.engine.workshop import Options
from checker.intake.choices import ChoiceError
from checker.intake.sources import read_submissions
from checker.session.session import Session
from checker.session.settings import Settings
from tests.support.fixture_types import CommandLine
from tests.support.handed_in import write
from tests.support.sessions import OPTIONS


def test_a_choice_is_remembered_until_it_is_taken_back(tmp_path: Path) -> None:
    for name in ("ex01.py", "ex01_ok.py"):
        write(tmp_path / "handed in/Zoë" / name, f"print('{name}')\n")
    settings = Settings(tmp_path / "session", built_in(), ["ex01"], Options(isolation="none"), 1)

    def chosen(*words: str) -> str:
        with Session(replace(settings, take=words)) as session:
            batch = session.take_in(read_submissions(tmp_path / "handed in", built_in()))
            return batch.learners[0].scripts["ex01"].path.name

    assert chosen() == "ex01.py"
    assert chosen("zoe:ex01=ex01_ok.py") == "ex01_ok.py"
    with pytest.raises(ChoiceError):
        chosen("zoe:ex01=nothing.py")
    assert chosen() == "ex01_ok.py"
    assert chosen("zoe:ex01=") == "ex01.py"
    assert chosen() == "ex01.py"


def test_a_choice_that_cannot_be_followed_ends_the_command_with_2(tmp_path: Path, command_line: CommandLine) -> None:
    write(tmp_path / "handed in/ada/ex01.py")
    done = command_line("session", "handed in", *OPTIONS, "--sandbox", "none", "--take", "ada:ex01=ok.py", cwd=tmp_path)
    assert done.returncode == 2
    assert "ada:ex01=ok.py: no script of this name was handed in; there are: ex01.py" in done.stderr
