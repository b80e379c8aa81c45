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
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, Protocol, TypeVar

from checker.workers.interrupt import interrupt_once
from checker.workers.pace import Pace
from checker.workers.pool_events import Began, Ended, Gave

LOOK_EVERY_S = 2.0  # for room, while tasks wait for some
GRACE_S = 15  # for a worker to end its boxes before it is killed

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


def run_all(
    open_worker: OpenWorker[Task, Result], waiting: deque[Task], pace: Pace
) -> Generator[Began[Task] | Gave[Task, Result] | Ended[Task], None, None]:
    """Work on tasks in processes, in the order of `waiting`; tasks may be added meanwhile.

    Yields each event as it happens. After a request to stop, no task is given out, and each worker ends its task with the
    result that is under way. Closing the iterator ends all workers.
    """
    team = _Team(open_worker, pace)
    try:
        while team.busy or (waiting and not pace.is_over()):
            if not pace.is_over():
                yield from team.give_out(waiting)
            if pace.is_over():
                for worker in team.busy:
                    worker.end_early()
            for worker in team.wait(is_short=bool(waiting)):
                event = worker.take()
                yield event
                if isinstance(event, Ended) and not (worker.is_alive and waiting):
                    team.dismiss(worker)
    finally:
        team.end()


class _Team(Generic[Task, Result]):
    """The worker processes of a pool. One that waits for room keeps its boxes."""

    def __init__(self, open_worker: OpenWorker[Task, Result], pace: Pace) -> None:
        self._open_worker = open_worker
        self._pace = pace
        self._workers: dict[Any, _WorkerProcess[Task, Result]] = {}  # by pipe

    @property
    def busy(self) -> list[_WorkerProcess[Task, Result]]:
        """The workers that have a task."""
        return [worker for worker in self._workers.values() if worker.is_busy]

    def give_out(self, waiting: deque[Task]) -> Iterator[Began[Task]]:
        """Give tasks to workers while there is room; start workers that are needed."""
        while waiting and len(self.busy) < self._pace.most():
            idle = [worker for worker in self._workers.values() if not worker.is_busy]
            worker = idle[0] if idle else _WorkerProcess(self._open_worker, self._pace.silence_s)
            self._workers[worker.pipe] = worker
            yield worker.give(waiting.popleft())
        if not waiting:
            for worker in [worker for worker in self._workers.values() if not worker.is_busy]:
                self.dismiss(worker)

    def wait(self, is_short: bool) -> list[_WorkerProcess[Task, Result]]:
        """Return the workers that sent something. Wait for it, and kill a worker that was silent for too long."""
        busy, stop = {worker.pipe: worker for worker in self.busy}, self._pace.stop
        left = min((worker.silent_until for worker in busy.values()), default=0.0) - time.monotonic()
        watched: list[Any] = [*busy] if stop is None or stop.is_made else [*busy, stop]
        ready = wait(watched, max(0.0, min(left, LOOK_EVERY_S) if is_short else left))
        for worker in busy.values():
            if not ready and worker.silent_until <= time.monotonic():
                worker.kill()
        return [busy[pipe] for pipe in busy if pipe in ready]

    def dismiss(self, worker: _WorkerProcess[Task, Result]) -> None:
        """End a worker that is not needed any more."""
        self._workers.pop(worker.pipe).stop()

    def end(self) -> None:
        """End all workers at once."""
        for worker in self._workers.values():
            worker.interrupt()
        for worker in self._workers.values():
            worker.stop()


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
        self._is_killed = self._ends_early = False
        self.is_alive = True
        self.is_busy = False
        self.silent_until = 0.0  # killed when it is still silent then

    def give(self, task: Task) -> Began[Task]:
        self._task = task
        self.is_busy = True
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
            self.is_alive = self.is_busy = False
            self._process.join(GRACE_S)
            if self._is_killed:
                return Ended(self._task, f"the worker gave no sign for {self._silence_s:.0f} s and was killed")
            return Ended(self._task, f"the worker that checked it ended with status {self._process.exitcode}")
        self.is_busy = is_result
        return Gave(self._task, content) if is_result else Ended(self._task, content)

    def end_early(self) -> None:
        """Let it end its task with the result that is under way."""
        if not self._ends_early:
            self._ends_early = True
            with contextlib.suppress(OSError):  # it has ended: `take` says so
                self.pipe.send(None)

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
            if task is None:  # it came too late to end a task early
                continue
            try:
                worker = worker or stack.enter_context(open_worker())
                for result in worker.work(task):
                    pipe.send((True, result))
                    if pipe.poll():  # nothing but the wish to end early is sent meanwhile
                        pipe.recv()
                        break
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
