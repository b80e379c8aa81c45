"""The cores of this machine, and how many jobs and threads use them."""

from __future__ import annotations

import contextlib
import os
import sys

import psutil

from checker.sandbox.usage import usable_cores
from checker.units import GIB

THREAD_VARIABLES = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
WINDOWS = ("DISPLAY", "WAYLAND_DISPLAY")  # variables of a desktop
MOST_JOBS = 8  # by default
JOB_BYTES = GIB  # that a job takes beside others: TensorFlow, a script that trains, and what reads its files


def default_jobs() -> int:
    """Return the number of workers when none is asked for. A machine with somebody before it keeps a core for them."""
    spare = 1 if is_personal() else 0
    with_room = psutil.virtual_memory().available // JOB_BYTES
    return max(1, min(usable_cores() - spare, MOST_JOBS, with_room))


def is_personal() -> bool:
    """Whether somebody may be at work on this machine: it has a battery, or shows windows here."""
    has_windows = sys.platform == "darwin" or any(os.environ.get(name) for name in WINDOWS)
    with contextlib.suppress(AttributeError, OSError):  # of systems where nothing tells about batteries
        return has_windows or psutil.sensors_battery() is not None
    return has_windows


def threads_for(jobs: int) -> int:
    """Return how many threads a job may use."""
    return max(1, usable_cores() // jobs)


def thread_variables(threads: int) -> dict[str, str]:
    """Return the environment in which libraries start so many threads."""
    return dict.fromkeys(THREAD_VARIABLES, str(threads))
