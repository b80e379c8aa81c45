"""How many jobs and threads this machine has room for."""

from __future__ import annotations

import os

MOST_JOBS = 8  # unless more are asked for: each of them holds TensorFlow twice, in 1.3 GB


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_jobs() -> int:
    """Return how many workers to use when nothing is said."""
    return min(cores(), MOST_JOBS)


def threads_for(jobs: int) -> int:
    """Return how many threads a job may use."""
    return max(1, cores() // jobs)
