"""The walls of a box: what a script may not reach is refused, and what it may do still works."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

import reference
from checker.engine.workshop import Workshop
from checker.exercise import Limits
from checker.sandbox.box import Box, NoWalls, choose_isolation
from checker.sandbox.bubblewrap import why_not
from tests.support.fixture_types import Attempt, RunScript
from tests.support.paths import PROJECT

SECONDS = 300  # ample, for a busy machine


@pytest.fixture(scope="module")
def box(walled_box: Box) -> Box:
    return walled_box


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


ELSEWHERE = """
import subprocess
program = {program!r}
done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
return done.stdout + done.stderr
"""


def test_there_is_no_network(attempt: Attempt) -> None:
    connect = "socket.create_connection(('192.0.2.1', 80), 5)"
    assert "there is no network in a check" in attempt(f"return {connect}")
    # What says so in words can be got round; the wall behind it cannot.
    program = f"import socket\ntry: {connect}\nexcept OSError as error: print(error)\nsocket.getaddrinfo('example.org', 80)"
    said = attempt(ELSEWHERE.strip().format(program=program))
    assert "Network is unreachable" in said
    assert "gaierror" in said


def test_a_server_of_the_host_is_not_there_and_one_of_the_script_works(attempt: Attempt) -> None:
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
def test_files_of_the_host_are_not_there(attempt: Attempt, path: str) -> None:
    lines = f"path = os.path.expanduser({path!r})\nreturn os.listdir(path) if os.path.isdir(path) else open(path).read()"
    said = attempt(lines)
    assert said.startswith("refused:") or said == "done: []" or set(os.listdir(path)) > set(eval(said[6:]))


def test_another_submission_is_not_there_and_ones_own_files_are(attempt: Attempt, tmp_path: Path, box: Box) -> None:
    (tmp_path / "ex01.py").write_text("# somebody else's work")
    assert "FileNotFoundError" in attempt(f"return open({str(tmp_path / 'ex01.py')!r}).read()")
    with box.job_folder() as other:
        (other / "ex01.py").write_text("# a job of the same box")
        assert "FileNotFoundError" in attempt(f"return open({str(other / 'ex01.py')!r}).read()")
        assert attempt(f"return len(os.listdir({str(other.parent)!r}))") == "done: 1"
    assert attempt("return 'script.py' in os.listdir('..')") == "done: True"


def test_expected_values_and_held_out_labels_are_not_there_and_the_data_is(attempt: Attempt) -> None:
    folder = Path(reference.__path__[0])
    assert any((folder / "expected").iterdir())
    assert any((folder / "data/held_out").iterdir())
    assert attempt(f"return os.listdir({str(folder / 'expected')!r})") == "done: []"
    assert attempt(f"return os.listdir({str(folder / 'data/held_out')!r})") == "done: []"
    assert attempt("from reference import datasets\nreturn datasets.mnist()[0][0].shape") == "done: (10000, 28, 28)"


@pytest.mark.parametrize(
    "path", ["/usr/x", "/etc/x", f"{PROJECT}/checker/x", f"{sys.prefix}/x", f"{reference.__path__[0]}/expected/x"]
)
def test_nothing_of_the_host_can_be_written(attempt: Attempt, path: str) -> None:
    said = attempt(f"open({path!r}, 'w').write('x')")
    assert said.startswith("refused:") or said == "done: None"  # a folder of the box's own, in memory
    assert not os.path.exists(path)


OPEN_ALL = """
opened = []
for folder, folders, names in os.walk("/proc"):
    folders[:] = [name for name in folders if name not in ("fd", "map_files")]  # what they lead to lies elsewhere
    for name in names:
        path = os.path.join(folder, name)
        if not os.path.islink(path) and {condition}:
            try:
                os.close(os.open(path, os.{mode} | os.O_NONBLOCK))
                opened.append(path)
            except OSError:
                pass
return opened
"""


def test_nothing_below_proc_can_be_written_neither_of_the_kernel_nor_of_a_process(attempt: Attempt) -> None:
    assert attempt(OPEN_ALL.format(condition=True, mode="O_WRONLY")) == "done: []"


def test_what_root_alone_may_read_of_the_kernel_cannot_be_read(attempt: Attempt) -> None:
    of_root = "folder == '/proc' and not os.stat(path).st_mode & 0o004"
    assert attempt(OPEN_ALL.format(condition=of_root, mode="O_RDONLY")) == "done: []"
    assert attempt("return os.path.getsize('/proc/cpuinfo') or len(open('/proc/cpuinfo').read()) > 0") == "done: True"


def test_of_the_full_data_its_files_are_there_and_nothing_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUITE_CACHE", str(tmp_path))
    for name in ("mnist.npz", "mnist.npz.damaged-1", "held_out.npz"):
        (tmp_path / name).write_bytes(b"x")
    with Workshop("bubblewrap") as workshop:
        box = workshop._box
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


def test_processes_of_the_host_and_of_the_box_cannot_be_seen_or_signalled(run_script: RunScript, attempt: Attempt) -> None:
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
def test_there_are_no_privileges(attempt: Attempt, lines: str) -> None:
    assert attempt(f"import ctypes\nlibc = ctypes.CDLL(None)\n{lines}") == "done: -1"


def test_the_memory_of_the_keeper_and_of_the_warm_process_is_closed(attempt: Attempt) -> None:
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


def test_a_shell_and_other_programs_of_the_system_can_be_used(attempt: Attempt) -> None:
    assert attempt("return os.system('mkdir -p logs && rm -r logs')") == "done: 0"
