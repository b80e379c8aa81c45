"""The limit of threads: those of all processes together, with room for what libraries start for each core."""

from __future__ import annotations

import os

import pytest

from checker.exercise import Limits
from checker.sandbox.box import Box
from checker.sandbox.limits import THREADS_PER_CORE
from tests.support.fixture_types import RunScript, WarmBox

SECONDS = 300  # ample, for a busy machine
OF_LIBRARIES = THREADS_PER_CORE * (os.cpu_count() or 1)


@pytest.fixture(scope="module", params=["bubblewrap", "none"])
def box(request: pytest.FixtureRequest, warm_box: WarmBox) -> Box:
    """Threads are counted with walls and without."""
    return warm_box(request.param)


THREADS = """
import threading, time
threading.stack_size(1 << 16)
started = [threading.Thread(target=time.sleep, args=({seconds},)) for _ in range({threads})]
for thread in started: thread.start()
for thread in started: thread.join()
"""
MANY = {
    "of one process": THREADS.format(threads=3000, seconds=120),
    "of several processes": "import os\nfor _ in range(9):\n    if os.fork() == 0: break"
    + THREADS.format(threads=OF_LIBRARIES // 4 + 50, seconds=120),
}


@pytest.mark.parametrize("lines", MANY.values(), ids=MANY.keys())
def test_too_many_threads_are_told(run_script: RunScript, lines: str) -> None:
    result = run_script(lines, Limits(time_s=SECONDS))
    assert result.breach
    assert result.breach.limit == "number of threads"
    assert result.breach.allowed == f"{Limits().threads + OF_LIBRARIES:,}"
    assert int(result.breach.reached.removesuffix(" at once").replace(",", "")) > Limits().threads + OF_LIBRARIES


def test_a_pack_may_allow_more_or_fewer(run_script: RunScript) -> None:
    lines = THREADS.format(threads=OF_LIBRARIES + 30, seconds=2)
    assert run_script(lines, Limits(time_s=SECONDS, threads=60)).breach is None
    few = run_script(lines, Limits(time_s=SECONDS, threads=10))
    assert few.breach
    assert few.breach.limit == "number of threads"


def test_libraries_find_room_for_their_threads(run_script: RunScript) -> None:
    result = run_script(
        """
import numpy as np, tensorflow.compat.v1 as tf
for _ in range(3):
    with tf.Graph().as_default(), tf.Session() as session:
        a = tf.random.normal([500, 500])
        rows = tf.data.Dataset.range(1000).map(lambda x: x + 1, num_parallel_calls=4).prefetch(2)
        session.run([a @ a, tf.data.make_one_shot_iterator(rows).get_next()])
np.ones((1000, 1000)) @ np.ones((1000, 1000))
print(len(__import__("os").listdir("/proc/self/task")))
""",
        Limits(time_s=SECONDS, threads=1),
    )
    assert (result.breach, result.exit_code) == (None, 0), result
    assert int(result.stdout) <= OF_LIBRARIES
