"""The folder of a session: nothing is written over that is no session's."""

from __future__ import annotations

from pathlib import Path

from checker.catalog import built_in
from checker.intake.sources import read_submissions
from checker.session.folder import require_session_folder
from checker.session.store import Store
from tests.support.fixture_types import CommandLine
from tests.support.sessions import OPTIONS


def test_an_empty_folder_is_nothing_to_check(command_line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "handed in").mkdir()
    done = command_line("session", "handed in", *OPTIONS, cwd=tmp_path)
    assert done.returncode == 4
    assert "nothing to check" in done.stderr
    assert not (tmp_path / "session").exists()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_session_never_writes_over_a_folder_that_is_no_sessions(
    command_line: CommandLine, submissions: Path, tmp_path: Path
) -> None:
    for name in ("thesis/index.html", "thesis/submissions/ada/precious.txt", "handed in/kept/notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine")
    (tmp_path / "roster.csv").write_text("login,source\nada,handed in/ada\n")
    (tmp_path / "a file").write_text("mine")
    before = contents(tmp_path)
    for location, into, said in (
        ("handed in", "thesis", "it is not empty, and no session's: name a new folder with --into"),
        ("handed in", "handed in", "the submissions lie in it"),
        ("handed in", ".", "the submissions lie in it"),
        ("handed in", "handed in/kept", "kept would be read as a learner"),
        ("handed in", "handed in/ada/session", "ada would be read as a learner"),
        ("handed in", "handed in/new/session", "new would be read as a learner"),
        ("roster.csv", "handed in/ada", "lies what was handed in"),
        ("roster.csv", "handed in/ada/session", "lies what was handed in"),
        ("handed in", "a file", "a file"),
    ):
        refused = command_line("session", location, "--exercises", "ex01", "--into", into, cwd=tmp_path)
        assert (refused.returncode, said in refused.stderr) == (2, True), refused.stderr
        assert Path(into).name in refused.stderr
    assert contents(tmp_path) == before


def test_an_empty_folder_a_sessions_and_one_beside_the_learners_are_written_to(submissions: Path, tmp_path: Path) -> None:
    for folder in ("empty", "left", "session", "handed in/before"):
        (tmp_path / folder).mkdir()
    (tmp_path / "left" / "session.lock").write_text("1")
    for folder in ("session", "handed in/before"):
        Store(tmp_path / folder).close()
        (tmp_path / folder / "index.html").write_text("ours")
    found = read_submissions(submissions, built_in())
    assert [*found.sources] == ["ada", "Bo b", "eva"]
    for folder in ("new", "empty", "left", "session", "handed in/before", "handed in/new", "handed in/.session"):
        require_session_folder(tmp_path / folder, submissions, found)
