"""A session on the workers of a Dask cluster: as the crew of this machine, one learner at a time for each worker."""

from __future__ import annotations

import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from checker.catalog import EXERCISES
from checker.evidence.stdout import clean_line
from checker.outcome import Report
from checker.workers.assignment import Assignment, Event
from checker.workers.cluster import dask_worker
from checker.workers.cluster.dask_client import ConnectionLost, DaskClient, Reply
from checker.workers.cluster.messages import BROKE, REPORT, RESTARTED, Answer, BadMessage, Greeting
from checker.workers.cluster.transfer import LARGEST_RUN, Transfer
from checker.workers.learner_worker import WorkerSettings, code_version
from checker.workers.pool import PATIENCE_S, Began, Ended, Gave

WAIT_S = 300.0  # for a scheduler, or for a worker that is of use, before the session ends
LOOK_S = 1.0  # between two looks at who is there


class ClusterLost(Exception):
    """The session cannot go on with its cluster; the message says why. What was checked is kept."""


@dataclass(frozen=True)
class ClusterSettings:
    """Which cluster, and how much is asked of it."""

    address: str  # of the scheduler
    wait_s: float = WAIT_S
    patience_s: float = PATIENCE_S
    largest_run: int = LARGEST_RUN


@dataclass
class _Member:
    """A worker process as it is seen from here."""

    address: str
    machine: str
    process: str = ""  # "" until it has greeted
    is_refused: bool = False
    assignment: Assignment | None = None  # under way
    number: int = 0  # of the exercise of it
    silent_until: float = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether it waits for something to do."""
        return bool(self.process) and not self.is_refused and self.assignment is None


class Coordinator:
    """Has assignments worked on by a cluster; called with what is waiting, it yields what happens, as `crew.run_all` does.

    `tell` is told what becomes of the workers. Raises `ClusterLost`.
    """

    def __init__(self, cluster: ClusterSettings, settings: WorkerSettings, tell: Callable[[str], None]) -> None:
        self._cluster = cluster
        self._settings = settings
        self._tell = tell
        self._transfer = Transfer(settings.session, settings.options, cluster.largest_run)
        self._workers: dict[str, _Member] = {}
        self._shunned: dict[str, set[str]] = {}  # by login: the machines where a worker ended with their submission
        self._useful_at = 0.0  # when there was a worker that is of use
        self._looked_at = 0.0

    def __call__(self, waiting: deque[Assignment]) -> Generator[Event, None, None]:
        """Work until nothing is left of `waiting`, to which assignments may be added meanwhile."""
        self._link = self._connected()
        self._useful_at = time.monotonic()
        try:
            while waiting or self._busy():
                try:
                    yield from self._look()
                    yield from self._give(waiting)
                    heard = self._link.hear(LOOK_S)
                    if heard:
                        yield from self._take(heard)
                except ConnectionLost as lost:
                    yield from self._reconnect(lost)
        finally:
            idle = [worker.address for worker in self._workers.values() if worker.is_idle]  # the others forget by themselves
            self._link.close(dask_worker.leave, self._transfer.token, workers=idle)

    def _connected(self) -> DaskClient:
        until, reason = time.monotonic() + self._cluster.wait_s, ""
        while not reason or time.monotonic() < until:
            try:
                return DaskClient(self._cluster.address)
            except ConnectionLost as lost:
                if not reason:
                    self._tell(
                        f"no scheduler at {self._cluster.address}: waiting for it, {self._cluster.wait_s:.0f} s at most"
                    )
                reason = str(lost)
                time.sleep(min(LOOK_S, self._cluster.wait_s))
        raise ClusterLost(f"no scheduler answers at {self._cluster.address}: {reason}")

    def _reconnect(self, lost: ConnectionLost) -> Iterator[Event]:
        """Take everything back, without blame on anybody, and look for the scheduler."""
        self._tell(f"the scheduler is lost ({lost}); what was under way starts again when it is back, and has workers")
        busy = self._busy()
        self._workers.clear()
        self._link.close()
        for assignment in busy:
            yield Ended(assignment, "")
        self._link = self._connected()
        self._tell(f"the scheduler at {self._cluster.address} is there")
        self._useful_at = time.monotonic()

    def _busy(self) -> list[Assignment]:
        return [worker.assignment for worker in self._workers.values() if worker.assignment]

    def _look(self) -> Iterator[Event]:
        """See who came, who went and who has been silent for too long."""
        now = time.monotonic()
        if now < self._looked_at + LOOK_S:
            return
        self._looked_at = now
        members = self._link.members()
        for address in set(self._workers) - set(members):
            yield from self._lose(address)
        for address in sorted(set(members) - set(self._workers)):
            self._greet(_Member(address, members[address], silent_until=now + PATIENCE_S))
        for worker in list(self._workers.values()):
            if not worker.is_refused and not worker.is_idle and worker.silent_until < now:
                yield from self._give_up(worker)
        if any(not worker.is_refused for worker in self._workers.values()):
            self._useful_at = now
        elif now > self._useful_at + self._cluster.wait_s:
            raise ClusterLost(f"no worker of {self._cluster.address} was of use for {self._cluster.wait_s:.0f} s")

    def _greet(self, worker: _Member) -> None:
        self._workers[worker.address] = worker
        options = self._settings.options
        datasets = sorted(
            {exercise.dataset for exercise in EXERCISES.values() if exercise.data and exercise.data.is_built_in}
        )
        self._link.call(worker.address, dask_worker.greet, options.isolation, options.edition, datasets)

    def _give_up(self, worker: _Member) -> Iterator[Event]:
        silence = f"the worker {worker.address} gave no sign for {self._cluster.patience_s:.0f} s and is started again"
        self._tell(silence)
        worker.is_refused = True
        self._link.drop(worker.address)
        self._link.restart(worker.address)
        if worker.assignment:
            yield from self._end(worker, silence)

    def _lose(self, address: str) -> Iterator[Event]:
        worker = self._workers.pop(address)
        self._link.drop(address)
        if worker.assignment:
            self._tell(f"the worker {address} has ended; what it checked is given to another one")
            yield from self._end(worker, f"the worker {address} ended while it checked this")

    def _end(self, worker: _Member, broke: str) -> Iterator[Event]:
        assignment = worker.assignment
        assert assignment is not None
        worker.assignment = None
        if broke:
            self._shunned.setdefault(assignment.login, set()).add(worker.machine)
        yield Ended(assignment, broke)

    def _give(self, waiting: deque[Assignment]) -> Iterator[Event]:
        for worker in [worker for worker in self._workers.values() if worker.is_idle]:
            assignment = self._next(waiting, worker)
            if assignment is None:
                continue
            worker.assignment, worker.number = assignment, 0
            yield Began(assignment)
            try:
                self._order(worker)
            except Exception:  # a fault of ours with one learner's work must not keep the others waiting
                yield from self._end(worker, traceback.format_exc())

    def _next(self, waiting: deque[Assignment], worker: _Member) -> Assignment | None:
        """Take the first assignment that did not end a worker on this machine already, if there are other machines."""
        machines = {other.machine for other in self._workers.values() if other.process and not other.is_refused}
        for index, assignment in enumerate(waiting):
            shunned = self._shunned.get(assignment.login, set())
            if worker.machine not in shunned or machines <= shunned:
                del waiting[index]
                return assignment
        return None

    def _order(self, worker: _Member) -> None:
        assignment = worker.assignment
        assert assignment is not None
        beside = Counter(other.machine for other in self._workers.values())[worker.machine]
        order = self._transfer.order(assignment, worker.number, worker.process, beside)
        worker.silent_until = time.monotonic() + self._cluster.patience_s
        self._link.call(worker.address, dask_worker.work, order)

    def _take(self, heard: Reply) -> Iterator[Event]:
        worker = self._workers.get(heard.worker)
        if worker is None:
            return
        if worker.assignment is None:
            self._welcome(worker, heard)
            return
        try:
            answer = Answer(BROKE, heard.broke) if heard.broke else Answer.read(heard.result)
            report = self._transfer.report(worker.assignment, worker.number, answer) if answer.kind == REPORT else None
        except BadMessage as error:
            yield from self._end(worker, f"the worker {worker.address} answered with {error}")
            return
        if report:
            yield from self._take_report(worker, worker.assignment, report, answer.archive)
        elif answer.kind == RESTARTED:  # it is greeted again: it may be another version by now
            yield from self._lose(worker.address)
        else:
            yield from self._end(worker, answer.text if answer.kind == BROKE else "")

    def _welcome(self, worker: _Member, heard: Reply) -> None:
        """Let a worker in that runs this version of the suite, and has what the session needs."""
        try:
            greeting = None if heard.broke else Greeting.read(heard.result)
            said = heard.broke
        except BadMessage as error:
            greeting, said = None, str(error)
        if greeting is None:
            lacks = f"it cannot be asked for its version of the suite, here it is {code_version()}: {said}"
        elif greeting.version != code_version():
            lacks = f"it has version {greeting.version} of the suite, here it is {code_version()}"
        else:
            lacks = greeting.lacks
        worker.process, worker.is_refused = greeting.process if greeting else "", bool(lacks)
        if lacks:
            self._tell(f"the worker {worker.address} is refused: {clean_line(lacks)}")

    def _take_report(self, worker: _Member, assignment: Assignment, report: Report, run: bytes) -> Iterator[Event]:
        worker.number += 1
        is_last = worker.number == len(assignment.tasks)
        if not is_last:  # the worker goes on while its answer is put away
            self._order(worker)
        self._transfer.put_away(assignment, report, run)
        yield Gave(assignment, report)
        if is_last:
            yield from self._end(worker, "")
