"""The box: what a script does to itself stays with it, and what it leaves behind is ended."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from checker.exercise import Limits
from checker.sandbox.box import Box, BoxError
from checker.sandbox.scratch import PREFIX, YOUNG_S
from checker.units import MIB
from tests.support.fixture_types import RunScript, WarmBox
from tests.support.processes import environment


@pytest.fixture(scope="module", params=["bubblewrap", "none"])
def box(request: pytest.FixtureRequest, warm_box: WarmBox) -> Box:
    """What a box promises holds with walls and without."""
    return warm_box(request.param)


def test_a_script_runs_as_main_in_its_folder_with_tensorflow_there(run_script: RunScript, job_folder: Path) -> None:
    result = run_script("""
import os, sys
print(__name__, os.getcwd(), sys.argv, sys.path[0], "tensorflow" in sys.modules, sep="|")
""")
    assert result.exit_code == 0
    name, folder, argv, first_path, warm = result.stdout.decode().strip().split("|")
    assert (name, folder, warm) == ("__main__", str(job_folder / "run"), "True")
    assert argv == f"['{job_folder}/script.py']"
    assert first_path == str(job_folder)


def test_stdin_is_empty(run_script: RunScript) -> None:
    result = run_script("input()")
    assert result.exit_code == 1
    assert b"EOFError: EOF when reading a line" in result.stderr


@pytest.mark.parametrize(
    ("text", "status"),
    [("pass", 0), ("import sys; sys.exit(7)", 7), ("1 / 0", 1), ("import sys; sys.exit('no')", 1), ("this is no Python", 1)],
)
def test_the_exit_status_is_pythons(run_script: RunScript, text: str, status: int) -> None:
    assert run_script(text).exit_code == status


def test_a_traceback_shows_the_learners_frames_only(run_script: RunScript, job_folder: Path) -> None:
    result = run_script("def f():\n    return [][0]\n\nf()\n")
    assert result.stderr.decode().splitlines()[:3] == [
        "Traceback (most recent call last):",
        f'  File "{job_folder}/script.py", line 4, in <module>',
        "    f()",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "while True: pass",
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(60)",
        "import os, time\nos.fork()\ntime.sleep(600)",
        "import os\nos.kill(os.getpid(), 19)",  # SIGSTOP
    ],
    ids=["busy", "ignores SIGTERM", "forks", "stops itself"],
)
def test_a_script_that_does_not_end_is_ended(run_script: RunScript, text: str) -> None:
    result = run_script(text, Limits(time_s=1))
    assert result.breach
    assert result.breach.limit == "wall time"
    assert result.duration_s < 60  # a busy machine ends it late; by itself it goes on for longer


def test_the_import_of_tensorflow_does_not_count(run_script: RunScript) -> None:
    result = run_script("import tensorflow", Limits(cpu_s=1))  # where it has to be imported, that takes 2 s and more
    assert result.breach is None
    assert result.exit_code == 0


def test_what_a_script_leaves_running_is_ended(run_script: RunScript, box: Box) -> None:
    before = descendants(box)
    for daemon in ("", "os.setsid()\n    if os.fork(): os._exit(0)"):
        result = run_script(f"""
import os, time
child = os.fork()
if child == 0:
    {daemon}
    time.sleep(600)
""")
        assert result.exit_code == 0
    assert descendants(box) == before


def descendants(box: Box) -> set[int]:
    """Return the processes of a box that are not about to end."""
    found = psutil.Process(box.process_id).children(recursive=True)
    return {process.pid for process in found if process.status() != psutil.STATUS_ZOMBIE}


def test_output_is_kept_up_to_a_limit_and_the_rest_is_counted(run_script: RunScript) -> None:
    limits = Limits(output_bytes=1000)
    result = run_script("import os\nfor _ in range(200): os.write(1, b'x' * 65536)\nprint('end')", limits)
    assert result.exit_code == 0
    assert len(result.stdout) == 1000
    assert result.stdout_dropped == 200 * 65536 + len("end\n") - 1000


def test_output_that_is_not_utf_8_or_not_encodable_arrives(run_script: RunScript) -> None:
    result = run_script("import os\nos.write(1, b'\\xff\\n')\nprint('\\ud800')")
    assert result.stdout == b"\xff\n\\ud800\n"


def test_memory_is_limited(run_script: RunScript) -> None:
    result = run_script("import numpy as np\nnp.ones(1 << 34)", Limits(address_bytes=6000 * MIB))
    assert result.exit_code == 1
    assert b"MemoryError" in result.stderr or b"Unable to allocate" in result.stderr


def test_files_are_limited(run_script: RunScript, job_folder: Path) -> None:
    result = run_script("open('big', 'wb').write(bytes(2 << 20))", Limits(file_bytes=MIB))
    assert result.exit_code != 0
    assert (job_folder / "run" / "big").stat().st_size <= MIB


def test_a_crash_is_reported_as_a_signal_and_the_box_lives_on(run_script: RunScript) -> None:
    assert run_script("import os\nos.abort()").exit_code == -6
    assert run_script("print('well')").stdout == b"well\n"


def test_nothing_of_one_script_reaches_the_next(run_script: RunScript) -> None:
    run_script("""
import os, sys, random, tensorflow.compat.v1 as tf
sys.modules["evil"] = sys; os.environ["EVIL"] = "1"; sys.path.insert(0, "/evil"); tf.evil = 1
tf.disable_v2_behavior(); tf.constant(1, name="mine")
""")
    result = run_script("""
import os, sys, tensorflow.compat.v1 as tf
print("evil" in sys.modules, "EVIL" in os.environ, "/evil" in sys.path, hasattr(tf, "evil"), tf.executing_eagerly())
""")
    assert result.stdout == b"False False False False True\n"


def test_a_script_cannot_answer_in_the_boxs_name(run_script: RunScript) -> None:
    result = run_script("""
import os
for descriptor in range(3, 64):
    try:
        os.write(descriptor, b'{"exit_code": 0, "timed_out": false}\\n')
    except OSError:
        pass
raise SystemExit(5)
""")
    assert result.exit_code == 5


def test_memory_and_time_are_measured(run_script: RunScript) -> None:
    result = run_script("import time, numpy as np\nbig = np.ones(40 << 20, np.uint8)\ntime.sleep(0.2)")
    assert 0.2 <= result.duration_s < 60
    assert result.peak_memory_bytes > 40 * MIB


def test_a_job_that_we_cannot_begin_is_no_failure_of_the_script(box: Box, job_folder: Path) -> None:
    (job_folder / "script.py").write_text("pass")
    with pytest.raises(BoxError, match=r"could not begin(.|\n)*nowhere"):
        box.run("script", job_folder, Limits(), {}, cwd=str(job_folder / "nowhere"), script=str(job_folder / "script.py"))


def test_a_box_that_has_ended_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    box = Box()
    box.close()
    with pytest.raises((BoxError, ValueError)):
        box.run("script", tmp_path, Limits(), {}, script="x.py")


@pytest.mark.parametrize("isolation", ["bubblewrap", "none"])
def test_closing_a_box_ends_what_it_runs_and_leaves_no_folder(isolation: str) -> None:
    with Box(isolation) as box, box.job_folder() as folder:
        (folder / "script.py").write_text("pass")
        box.run("script", folder, Limits(), {}, script=str(folder / "script.py"))
        processes = [psutil.Process(box.process_id), *psutil.Process(box.process_id).children(recursive=True)]
    _, alive = psutil.wait_procs(processes, timeout=60)
    assert not alive
    assert not folder.parent.exists()


HOLD = """
from checker.sandbox.box import Box
with Box("none") as box, box.job_folder() as folder:
    (folder / "left").write_text("something")
    print(folder.parent, flush=True)
    input()
"""


def test_the_folder_of_a_killed_checker_is_removed_by_the_next_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    env = environment(TMPDIR=str(tmp_path))
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    ) as holder:
        assert holder.stdout is not None
        killed = Path(holder.stdout.readline().strip())
        assert len([*killed.glob("job-*/left")]) == 1
        holder.kill()
    young, link = tmp_path / f"{PREFIX}young", tmp_path / f"{PREFIX}link"
    young.mkdir()
    link.symlink_to(young)
    long_ago = time.time() - 2 * YOUNG_S
    os.utime(killed, (long_ago, long_ago))
    with Box("none") as living, living.job_folder() as folder:
        assert not killed.exists()
        os.utime(folder.parent, (long_ago, long_ago))
        Box("none").close()
        assert folder.is_dir()
    assert sorted(tmp_path.iterdir()) == [link, young]


def test_a_box_that_cannot_be_started_is_told_and_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no python here"))
    with pytest.raises(BoxError, match=r"could not be started.*no python here"):
        Box("none")
    assert list(tmp_path.iterdir()) == []
