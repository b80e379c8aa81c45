"""What the suite needs of this machine, what is there, and the command that provides the rest."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from rich.console import Console

from checker.datasets import missing_files
from checker.exercise import DataSet, Limits
from checker.invocation import command
from checker.pack_reader import BUILT_IN_DATA
from checker.report.requirement import Requirement, show_requirements
from checker.sandbox.bubblewrap import why_not
from checker.sandbox.cgroup import find_parent
from checker.sandbox.limits import THREADS_PER_CORE
from checker.sandbox.shown_files import covered_folders, prefixes, private_folders
from checker.sandbox.usage import IS_LINUX, tells_shares, usable_cores
from checker.units import GIB
from reference.datasets import EDITIONS

SMALLEST_DISK = 2 * GIB  # a job may write 1 GiB, and two may run
SMALLEST_MEMORY = 4 * GIB
BUSY_LOAD = 1.5  # per core: from there on, a check waits for a processor
TENSORBOARD_PORT = 6006
IMPORT_TIMEOUT_S = 120


def examine() -> Iterator[Requirement]:
    """Yield what the suite needs, one requirement after the other."""
    for probe in PROBES:
        yield from probe()


def show(console: Console) -> bool:
    """Print every requirement; return whether all that is needed is there."""
    return show_requirements(console, examine(), "looking …")


def _python() -> Iterator[Requirement]:
    version = platform.python_version()
    supported = (3, 10) <= sys.version_info[:2] <= (3, 13)
    remedy = "" if supported else "make clean, then make PYTHON=python3.12 check: 3.10 to 3.13 are supported"
    yield Requirement("Python", f"{version} at {sys.executable}", remedy)


def _packages() -> Iterator[Requirement]:
    for package in ("tensorflow", "tf_keras", "tensorboard", "numpy", "matplotlib"):
        try:
            yield Requirement(package, metadata.version(package))
        except metadata.PackageNotFoundError:
            yield Requirement(package, "not installed", f"{sys.executable} -m pip install -c constraints.txt -e .")
    program = [sys.executable, "-c", "import tensorflow, tf_keras"]
    try:
        done = subprocess.run(program, capture_output=True, text=True, timeout=IMPORT_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        yield Requirement("import", f"not done after {IMPORT_TIMEOUT_S} s", "a faster disk, or a second try")
        return
    last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
    remedy = "" if done.returncode == 0 else "make clean, then make check: TensorFlow is installed but does not start"
    yield Requirement("import", "TensorFlow and tf_keras start" if done.returncode == 0 else last, remedy)


def _bubblewrap() -> Iterator[Requirement]:
    path = shutil.which("bwrap")
    install = "apt-get install bubblewrap (as root); without it: --sandbox none, on a machine you can afford to lose"
    if path is None:
        linux = sys.platform == "linux"
        yield Requirement(
            "bubblewrap", "not installed", install if linux else "use Linux to check strangers' code", needed=False
        )
        return
    version = subprocess.run([path, "--version"], capture_output=True, text=True).stdout.strip()
    yield Requirement("bubblewrap", f"{version} at {path}")
    reason = why_not()
    yield Requirement("namespaces", reason or "a box can be built", _namespaces_remedy() if reason else "", needed=False)


def _shown() -> Iterator[Requirement]:
    if why_not():
        return
    found = "libraries and programs of the system and of this Python"
    outer = [*prefixes(), *(folder.parent for folder in covered_folders())]
    for folder in dict.fromkeys(private_folders()):
        above = next((above for above in outer if folder.is_relative_to(above)), None)
        if above is not None:
            found += f"; of {folder}, which lies in {above}, nothing else"
    yield Requirement("scripts see", found)


def _limits() -> Iterator[Requirement]:
    most = THREADS_PER_CORE * (os.cpu_count() or 1) + Limits.threads
    parent = find_parent()
    group = f"there is one for jobs below {parent.folder}" if parent.folder else f"there is none for jobs, {parent.reason}"
    found = f"memory and processor time are counted in samples; {most:,} threads; no control group is used: {group}"
    older = IS_LINUX and not tells_shares()
    remedy = "Linux 5.4 or newer: on this one, what forked processes share counts for each of them" if older else ""
    yield Requirement("limits", found, remedy, needed=False)


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


def _data() -> Iterator[Requirement]:
    for edition in EDITIONS:
        missing = missing_files(map(DataSet, BUILT_IN_DATA), edition)
        full = edition == "full"
        remedy = command("data --full") if full else "git checkout -- reference/data"
        yield Requirement(f"data, {edition}", "; ".join(missing) or "verified", remedy if missing else "", needed=not full)


def _room() -> Iterator[Requirement]:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    remedy = "" if free >= SMALLEST_DISK else f"make room, or set TMPDIR: runs need {SMALLEST_DISK // GIB} GiB"
    yield Requirement("disk", f"{free / GIB:.1f} GiB free in {folder}", remedy)
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):  # some systems do not tell
        return
    remedy = "" if memory >= SMALLEST_MEMORY else f"a session of one job: --jobs 1 wants {SMALLEST_MEMORY // GIB} GiB"
    yield Requirement("memory", f"{memory / GIB:.1f} GiB, {os.cpu_count()} cores", remedy, needed=False)


def _load() -> Iterator[Requirement]:
    per_core = os.getloadavg()[0] / usable_cores()
    remedy = ""
    if per_core > BUSY_LOAD:
        longer = f"a check takes about {per_core:.0f} times as long, and one that is starved is told as such, not as failed"
        remedy = f"close other programs: {longer}"
    yield Requirement("load", f"{per_core:.1f} programs per core at work in the last minute", remedy, needed=False)


def _fonts() -> Iterator[Requirement]:
    from matplotlib import get_data_path

    font = Path(get_data_path(), "fonts/ttf/DejaVuSans.ttf")
    there = font.is_file()
    remedy = "" if there else f"{sys.executable} -m pip install --force-reinstall matplotlib"
    yield Requirement("fonts", f"{font.name}, matplotlib's own" if there else f"{font} is not there", remedy)


def _port() -> Iterator[Requirement]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", TENSORBOARD_PORT))
        except OSError as error:
            remedy = f"another TensorBoard may run: close it, or tensorboard --port {TENSORBOARD_PORT + 1}"
            yield Requirement(f"port {TENSORBOARD_PORT}", f"taken ({error.strerror})", remedy, needed=False)
        else:
            yield Requirement(f"port {TENSORBOARD_PORT}", "free, for TensorBoard")


PROBES: tuple[Callable[[], Iterator[Requirement]], ...] = (
    _python,
    _packages,
    _bubblewrap,
    _shown,
    _limits,
    _data,
    _room,
    _load,
    _fonts,
    _port,
)
