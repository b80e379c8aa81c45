"""The crew: worker processes that are given one task after the other; a task that ends its worker ends no other task."""

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
PATIENCE_S = 1800.0  # without a word from a worker, before it is given up

Task = TypeVar("Task")
Result = TypeVar("Result")
TaskIn = TypeVar("TaskIn", contravariant=True)
ResultOut = TypeVar("ResultOut", covariant=True)


class Worker(Protocol[TaskIn, ResultOut]):
    """Where a worker works: open for many tasks, until it says that it is spent."""

    is_spent: bool  # asked after each task: the next one gets a new worker

    def work(self, task: TaskIn) -> Iterator[ResultOut]:
        """Work on a task, yielding each result as soon as there is one."""


OpenWorker = Callable[[], AbstractContextManager[Worker[Task, Result]]]  # can be pickled: it is called in the worker


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
    """A worker is done with its task, or it broke."""

    task: Task
    broke: str  # the traceback, or how the worker ended; "" if all is well


def run_all(
    open_worker: OpenWorker[Task, Result], waiting: deque[Task], jobs: int, patience_s: float = PATIENCE_S
) -> Generator[Began[Task] | Gave[Task, Result] | Ended[Task], None, None]:
    """Work on tasks in as many processes as `jobs`, in the order of `waiting`, to which tasks may be added meanwhile.

    Yields what happens, as it happens. Closing the iterator ends all workers.
    """
    workers: dict[Any, _WorkerProcess[Task, Result]] = {}
    try:
        while waiting or workers:
            while waiting and len(workers) < jobs:
                worker = _WorkerProcess(open_worker, patience_s)
                workers[worker.pipe] = worker
                yield worker.give(waiting.popleft())
            for worker in _heard(workers):
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


def _heard(workers: dict[Any, _WorkerProcess[Task, Result]]) -> list[_WorkerProcess[Task, Result]]:
    """Wait until a worker has something to say, or has been silent for too long, and is killed."""
    left = min(worker.silent_until for worker in workers.values()) - time.monotonic()
    heard = [workers[pipe] for pipe in wait(list(workers), max(0.0, left))]
    for worker in workers.values():
        if not heard and worker.silent_until <= time.monotonic():
            worker.give_up()
    return heard


class _WorkerProcess(Generic[Task, Result]):
    """A worker process, seen from this side."""

    task: Task  # what it was given last

    def __init__(self, open_worker: OpenWorker[Task, Result], patience_s: float) -> None:
        # Spawned, not forked: nothing of this process, such as a progress bar's thread, is there twice.
        context = multiprocessing.get_context("spawn")
        self.pipe, other_end = context.Pipe()
        self._process = context.Process(target=_work, args=(other_end, open_worker), daemon=True)
        self._process.start()
        other_end.close()  # or the end of the worker would not end the pipe
        self._patience_s = patience_s
        self._given_up = False
        self.is_alive = True
        self.silent_until = 0.0

    def give(self, task: Task) -> Began[Task]:
        self.task = task
        self._be_patient()
        with contextlib.suppress(OSError):  # it has ended: `take` says so
            self.pipe.send(task)
        return Began(task)

    def take(self) -> Gave[Task, Result] | Ended[Task]:
        self._be_patient()
        try:
            is_result, content = self.pipe.recv()
        except (EOFError, OSError):
            self.is_alive = False
            self._process.join(GRACE_S)
            if self._given_up:
                return Ended(self.task, f"the worker gave no sign for {self._patience_s:.0f} s and was killed")
            return Ended(self.task, f"the worker that checked it ended with status {self._process.exitcode}")
        return Gave(self.task, content) if is_result else Ended(self.task, content)

    def give_up(self) -> None:
        self._given_up = True
        self._be_patient()
        self._process.kill()

    def interrupt(self) -> None:
        self._process.terminate()

    def stop(self) -> None:
        self.pipe.close()
        self._process.join(GRACE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _be_patient(self) -> None:
        self.silent_until = time.monotonic() + self._patience_s


def _work(pipe: Connection, open_worker: OpenWorker[Task, Result]) -> None:
    """In a worker: work on what comes until the pipe ends. After an error the worker is new: it may be what broke."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the other side decides what it means
    signal.signal(signal.SIGTERM, interrupt_once)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, ConnectionError, KeyboardInterrupt), ExitStack() as stack:
        worker: Worker[Task, Result] | None = None
        while True:
            task, broke = pipe.recv(), ""
            try:
                worker = worker or stack.enter_context(open_worker())
                for result in worker.work(task):
                    pipe.send((True, result))
            except Exception:
                broke = traceback.format_exc()
            if broke or worker is None or worker.is_spent:
                stack.close()
                worker = None
            pipe.send((False, broke))


def _end_with_parent() -> None:
    """End this process when the one that started it is killed: nobody wants its results any more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_S)
        os._exit(1)
