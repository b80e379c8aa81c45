"""The walls of a box: bubblewrap's command line, and whether this machine lets it work."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from checker.sandbox import call_filter
from checker.sandbox.call_policy import BOX
from checker.sandbox.shown_files import bubblewrap_words, covered_folders, forging_folders, python

PROBE_TIMEOUT_S = 10
OLD_VERSION_HINT = "bubblewrap 0.8 or newer is needed"


def command(program: list[str], root: Path, readable: Iterable[Path], filter_pipe: int) -> list[str]:
    """Return the command that runs `program` behind walls.

    Inside there is no network. The program has its own pid, ipc, uts and user namespaces, and cannot nest further user
    namespaces. It can read the system's libraries, this Python, the packages and `readable`. It can write to `root`, which
    has the same path inside, and to nothing else; /tmp is empty. It keeps two capabilities in its user namespace, with which
    it gives every job namespaces and a loopback of its own. Jobs drop both. `filter_pipe` is a descriptor from which
    bubblewrap reads the filter of system calls.
    """
    walls = ["bwrap", "--unshare-user", "--uid", "1000", "--gid", "1000", "--disable-userns"]
    walls += ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net", "--unshare-cgroup-try"]
    # The program is pid 1: bubblewrap's own process would show our open pipes to whoever looks below /proc.
    walls += ["--hostname", "box", "--as-pid-1", "--die-with-parent", "--new-session"]
    walls += ["--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_NET_ADMIN"]
    walls += ["--seccomp", str(filter_pipe)]
    walls += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", *bubblewrap_words()]
    forging = forging_folders()
    walls += [word for folder in forging for word in ("--tmpfs", str(folder))]
    # What may be read can lie in a folder that is hidden otherwise: the data of a pack that is installed as a package.
    walls += [word for path in readable for word in ("--ro-bind", str(path), str(path))]
    hosts = root / "hosts"
    hosts.write_text("127.0.0.1 localhost box\n", "utf-8")
    walls += ["--ro-bind", str(hosts), "/etc/hosts", "--bind", str(root), str(root), "--chdir", str(root)]
    walls += [word for folder in [*covered_folders(), *forging] for word in ("--remount-ro", str(folder))]
    # All jobs share the file systems that hold these mounts: no job may leave anything there.
    walls += ["--remount-ro", "/dev", "--remount-ro", "/"]
    return [*walls, "--", *program]


@lru_cache(maxsize=1)
def why_not() -> str:
    """Return why bubblewrap cannot be used on this machine, "" if it can."""
    if sys.platform != "linux":
        return f"bubblewrap needs Linux, this is {sys.platform}"
    if not call_filter.known_architecture():
        return f"no filter of system calls is known for {platform.machine()}"
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed: apt-get install bubblewrap"
    try:
        program = [python(), "-S", "-c", "pass"]
        with tempfile.TemporaryDirectory(prefix="suite-probe-") as root, call_filter.readable_program(BOX) as filter_pipe:
            probe = subprocess.run(
                command(program, Path(root).resolve(), [], filter_pipe),
                capture_output=True,
                timeout=PROBE_TIMEOUT_S,
                pass_fds=[filter_pipe],
            )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not work here: {error}"
    if probe.returncode == 0:
        return ""
    said = (probe.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1]
    if "disable-userns" in said and "nknown option" in said:
        return OLD_VERSION_HINT
    return f"bubblewrap does not work here: {said}"
