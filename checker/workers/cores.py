"""The cores of this machine, and how many jobs and threads use them."""

from __future__ import annotations

import os

MOST_JOBS = 8  # by default: each job holds TensorFlow twice, in 1.3 GB


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_jobs() -> int:
    """Return the number of workers when none is asked for."""
    return min(cores(), MOST_JOBS)


def threads_for(jobs: int) -> int:
    """Return how many threads a job may use."""
    return max(1, cores() // jobs)
