"""What this machine has of what the suite needs, and the command that mends what it lacks."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from checker.catalog import BUILT_IN_DATA, DataSet
from checker.datasets import missing_files
from checker.sandbox.bubblewrap import why_not
from checker.units import GIB
from reference.datasets import EDITIONS

SMALLEST_DISK = 2 * GIB  # a job may write 1 GiB, and two may run
SMALLEST_MEMORY = 4 * GIB
TENSORBOARD_PORT = 6006
IMPORT_TIMEOUT_S = 120


@dataclass(frozen=True)
class Finding:
    """One thing that is there, or is not."""

    name: str
    found: str
    remedy: str = ""  # empty: all is well
    needed: bool = True  # or checks run without it, somehow


def examine() -> Iterator[Finding]:
    """Yield what is there and what is not, one after the other."""
    for look in LOOKS:
        yield from look()


def show(console: Console) -> bool:
    """Print every finding; return whether all that is needed is there."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    sound = True
    with console.status("looking …"):
        for finding in examine():
            lacking = bool(finding.remedy)
            sound = sound and not (lacking and finding.needed)
            mark = Text("ok", "green") if not lacking else Text("no", "bold red") if finding.needed else Text("--", "yellow")
            table.add_row(mark, finding.name, Text(finding.found))
            if lacking:
                table.add_row("", "", Text(f"remedy: {finding.remedy}", "bold"))
    console.print(table)
    return sound


def _python() -> Iterator[Finding]:
    version = platform.python_version()
    supported = (3, 10) <= sys.version_info[:2] <= (3, 13)
    remedy = "" if supported else "make clean, then make PYTHON=python3.12 check: 3.10 to 3.13 are supported"
    yield Finding("Python", f"{version} at {sys.executable}", remedy)


def _packages() -> Iterator[Finding]:
    for package in ("tensorflow", "tf_keras", "tensorboard", "numpy", "matplotlib"):
        try:
            yield Finding(package, metadata.version(package))
        except metadata.PackageNotFoundError:
            yield Finding(package, "not installed", f"{sys.executable} -m pip install -c constraints.txt -e .")
    program = [sys.executable, "-c", "import tensorflow, tf_keras"]
    try:
        done = subprocess.run(program, capture_output=True, text=True, timeout=IMPORT_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        yield Finding("import", f"not done after {IMPORT_TIMEOUT_S} s", "a faster disk, or a second try")
        return
    last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
    remedy = "" if done.returncode == 0 else "make clean, then make check: TensorFlow is installed but does not start"
    yield Finding("import", "TensorFlow and tf_keras start" if done.returncode == 0 else last, remedy)


def _bubblewrap() -> Iterator[Finding]:
    path = shutil.which("bwrap")
    install = "apt-get install bubblewrap (as root); without it: --sandbox none, on a machine you can afford to lose"
    if path is None:
        linux = sys.platform == "linux"
        yield Finding(
            "bubblewrap", "not installed", install if linux else "use Linux to check strangers' code", needed=False
        )
        return
    version = subprocess.run([path, "--version"], capture_output=True, text=True).stdout.strip()
    yield Finding("bubblewrap", f"{version} at {path}")
    reason = why_not()
    yield Finding("namespaces", reason or "a box can be built", _namespaces_remedy() if reason else "", needed=False)


def _namespaces_remedy() -> str:
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return "this is a container that forbids them: docker run --security-opt seccomp=unconfined --cap-add SYS_ADMIN"
    if _sysctl("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
        return "sysctl kernel.apparmor_restrict_unprivileged_userns=0 (as root), or an AppArmor profile for bwrap"
    if _sysctl("/proc/sys/kernel/unprivileged_userns_clone") == "0":
        return "sysctl kernel.unprivileged_userns_clone=1 (as root)"
    if _sysctl("/proc/sys/user/max_user_namespaces") == "0":
        return "sysctl user.max_user_namespaces=10000 (as root)"
    return "bubblewrap 0.8 or newer, and user namespaces; else --sandbox none, on a machine you can afford to lose"


def _sysctl(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def _data() -> Iterator[Finding]:
    for edition in EDITIONS:
        missing = missing_files(map(DataSet, BUILT_IN_DATA), edition)
        full = edition == "full"
        remedy = "python -m checker data --full" if full else "git checkout -- reference/data"
        yield Finding(f"data, {edition}", "; ".join(missing) or "verified", remedy if missing else "", needed=not full)


def _room() -> Iterator[Finding]:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    remedy = "" if free >= SMALLEST_DISK else f"make room, or set TMPDIR: runs need {SMALLEST_DISK // GIB} GiB"
    yield Finding("disk", f"{free / GIB:.1f} GiB free in {folder}", remedy)
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):  # not every system tells
        return
    remedy = "" if memory >= SMALLEST_MEMORY else f"a session of one job: --jobs 1 wants {SMALLEST_MEMORY // GIB} GiB"
    yield Finding("memory", f"{memory / GIB:.1f} GiB, {os.cpu_count()} cores", remedy, needed=False)


def _fonts() -> Iterator[Finding]:
    from matplotlib import get_data_path

    font = Path(get_data_path(), "fonts/ttf/DejaVuSans.ttf")
    there = font.is_file()
    remedy = "" if there else f"{sys.executable} -m pip install --force-reinstall matplotlib"
    yield Finding("fonts", f"{font.name}, matplotlib's own" if there else f"{font} is not there", remedy)


def _port() -> Iterator[Finding]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", TENSORBOARD_PORT))
        except OSError as error:
            remedy = f"another TensorBoard may run: close it, or tensorboard --port {TENSORBOARD_PORT + 1}"
            yield Finding(f"port {TENSORBOARD_PORT}", f"taken ({error.strerror})", remedy, needed=False)
        else:
            yield Finding(f"port {TENSORBOARD_PORT}", "free, for TensorBoard")


LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (_python, _packages, _bubblewrap, _data, _room, _fonts, _port)
