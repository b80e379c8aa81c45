"""A folder that may not be written and a full disk are told in a sentence: exit code 2, and never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from checker.__main__ import cli
from checker.outcome import USAGE
from checker.report.event_file import scalar_event, write_events
from checker.session.store import Store
from tests.support.ordinary_user import is_ordinary
from tests.support.processes import environment
from tests.support.script_text import RIGHT
from tests.support.sessions import LEARNERS

SESSION = ("session", "handed in", "--exercises", "ex01", "--sandbox", "none", "--jobs", "1")
REFUSED = {
    "a new session": (*SESSION,),
    "an earlier session": (*SESSION, "--into", "monday"),
    "a report": ("report", "monday"),
    "a note": ("note", "monday", "ada", "ex01", "hello"),
    "a learner's folder": ("start", "new"),
    "a learner's folder that is there": ("start", "."),
    "an exercise begun again": ("reset", "ex01"),
    "a table of scalars": ("scalars", "run", "--csv", "out.csv"),
    "a report as JSON": ("ex01", "ex01.py", "--sandbox", "none", "--json", "out.json"),
}
FULL = """
set -e
mount -t tmpfs -o size=300k tmpfs disk
cp -r monday disk/
head -c 1M /dev/zero > disk/filler 2>/dev/null || true
cd disk
"$@"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A session, a script and a learner's work in the working folder."""
    (tmp_path / "monday").mkdir()
    with Store(tmp_path / "monday") as store:
        store.enter(LEARNERS[:1], {("ada", "ex01"): "k"})
    (tmp_path / "handed in/ada").mkdir(parents=True)
    for script in (tmp_path / "ex01.py", tmp_path / "handed in/ada/ex01.py"):
        script.write_text(RIGHT)
    write_events(tmp_path / "run/events.out.tfevents.1.here", [scalar_event(1, "loss", 2.0)])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED.keys())
def test_a_folder_that_may_not_be_written_is_told(folder: Path, words: tuple[str, ...]) -> None:
    if not is_ordinary():
        return  # root may write everywhere: the run as an ordinary user shows it
    if words[0] == "reset":
        assert CliRunner().invoke(cli, ["start", "."]).exit_code == 0
        (folder / "ex02.py").write_text("x = 1\n")
        words = ("reset", "ex02")
    for place in (folder / "monday", folder):
        place.chmod(0o555)
    try:
        result = CliRunner().invoke(cli, words, input="y\n")
    finally:
        for place in (folder, folder / "monday"):
            place.chmod(0o755)
    assert isinstance(result.exception, SystemExit), result.exc_info
    assert result.exit_code == USAGE, result.output
    assert "ermission denied" in result.output or "may not be read or written" in result.output


@pytest.mark.parametrize(
    "words",
    [
        (*SESSION[:1], "../handed in", *SESSION[2:]),
        (*SESSION[:1], "../handed in", *SESSION[2:], "--into", "monday"),
        ("report", "monday"),
        ("note", "monday", "ada", "ex01", "x" * 15_000),
        ("start", "new"),
    ],
    ids=["a new session", "an earlier session", "a report", "a note", "a learner's folder"],
)
def test_a_full_disk_is_told(folder: Path, words: tuple[str, ...]) -> None:
    (folder / "disk").mkdir()
    mounted = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", FULL, "sh"]
    command = [*mounted, sys.executable, "-m", "checker", *words]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=200)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert done.returncode == USAGE, said
    assert "No space left on device" in said or "is the disk full?" in said or "disk is full" in said


def test_an_archive_on_a_full_disk_is_nobodys_fault(folder: Path) -> None:
    (folder / "disk").mkdir()
    with (folder / "handed in/ada/data.bin").open("wb") as file:
        file.write(os.urandom(1_000_000))
    subprocess.run(["tar", "czf", "../bob.tar.gz", "data.bin"], cwd=folder / "handed in/ada", check=True)
    (folder / "handed in/ada/data.bin").unlink()
    mounted = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", FULL.replace("head", "true"), "sh"]
    command = [*mounted, sys.executable, "-m", "checker", "session", "../handed in", *SESSION[2:]]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=200)
    assert done.returncode == USAGE, done.stdout + done.stderr
    assert "upload" not in done.stdout + done.stderr
    assert "No space left on device" in done.stderr
