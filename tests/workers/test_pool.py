"""Workers give their results one by one; one that dies, breaks or is silent ends its own task and nothing else."""

from __future__ import annotations

import multiprocessing
import signal
import subprocess
import sys
import time
from collections import deque
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from checker.workers.interrupt import stop_request
from checker.workers.pace import Pace, steady
from checker.workers.pool import run_all
from checker.workers.pool_events import Began, Ended, Gave
from tests.support.pool_worker import ScriptedWorker
from tests.support.processes import environment


def happened(tasks: list[str], jobs: int = 1, silence_s: float = 300) -> list[str]:
    words = []
    for event in run_all(ScriptedWorker, deque(tasks), steady(jobs, silence_s)):
        if isinstance(event, Gave):
            words.append(event.result)
        elif isinstance(event, Ended):
            words.append(f"end {event.failure.strip().splitlines()[-1] if event.failure else ''}".strip())
    return words


def test_results_come_one_by_one_in_the_order_of_the_tasks() -> None:
    events = list(run_all(ScriptedWorker, deque(["a b", "c"]), steady(1)))
    assert events == [
        Began("a b"),
        Gave("a b", "A"),
        Gave("a b", "B"),
        Ended("a b", ""),
        Began("c"),
        Gave("c", "C"),
        Ended("c", ""),
    ]
    assert multiprocessing.active_children() == []


def test_a_worker_that_dies_or_breaks_ends_its_own_task_only() -> None:
    assert happened(["a die b", "break", "c"]) == [
        "A",
        "end the worker that checked it ended with status -9",
        "end ValueError: this worker is broken",
        "C",
        "end",
    ]


def test_a_worker_that_is_silent_for_too_long_is_killed() -> None:
    assert happened(["a sleep", "b"], silence_s=6) == [
        "A",
        "end the worker gave no sign for 6 s and was killed",
        "B",
        "end",
    ]


def test_workers_work_side_by_side() -> None:
    assert sorted(happened([f"a{i}" for i in range(6)], jobs=3)) == sorted([f"A{i}" for i in range(6)] + ["end"] * 6)


def test_tasks_can_be_added_meanwhile() -> None:
    waiting = deque(["a"])
    results = []
    for event in run_all(ScriptedWorker, waiting, steady(2)):
        if isinstance(event, Gave):
            results.append(event.result)
            if event.result == "A":
                waiting.append("again")
    assert results == ["A", "AGAIN"]


def test_after_a_request_to_stop_only_what_is_under_way_is_finished() -> None:
    words, waiting = [], deque(["a b c", "d"])
    with stop_request(lambda: words.append("asked")) as stop:
        for event in run_all(ScriptedWorker, waiting, Pace(lambda: 1, stop)):
            if isinstance(event, Began):
                signal.raise_signal(signal.SIGINT)
            words.append(event.result if isinstance(event, Gave) else type(event).__name__)
    assert words == ["Began", "asked", "A", "Ended"]
    assert list(waiting) == ["d"]
    assert multiprocessing.active_children() == []


def test_the_second_request_to_stop_ends_at_once() -> None:
    with stop_request(lambda: None):
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_no_more_tasks_are_under_way_than_there_is_room_for() -> None:
    room, under_way, most = [2], 0, []
    for event in run_all(ScriptedWorker, deque(["a", "b", "c", "d", "e"]), Pace(lambda: room[0])):
        under_way += isinstance(event, Began) - isinstance(event, Ended)
        if isinstance(event, Began):
            most.append(under_way)
        room[0] = 1  # from the first event on
    assert most == [1] * 5


def test_a_worker_is_closed_when_it_is_spent_or_broken_and_at_the_end(tmp_path: Path) -> None:
    list(run_all(partial(ScriptedWorker, tmp_path), deque(["a", "spend", "b", "break", "c"]), steady(1)))
    left = [path.name.split()[0] for path in sorted(tmp_path.iterdir(), key=lambda path: int(path.name.split()[2]))]
    assert left == ["opened", "closed"] * 3


def test_whoever_stops_listening_ends_and_closes_the_workers(tmp_path: Path) -> None:
    with closing(run_all(partial(ScriptedWorker, tmp_path), deque(["a sleep"] * 2), steady(2))) as events:
        assert any(isinstance(event, Gave) for event in events)
    assert multiprocessing.active_children() == []
    left = [path.name.split()[0] for path in tmp_path.iterdir()]
    assert left.count("opened") == left.count("closed") > 0


DRIVER = """
import sys
from collections import deque
from functools import partial
from pathlib import Path
from checker.workers.pace import steady
from checker.workers.pool import run_all
from checker.workers.pool_events import Gave
from tests.support.pool_worker import ScriptedWorker

if __name__ == "__main__":
    for event in run_all(partial(ScriptedWorker, Path(sys.argv[1])), deque(["a sleep"]), steady(1)):
        if isinstance(event, Gave):
            print(event.result, flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_the_process_that_started_them(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "driver.py").write_text(DRIVER)
    (tmp_path / "left").mkdir()
    env = environment()
    command = [sys.executable, "driver.py", "left"]
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as driver:
        assert driver.stdout is not None
        assert driver.stdout.readline() == b"A\n"
        driver.send_signal(number)
        driver.wait(300)
    deadline = time.monotonic() + 300
    while len(list((tmp_path / "left").iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert sorted(path.name.split()[0] for path in (tmp_path / "left").iterdir()) == ["closed", "opened"]
