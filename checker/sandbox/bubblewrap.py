"""The walls of a box: bubblewrap's command line, and whether this machine lets it work."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import checker
import reference

PROBE_TIMEOUT_S = 10
HIDDEN = ("expected", "data/held_out")  # folders of `reference` that would help to forge an answer
SYSTEM_FOLDERS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/localtime",
)
OTHER_COPIES = "/usr/share/datasets"  # Debian's packages put data sets there, with the images that are held out here
OLD_VERSION_HINT = "bubblewrap 0.8 or newer is needed"


def command(program: list[str], root: Path, readable: Iterable[Path]) -> list[str]:
    """Return the command that runs `program` behind walls.

    Inside there is no network. The program has its own pid, ipc, uts and user namespaces, and cannot nest further user
    namespaces. It can read the system's libraries, this Python, the packages and `readable`. It can write to `root`, which
    has the same path inside, and to nothing else; /tmp is empty. It keeps one capability in its user namespace, with which
    it gives every job a pid and a mount namespace. Jobs drop this capability.
    """
    walls = ["bwrap", "--unshare-user", "--uid", "1000", "--gid", "1000", "--disable-userns"]
    walls += ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net", "--unshare-cgroup-try"]
    # The program is pid 1: bubblewrap's own process would show our open pipes to whoever looks below /proc.
    walls += ["--hostname", "box", "--as-pid-1", "--die-with-parent", "--new-session"]
    walls += ["--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN"]
    walls += ["--ro-bind", "/usr", "/usr", *_system(), "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    for path in [*_python(), *_ours(), *readable]:
        walls += ["--ro-bind", str(path), str(path)]
    for hidden in HIDDEN:
        folder = Path(reference.__path__[0]) / hidden
        if folder.is_dir():
            walls += ["--tmpfs", str(folder), "--remount-ro", str(folder)]
    if os.path.isdir(OTHER_COPIES):
        walls += ["--tmpfs", OTHER_COPIES, "--remount-ro", OTHER_COPIES]
    hosts = root / "hosts"
    hosts.write_text("127.0.0.1 localhost box\n", "utf-8")
    walls += ["--ro-bind", str(hosts), "/etc/hosts", "--bind", str(root), str(root), "--chdir", str(root)]
    # All jobs share the file systems that hold these mounts: no job may leave anything there.
    walls += ["--remount-ro", "/dev", "--remount-ro", "/"]
    return [*walls, "--", *program]


@lru_cache(maxsize=1)
def why_not() -> str:
    """Return why bubblewrap cannot be used on this machine, "" if it can."""
    if sys.platform != "linux":
        return f"bubblewrap needs Linux, this is {sys.platform}"
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed: apt-get install bubblewrap"
    try:
        program = [sys.executable, "-S", "-c", "pass"]
        with tempfile.TemporaryDirectory(prefix="suite-probe-") as root:
            probe = subprocess.run(command(program, Path(root).resolve(), []), capture_output=True, timeout=PROBE_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not work here: {error}"
    if probe.returncode == 0:
        return ""
    said = (probe.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1]
    if "disable-userns" in said and "nknown option" in said:
        return OLD_VERSION_HINT
    return f"bubblewrap does not work here: {said}"


def _system() -> list[str]:
    arguments: list[str] = []
    for folder in SYSTEM_FOLDERS:
        if os.path.islink(folder):
            arguments += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            arguments += ["--ro-bind", folder, folder]
    for file in SYSTEM_FILES:
        arguments += ["--ro-bind-try", file, file]
    return arguments


def _python() -> list[Path]:
    """Return the folders of this Python and of its packages, outer folders before inner ones."""
    user_site = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    packages = [entry for entry in [*sys.path, *user_site] if Path(entry).name in ("site-packages", "dist-packages")]
    entries = [sys.prefix, sys.base_prefix, sys.exec_prefix, *packages]
    folders = sorted({Path(entry) for entry in entries if os.path.isdir(entry)})
    # A link inside one of these folders is visible already.
    links = [link for link in _links(Path(sys.executable)) if not any(map(link.is_relative_to, folders))]
    return [path for path in [*folders, *links] if not path.is_relative_to("/usr")]


def _links(path: Path) -> Iterable[Path]:
    """Yield the targets of a chain of links. Python does not start unless all of them are visible inside."""
    for _ in range(10):
        if not path.is_symlink():
            return
        path = Path(os.path.normpath(path.parent / os.readlink(path)))
        yield path


def _ours() -> list[Path]:
    return [Path(folder) for package in (checker, reference) for folder in package.__path__]
