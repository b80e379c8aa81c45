"""A pool of worker processes. Each is given one task after the other; a task that ends its worker ends no other task."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, Protocol, TypeVar

from checker.workers.interrupt import interrupt_once

GRACE_S = 15  # for a worker to end its boxes before it is killed
SILENCE_S = 1800.0  # after which a silent worker is killed

Task = TypeVar("Task")
Result = TypeVar("Result")
TaskIn = TypeVar("TaskIn", contravariant=True)
ResultOut = TypeVar("ResultOut", covariant=True)


class Worker(Protocol[TaskIn, ResultOut]):
    """What works on tasks, one after the other, until it is spent."""

    is_spent: bool  # read after each task; if so, the next task gets a new worker

    def work(self, task: TaskIn) -> Iterator[ResultOut]:
        """Work on a task; yield each result as soon as it is there."""


OpenWorker = Callable[[], AbstractContextManager[Worker[Task, Result]]]  # can be pickled: it is called in the worker process


@dataclass(frozen=True)
class Began(Generic[Task]):
    """A worker was given a task."""

    task: Task


@dataclass(frozen=True)
class Gave(Generic[Task, Result]):
    """A worker has a result of its task; there may be more."""

    task: Task
    result: Result


@dataclass(frozen=True)
class Ended(Generic[Task]):
    """A worker has finished its task, or failed."""

    task: Task
    failure: str  # the traceback, or how the worker process ended; "" if all is well


def run_all(
    open_worker: OpenWorker[Task, Result], waiting: deque[Task], jobs: int, silence_s: float = SILENCE_S
) -> Generator[Began[Task] | Gave[Task, Result] | Ended[Task], None, None]:
    """Work on tasks in as many processes as `jobs`, in the order of `waiting`; tasks may be added meanwhile.

    Yields each event as it happens. Closing the iterator ends all workers.
    """
    workers: dict[Any, _WorkerProcess[Task, Result]] = {}
    try:
        while waiting or workers:
            while waiting and len(workers) < jobs:
                worker = _WorkerProcess(open_worker, silence_s)
                workers[worker.pipe] = worker
                yield worker.give(waiting.popleft())
            for worker in _wait_for(workers):
                event = worker.take()
                yield event
                if isinstance(event, Ended):
                    if waiting and worker.is_alive:
                        yield worker.give(waiting.popleft())
                    else:
                        workers.pop(worker.pipe).stop()
    finally:
        for worker in workers.values():
            worker.interrupt()
        for worker in workers.values():
            worker.stop()


def _wait_for(workers: dict[Any, _WorkerProcess[Task, Result]]) -> list[_WorkerProcess[Task, Result]]:
    """Return the workers that sent something. Wait for it, and kill a worker that was silent for too long."""
    left = min(worker.silent_until for worker in workers.values()) - time.monotonic()
    ready = [workers[pipe] for pipe in wait(list(workers), max(0.0, left))]
    for worker in workers.values():
        if not ready and worker.silent_until <= time.monotonic():
            worker.kill()
    return ready


class _WorkerProcess(Generic[Task, Result]):
    """A worker process as its parent sees it."""

    def __init__(self, open_worker: OpenWorker[Task, Result], silence_s: float) -> None:
        # Spawned, not forked: a fork would copy the state of this process, such as the thread of a progress bar.
        context = multiprocessing.get_context("spawn")
        self.pipe, other_end = context.Pipe()
        self._process = context.Process(target=_work, args=(other_end, open_worker), daemon=True)
        self._process.start()
        other_end.close()  # or the end of the worker would not end the pipe
        self._silence_s = silence_s
        self._task: Task | None = None  # the last one it was given
        self._is_killed = False
        self.is_alive = True
        self.silent_until = 0.0  # killed when it is still silent then

    def give(self, task: Task) -> Began[Task]:
        self._task = task
        self._reset_silence()
        with contextlib.suppress(OSError):  # it has ended: `take` says so
            self.pipe.send(task)
        return Began(task)

    def take(self) -> Gave[Task, Result] | Ended[Task]:
        """Receive a result, or the end of the task."""
        assert self._task is not None  # nothing else is sent
        self._reset_silence()
        try:
            is_result, content = self.pipe.recv()
        except (EOFError, OSError):
            self.is_alive = False
            self._process.join(GRACE_S)
            if self._is_killed:
                return Ended(self._task, f"the worker gave no sign for {self._silence_s:.0f} s and was killed")
            return Ended(self._task, f"the worker that checked it ended with status {self._process.exitcode}")
        return Gave(self._task, content) if is_result else Ended(self._task, content)

    def kill(self) -> None:
        self._is_killed = True
        self._reset_silence()
        self._process.kill()

    def interrupt(self) -> None:
        self._process.terminate()

    def stop(self) -> None:
        self.pipe.close()
        self._process.join(GRACE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _reset_silence(self) -> None:
        self.silent_until = time.monotonic() + self._silence_s


def _work(pipe: Connection, open_worker: OpenWorker[Task, Result]) -> None:
    """Work on the tasks that come through the pipe until it ends. This runs in the worker process.

    After a failure a new worker is opened, since the old one may be the cause.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what it means
    signal.signal(signal.SIGTERM, interrupt_once)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, ConnectionError, KeyboardInterrupt), ExitStack() as stack:
        worker: Worker[Task, Result] | None = None
        while True:
            task, failure = pipe.recv(), ""
            try:
                worker = worker or stack.enter_context(open_worker())
                for result in worker.work(task):
                    pipe.send((True, result))
            except Exception:
                failure = traceback.format_exc()
            if failure or worker is None or worker.is_spent:
                stack.close()
                worker = None
            pipe.send((False, failure))


def _end_with_parent() -> None:
    """End this process when its parent has been killed: nobody wants its results any more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_S)
        os._exit(1)
