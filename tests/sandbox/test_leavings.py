"""What a job leaves: plain files for the checker, and nothing for the next job or for another box."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

import reference
from checker.exercise import Limits
from checker.sandbox.box import Box
from tests.support.fixture_types import Attempt, RunScript
from tests.support.paths import PROJECT


@pytest.fixture(scope="module")
def box(walled_box: Box) -> Box:
    return walled_box


def test_home_and_tmp_are_the_scripts_own_and_empty_for_the_next(attempt: Attempt) -> None:
    assert attempt("open(os.path.expanduser('~/x'), 'w').close()\nreturn os.path.exists('/tmp')") == "done: True"
    assert attempt("open('/tmp/x', 'w').close()\nreturn os.path.exists('/tmp/x')") == "done: True"
    assert attempt("return os.path.exists('/tmp/x')") == "done: False"


LEAVINGS = {
    "a file in the root": "open('/left', 'w').close()",
    "a file in /etc": "open('/etc/left', 'w').close()",
    "a module beside the checker": f"open({str(PROJECT / 'tf_keras.py')!r}, 'w').close()",
    "a program on the PATH": "open(os.environ['PATH'].split(':')[0] + '/ls', 'w').close()",
    "a file in shared memory": "open('/dev/shm/left', 'w').close()",
    "a segment of shared memory": "import ctypes\nassert ctypes.CDLL(None).shmget(4711, 4096, 0o1666) >= 0",
}
LEFT = f"""
import ctypes
paths = ["/left", "/etc/left", {str(PROJECT / "tf_keras.py")!r}, os.environ["PATH"].split(":")[0] + "/ls", "/dev/shm/left"]
there = [path for path in paths if os.path.exists(path) and os.path.getsize(path) == 0]
return there, ctypes.CDLL(None).shmget(4711, 4096, 0)
"""


@pytest.mark.parametrize("lines", LEAVINGS.values(), ids=LEAVINGS.keys())
def test_nothing_is_left_for_the_next_script(attempt: Attempt, lines: str) -> None:
    attempt(lines)
    assert attempt(LEFT.strip()) == "done: ([], -1)"


CLOSED_CONNECTION = """
import socket
with socket.create_server(("127.0.0.1", 5000)) as server, socket.create_connection(("127.0.0.1", 5000)):
    server.accept()[0].close()
"""
CONNECTIONS = "return len(open('/proc/net/tcp').readlines()) - 1"


def test_a_connection_that_waits_for_its_end_is_not_there_for_the_next_script(attempt: Attempt) -> None:
    assert attempt(CLOSED_CONNECTION.strip() + "\n" + CONNECTIONS) != "done: 0"
    assert attempt(CONNECTIONS) == "done: 0"


def test_links_pipes_and_devices_do_not_come_out(run_script: RunScript, job_folder: Path) -> None:
    result = run_script("""
import os, socket
os.makedirs("logdir/ex01")
os.symlink("/etc/shadow", "logdir/ex01/events.out.tfevents.1.x")
os.symlink("..", "logdir/ex01/up")
os.mkfifo("logdir/ex01/model.index")
socket.socket(socket.AF_UNIX).bind("logdir/ex01/socket")
open("logdir/ex01/real", "w").write("x")
for target in ("/etc/hostname", "/usr/bin/env", "../.."):
    try: os.link(target, "logdir/ex01/hard")
    except OSError: pass
""")
    assert result.exit_code == 0
    assert os.listdir(job_folder / "run/logdir/ex01") == ["real"]
    assert "run/logdir/ex01/up" in result.dropped


def test_a_program_that_would_run_as_the_corrector_comes_out_as_a_plain_file(
    run_script: RunScript, job_folder: Path
) -> None:
    lines = "import os, shutil\nshutil.copy('/bin/sh', 'sh')\nos.chmod('sh', 0o6755)\nos.setxattr('sh', 'user.x', b'x')"
    assert run_script(lines).exit_code == 0
    assert stat.S_IMODE((job_folder / "run/sh").stat().st_mode) == 0o755
    assert os.listxattr(job_folder / "run/sh") == []


def test_data_that_a_job_moves_away_is_no_trouble(box: Box, job_folder: Path) -> None:
    data = Path(reference.__path__[0]) / "data/README.md"
    (job_folder / "script.py").write_text("""
import os
assert os.path.getsize("data/README.md")
os.rename("data", "moved")
os.symlink("/usr", "data")
open("mine", "w").close()
""")
    served = [[str(data), str(job_folder / "run/data/README.md")]]
    work, script = str(job_folder / "run"), str(job_folder / "script.py")
    result = box.run("script", job_folder, Limits(time_s=300), {}, cwd=work, script=script, served=served)
    assert (result.exit_code, result.stderr) == (0, b"")
    assert sorted(os.listdir(job_folder / "run")) == ["mine", "moved"]
    assert os.listdir(job_folder / "run/moved") == []
