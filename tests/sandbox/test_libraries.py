"""The end of a script is that of an ordinary Python, although the libraries from before it are left alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.fixture_types import RunScript
from tests.support.processes import environment

UNCLOSED = """
import tensorflow as tf

kept = tf.summary.create_file_writer("logdir/kept")
with kept.as_default():
    for step in range(50):
        tf.summary.scalar("loss", step, step)
tf.summary.create_file_writer("logdir/default").set_as_default()
for step in range(50):
    tf.summary.scalar("loss", step, step)
file = open("file.txt", "w")
file.write("x" * 100)
"""
SAID_BY_THE_LAST = """
import atexit, os

class Last:
    def __del__(self, write=os.write):
        write(1, b"the end\\n")

last = Last()
atexit.register(print, "before the end")
"""


def left(folder: Path) -> dict[str, int]:
    """Return the sizes of what lies in a folder, without what differs from run to run in the names."""
    found = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".py"]
    return {str(path.relative_to(folder)).partition(".out.")[0]: path.stat().st_size for path in found}


def test_what_is_not_closed_is_written_as_by_hand(run_script: RunScript, job_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(UNCLOSED)
    by_hand = [sys.executable, "script.py"]
    subprocess.run(by_hand, cwd=tmp_path, env=environment(CUDA_VISIBLE_DEVICES="-1"), check=True, capture_output=True)
    assert run_script(UNCLOSED).exit_code == 0
    assert left(job_folder / "run") == left(tmp_path)
    assert len(left(tmp_path)) == 3


def test_what_ends_with_a_script_has_its_last_word(run_script: RunScript) -> None:
    assert run_script(SAID_BY_THE_LAST).stdout.decode().splitlines() == ["before the end", "the end"]
