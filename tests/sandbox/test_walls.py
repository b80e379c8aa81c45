"""The walls of a box and its limits: what a script may not do is refused and told, and what it may do still works."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import reference
from checker.engine.workshop import Workshop
from checker.exercise import Limits
from checker.sandbox.box import Box, NoWalls, choose_isolation
from checker.sandbox.bubblewrap import why_not
from checker.units import MIB
from tests.support.fixture_types import RunScript
from tests.support.paths import PROJECT

ORDINARY_USER = 65534  # nobody
SECONDS = 300  # ample, for a busy machine
WITHOUT_ONEDNN = {"TF_ENABLE_ONEDNN_OPTS": "0"}  # its allocator waits 20 s for memory that is not to be had

ATTEMPT = """
import os, socket, sys
def attempt():
{lines}
try:
    print("done:", attempt())
except BaseException as error:
    print("refused:", type(error).__name__, error)
"""


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box("bubblewrap", env=WITHOUT_ONEDNN) as warm:
        yield warm


@pytest.fixture
def attempt(run_script: RunScript) -> Callable[[str], str]:
    """Run lines as the body of a function; return what it returned as ``done: …``, or how it was ``refused: …``."""

    def run(lines: str) -> str:
        body = "\n".join(f"    {line}" for line in lines.splitlines())
        result = run_script(ATTEMPT.format(lines=body))
        assert result.exit_code == 0, result.stderr.decode()
        return result.stdout.decode().strip()

    return run


def test_bubblewrap_works_on_this_machine() -> None:
    assert why_not() == ""
    assert choose_isolation("auto") == choose_isolation("bubblewrap") == "bubblewrap"
    assert choose_isolation("none") == "none"


def test_without_bubblewrap_auto_takes_none_and_bubblewrap_is_refused_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    why_not.cache_clear()
    try:
        assert choose_isolation("auto") == "none"
        with pytest.raises(NoWalls, match="apt-get install bubblewrap"):
            choose_isolation("bubblewrap")
    finally:
        why_not.cache_clear()


# --- limits: the script that passes one, the limit that is told, and the script that stays within

LIMITS = {
    "a loop without end": ("while True: pass", Limits(time_s=1), "wall time", "for _ in range(1000): pass"),
    "a sleep that ignores SIGTERM": (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(60)",
        Limits(time_s=1),
        "wall time",
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(0.1)",
    ),
    "a process that stops itself": (
        "import os\nos.kill(os.getpid(), 19)",
        Limits(time_s=1),
        "wall time",
        "import os\nos.kill(os.getpid(), 18)",  # SIGCONT
    ),
    "all cores for long": (
        "import numpy as np\na = np.ones((4000, 4000))\nwhile True: a @ a",
        Limits(time_s=SECONDS, cpu_s=2),
        "CPU time",
        "import numpy as np\na = np.ones((400, 400))\na @ a",
    ),
    "a fork bomb": ("import os\nwhile True: os.fork()", Limits(), "number of processes", "import os\nos.fork()"),
    "memory, bit by bit": (
        "import numpy as np\nkept = [np.ones(1 << 24) for _ in range(100)]",
        Limits(memory_bytes=1024 * MIB),
        "memory",
        "import numpy as np\nkept = [np.ones(1 << 24) for _ in range(2)]",
    ),
    "memory of many processes": (
        """
import os, time
import numpy as np
for _ in range(8):
    if os.fork() == 0:
        break
kept = np.ones(1 << 25)
time.sleep(600)
""",
        Limits(time_s=SECONDS, memory_bytes=1536 * MIB),
        "memory",
        "import numpy as np\nkept = np.ones(1 << 25)",
    ),
}


@pytest.mark.parametrize(("hostile", "limits", "told", "honest"), LIMITS.values(), ids=LIMITS.keys())
def test_a_limit_that_is_passed_is_told_as_itself(
    run_script: RunScript, hostile: str, limits: Limits, told: str, honest: str
) -> None:
    result = run_script(hostile, limits)
    assert result.breach
    assert result.breach.limit == told
    assert result.breach.allowed
    assert result.breach.reached
    again = run_script(honest, replace(limits, time_s=SECONDS))
    assert (again.breach, again.exit_code) == (None, 0)


ERRORS = {
    "more memory than there are addresses": (
        "import numpy as np\nnp.ones(1 << 34)",
        "MemoryError",
        "import numpy as np\nnp.ones(1 << 20)",
    ),
    "a tensor that does not fit": (
        "import tensorflow.compat.v1 as tf\nwith tf.Graph().as_default(), tf.Session() as s: s.run(tf.fill([1 << 36], 1.0))",
        "ResourceExhausted",
        "import tensorflow.compat.v1 as tf\nwith tf.Graph().as_default(), tf.Session() as s: s.run(tf.fill([1 << 10], 1.0))",
    ),
    "a file beyond its limit": (
        "with open('big', 'wb') as f:\n    for _ in range(3): f.write(bytes(1 << 20))",
        "File too large",
        "open('small', 'wb').write(bytes(1 << 20))",
    ),
    "a huge sparse file": (
        "open('sparse', 'wb').truncate(1 << 40)",
        "File too large",
        "open('sparse', 'wb').truncate(1 << 20)",
    ),
    "a disk filled by many files": (
        "for i in range(100): open(str(i), 'wb').write(bytes(1 << 20))",
        "No space left on device",
        "for i in range(5): open(str(i), 'wb').write(bytes(1 << 20))",
    ),
    "a disk filled by files without a name": (
        "import os\nkept = []\nfor i in range(100):\n    kept.append(open('x', 'wb'))\n    kept[-1].write(bytes(1 << 20))\n    os.unlink('x')",
        "No space left on device",
        "import os\nopen('x', 'wb').write(bytes(1 << 20))\nos.unlink('x')",
    ),
    "thousands of files": (
        "for i in range(5000): open(str(i), 'wb').close()",
        "No space left on device",
        "for i in range(100): open(str(i), 'wb').close()",
    ),
    "thousands of folders in one another": (
        "import os\nfor i in range(5000):\n    os.mkdir('d'); os.chdir('d')",
        "No space left on device",
        "import os\nfor i in range(20):\n    os.mkdir('e'); os.chdir('e')",
    ),
    "thousands of open files": (
        "import os\nkept = [os.open('/dev/null', 0) for _ in range(5000)]",
        "Too many open files",
        "import os\nkept = [os.open('/dev/null', 0) for _ in range(100)]",
    ),
    "/tmp filled": (
        "for i in range(1000): open(f'/tmp/{i}', 'wb').write(bytes(1 << 20))",
        "No space left on device",
        "open('/tmp/mine', 'wb').write(bytes(1 << 20))",
    ),
}


@pytest.mark.parametrize(("hostile", "error", "honest"), ERRORS.values(), ids=ERRORS.keys())
def test_a_limit_that_is_met_is_an_error_of_the_script(run_script: RunScript, hostile: str, error: str, honest: str) -> None:
    limits = Limits(file_bytes=2 * MIB, written_bytes=20 * MIB, files=1000, open_files=300)
    result = run_script(hostile, limits)
    assert result.exit_code != 0
    assert error in result.stderr.decode()
    assert run_script(honest, limits).exit_code == 0


def test_what_is_written_sparsely_does_not_fill_the_disk_afterwards(run_script: RunScript, job_folder: Path) -> None:
    sparse = "for i in range(20): open(str(i), 'wb').truncate(15 << 20)"
    result = run_script(sparse, Limits(file_bytes=16 * MIB, written_bytes=40 * MIB))
    assert result.exit_code == 0
    assert sum(path.stat().st_size for path in (job_folder / "run").iterdir()) <= 40 * MIB
    assert result.dropped


def test_a_flood_of_output_is_cut_and_counted(run_script: RunScript) -> None:
    result = run_script("import os\nwhile True: os.write(2, b'x' * 65536)", Limits(time_s=1, output_bytes=1000))
    assert len(result.stderr) == 1000
    assert result.stderr_dropped > MIB
    assert result.breach
    assert run_script("print('well')").stdout == b"well\n"


# --- walls: what cannot be reached


ELSEWHERE = """
import subprocess
program = {program!r}
done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
return done.stdout + done.stderr
"""


def test_there_is_no_network(attempt: Callable[[str], str]) -> None:
    connect = "socket.create_connection(('192.0.2.1', 80), 5)"
    assert "there is no network in a check" in attempt(f"return {connect}")
    # What says so in words can be got round; the wall behind it cannot.
    program = f"import socket\ntry: {connect}\nexcept OSError as error: print(error)\nsocket.getaddrinfo('example.org', 80)"
    said = attempt(ELSEWHERE.strip().format(program=program))
    assert "Network is unreachable" in said
    assert "gaierror" in said


def test_a_server_of_the_host_is_not_there_and_one_of_the_script_works(attempt: Callable[[str], str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert "Connection refused" in attempt(f"return socket.create_connection(('127.0.0.1', {port}), 5)")
    own = "s = socket.create_server(('127.0.0.1', 0))\nreturn bool(socket.create_connection(s.getsockname(), 5))"
    assert attempt(own) == "done: True"


@pytest.mark.parametrize(
    "path",
    [
        "/etc/shadow",
        "/etc/passwd",
        "/root",
        "~/.ssh",
        "/var",
        "/sys",
        f"{PROJECT}/tests/submissions",
        f"{PROJECT}/exercises",
        f"{PROJECT}/setup.cfg",
        f"{PROJECT}/.git",
        str(Path.home() / ".bashrc"),
        "/proc/1/root/etc/shadow",
    ],
)
def test_files_of_the_host_are_not_there(attempt: Callable[[str], str], path: str) -> None:
    lines = f"path = os.path.expanduser({path!r})\nreturn os.listdir(path) if os.path.isdir(path) else open(path).read()"
    said = attempt(lines)
    assert said.startswith("refused:") or said == "done: []" or set(os.listdir(path)) > set(eval(said[6:]))


def test_another_submission_is_not_there_and_ones_own_files_are(
    attempt: Callable[[str], str], tmp_path: Path, box: Box
) -> None:
    (tmp_path / "ex01.py").write_text("# somebody else's work")
    assert "FileNotFoundError" in attempt(f"return open({str(tmp_path / 'ex01.py')!r}).read()")
    with box.job_folder() as other:
        (other / "ex01.py").write_text("# a job of the same box")
        assert "FileNotFoundError" in attempt(f"return open({str(other / 'ex01.py')!r}).read()")
        assert attempt(f"return len(os.listdir({str(other.parent)!r}))") == "done: 1"
    assert attempt("return 'script.py' in os.listdir('..')") == "done: True"


def test_expected_values_and_held_out_labels_are_not_there_and_the_data_is(attempt: Callable[[str], str]) -> None:
    folder = Path(reference.__path__[0])
    assert any((folder / "expected").iterdir())
    assert any((folder / "data/held_out").iterdir())
    assert attempt(f"return os.listdir({str(folder / 'expected')!r})") == "done: []"
    assert attempt(f"return os.listdir({str(folder / 'data/held_out')!r})") == "done: []"
    assert attempt("from reference import datasets\nreturn datasets.mnist()[0][0].shape") == "done: (10000, 28, 28)"


@pytest.mark.parametrize(
    "path", ["/usr/x", "/etc/x", f"{PROJECT}/checker/x", f"{sys.prefix}/x", f"{reference.__path__[0]}/expected/x"]
)
def test_nothing_of_the_host_can_be_written(attempt: Callable[[str], str], path: str) -> None:
    said = attempt(f"open({path!r}, 'w').write('x')")
    assert said.startswith("refused:") or said == "done: None"  # a folder of the box's own, in memory
    assert not os.path.exists(path)


def test_home_and_tmp_are_the_scripts_own_and_empty_for_the_next(attempt: Callable[[str], str]) -> None:
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
def test_nothing_is_left_for_the_next_script(attempt: Callable[[str], str], lines: str) -> None:
    attempt(lines)
    assert attempt(LEFT.strip()) == "done: ([], -1)"


def test_settings_of_the_kernel_cannot_be_written(attempt: Callable[[str], str]) -> None:
    lines = """
opened = []
for folder, _, names in os.walk("/proc"):
    if folder.count("/") > 1 and (folder.split("/")[2].isdigit() or "self" in folder):
        continue
    for name in names:
        try:
            os.close(os.open(f"{folder}/{name}", os.O_WRONLY | os.O_NONBLOCK))
            opened.append(f"{folder}/{name}")
        except OSError:
            pass
return opened
"""
    assert attempt(lines.strip()) == "done: []"


def test_of_the_full_data_its_files_are_there_and_nothing_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUITE_CACHE", str(tmp_path))
    for name in ("mnist.npz", "mnist.npz.damaged-1", "held_out.npz"):
        (tmp_path / name).write_bytes(b"x")
    with Workshop("bubblewrap") as workshop:
        box = workshop._scripts
        with box.job_folder() as folder:
            (folder / "script.py").write_text(f"import os\nprint(os.listdir({str(tmp_path)!r}))")
            result = box.run("script", folder, Limits(time_s=SECONDS), {}, script=str(folder / "script.py"))
    assert result.stdout.decode() == "['mnist.npz']\n"


def test_tokens_of_the_corrector_are_not_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "abc")
    with Box("bubblewrap") as box, box.job_folder() as folder:
        (folder / "script.py").write_text("import os\nprint('SECRET_TOKEN' in os.environ, os.environ['HOME'])")
        result = box.run("script", folder, Limits(), {}, script=str(folder / "script.py"))
        assert result.stdout.decode() == f"False {folder}/home\n"


def test_links_pipes_and_devices_do_not_come_out(run_script: RunScript, job_folder: Path) -> None:
    result = run_script("""
import os, socket
os.makedirs("logdir/ex01")
os.symlink("/etc/shadow", "logdir/ex01/events.out.tfevents.1.x")
os.symlink("..", "logdir/ex01/up")
os.mkfifo("logdir/ex01/model.index")
socket.socket(socket.AF_UNIX).bind("logdir/ex01/socket")
open("logdir/ex01/real", "w").write("x")
for target in ("/etc/hostname", "/usr/bin/env", "../../job-1"):
    try: os.link(target, "logdir/ex01/hard")
    except OSError: pass
""")
    assert result.exit_code == 0
    assert os.listdir(job_folder / "run/logdir/ex01") == ["real"]
    assert "run/logdir/ex01/up" in result.dropped


def test_processes_of_the_host_and_of_the_box_cannot_be_seen_or_signalled(
    run_script: RunScript, attempt: Callable[[str], str]
) -> None:
    assert "ProcessLookupError" in attempt(f"os.kill({os.getpid()}, 9)")
    result = run_script("""
import contextlib, os, signal
for pid in [os.getppid(), *range(1, 400)]:
    for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if pid != os.getpid():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
print("still there")
""")
    assert result.stdout == b"still there\n"
    assert run_script("print('well')").stdout == b"well\n"


PRIVILEGES = {
    "nested namespaces": "return libc.unshare(0x10000000)",
    "mounts": "return libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)",
    "uncovering what is hidden": f"return libc.umount2({str(Path(reference.__path__[0]) / 'expected').encode()!r}, 2)",
    "tracing the keeper": "return libc.ptrace(16, 1, 0, 0)",  # PTRACE_ATTACH
    "another user": "return libc.setuid(0)",
    "chroot": "return libc.chroot(b'/tmp')",
}


@pytest.mark.parametrize("lines", PRIVILEGES.values(), ids=PRIVILEGES.keys())
def test_there_are_no_privileges(attempt: Callable[[str], str], lines: str) -> None:
    assert attempt(f"import ctypes\nlibc = ctypes.CDLL(None)\n{lines}") == "done: -1"


def test_the_memory_of_the_keeper_and_of_the_warm_process_is_closed(attempt: Callable[[str], str]) -> None:
    lines = """
opened = []
for pid in filter(str.isdigit, os.listdir("/proc")):
    if pid != os.readlink("/proc/self"):
        for name in ("mem", "environ", "maps", *(f"fd/{number}" for number in range(16))):
            try:
                opened.append((pid, name, open(f"/proc/{pid}/{name}", "rb")))
            except OSError:
                pass
return opened
"""
    assert attempt(lines.strip()) == "done: []"


def test_a_shell_and_other_programs_of_the_system_can_be_used(attempt: Callable[[str], str]) -> None:
    assert attempt("return os.system('mkdir -p logs && rm -r logs')") == "done: 0"


# --- for whom it holds


def test_all_this_holds_for_an_ordinary_user() -> None:
    if os.environ.get("SUITE_TEST_AS"):
        return  # this is that user's own run of these tests
    with tempfile.TemporaryDirectory(prefix="suite-test-", dir="/tmp", ignore_cleanup_errors=True) as home:
        os.chmod(home, 0o777)
        tests = [
            sys.executable,
            "-m",
            "pytest",
            __file__,
            "-q",
            "-n",
            "0",
            "-p",
            "no:cacheprovider",
            "--basetemp",
            f"{home}/t",
        ]
        done = subprocess.run(
            [*as_ordinary_user(), *tests],
            cwd=PROJECT,
            env={
                **os.environ,
                "SUITE_TEST_AS": "ordinary user",
                "PYTHONDONTWRITEBYTECODE": "1",
                "HOME": home,
                "TMPDIR": home,
            },
            capture_output=True,
            text=True,
            timeout=500,
        )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def as_ordinary_user() -> list[str]:
    """Return the beginning of a command that runs the rest as an ordinary user."""
    if os.geteuid() != 0:
        return []
    nobody = ["setpriv", f"--reuid={ORDINARY_USER}", f"--regid={ORDINARY_USER}", "--clear-groups"]
    same_python = f"import sys, os; open({__file__!r}); os.stat({os.path.realpath(sys.executable)!r}); import psutil, pytest"
    can_read = subprocess.run([*nobody, sys.executable, "-c", same_python], capture_output=True).returncode == 0
    if can_read:
        return nobody
    # The project or Python lies where nobody else may read: a user of that name, who has our rights on files only.
    return ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
