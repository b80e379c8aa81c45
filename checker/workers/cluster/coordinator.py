"""A session on the workers of a Dask cluster: like the pool of this machine, with one learner at a time for each worker."""

from __future__ import annotations

import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from checker.evidence.stdout import clean_line
from checker.outcome import Report
from checker.workers.assignment import Assignment, Event
from checker.workers.cluster import dask_worker
from checker.workers.cluster.dask_client import ConnectionLost, DaskClient, Reply
from checker.workers.cluster.member import Member
from checker.workers.cluster.messages import FAILED, REPORT, RESTARTED, Answer, BadMessage, Greeting
from checker.workers.cluster.outbox import Outbox
from checker.workers.cluster.transfer import LARGEST_RUN, Transfer
from checker.workers.learner_worker import WorkerSettings, code_version
from checker.workers.pace import SILENCE_S
from checker.workers.pool_events import Began, Ended

WAIT_S = 300.0  # for a scheduler, or for a worker that can be used, before the session ends
POLL_S = 1.0  # between two polls of the cluster's members


class ClusterLost(Exception):
    """The session cannot go on with its cluster; the message says why. Stored results are kept."""


@dataclass(frozen=True)
class ClusterSettings:
    """Which cluster, and how much is asked of it."""

    address: str  # of the scheduler
    wait_s: float = WAIT_S
    silence_s: float = SILENCE_S  # after which a silent worker is started again
    largest_run: int = LARGEST_RUN


class Coordinator:
    """Gives assignments to the workers of a cluster. Called with what is waiting, it yields events like `pool.run_all`.

    `tell` is told what happens to the workers. Once it `stops`, no exercise is begun. The connection is made at once.
    Raises `ClusterLost`, then and later.
    """

    def __init__(
        self,
        cluster: ClusterSettings,
        settings: WorkerSettings,
        tell: Callable[[str], None],
        stops: Callable[[], bool] = lambda: False,
    ) -> None:
        self._cluster = cluster
        self._settings, self._tell, self._stops = settings, tell, stops
        self._transfer = Transfer(settings, cluster.largest_run)
        self._workers: dict[str, Member] = {}
        self._failed_on: dict[str, set[str]] = {}  # by login: machines where a worker ended with that submission
        self._polled_at = 0.0
        self._outbox = Outbox(self._transfer, lambda: self._client.wake())
        self._client = self._connect()
        self._usable_at = time.monotonic()  # when there was a worker that can be used

    def __call__(self, waiting: deque[Assignment]) -> Generator[Event, None, None]:
        """Work until nothing is left of `waiting`, to which assignments may be added meanwhile; then disconnect."""
        try:
            while self._under_way() or not self._outbox.is_empty or (waiting and not self._stops()):
                try:
                    self._poll()
                    yield from self._give(waiting)
                    self._wait()
                    yield from self._outbox.ready()
                except ConnectionLost as lost:
                    yield from self._reconnect(lost)
        except ClusterLost:
            yield from self._outbox.all()
            raise
        finally:
            self._outbox.close()
            idle = [worker.address for worker in self._workers.values() if worker.is_idle]  # the others forget by themselves
            self._client.close(dask_worker.leave, self._transfer.token, workers=idle)

    def _wait(self) -> None:
        """Take all replies that are there, so that they are stored together; wait for the first, or until a run is kept."""
        if self._outbox.is_full:
            self._outbox.wait(POLL_S)
            return
        reply = self._client.next_reply(POLL_S)
        while reply:
            self._take(reply)
            reply = None if self._outbox.is_full else self._client.next_reply(0.0)

    def _connect(self) -> DaskClient:
        address, wait_s = self._cluster.address, self._cluster.wait_s
        until, reason = time.monotonic() + wait_s, ""
        while not reason or time.monotonic() < until:
            try:
                return DaskClient(address)
            except ConnectionLost as lost:
                if not reason:
                    self._tell(f"no scheduler at {address}: waiting for it, {wait_s:.0f} s at most")
                reason = str(lost)
                time.sleep(min(POLL_S, wait_s))
        raise ClusterLost(f"no scheduler answers at {address}: {reason}")

    def _reconnect(self, lost: ConnectionLost) -> Iterator[Event]:
        """Take all assignments back without a failure, and look for the scheduler."""
        self._tell(f"the scheduler is lost ({lost}); what was under way starts again when it is back, and has workers")
        under_way = self._under_way()
        self._workers.clear()
        self._client.close()
        for assignment in under_way:
            self._outbox.end(Ended(assignment, ""))
        yield from self._outbox.all()
        self._client = self._connect()
        self._tell(f"the scheduler at {self._cluster.address} is there")
        self._usable_at = time.monotonic()

    def _under_way(self) -> list[Assignment]:
        return [worker.assignment for worker in self._workers.values() if worker.assignment]

    def _poll(self) -> None:
        """Find new workers, workers that have gone, and workers that were silent for too long."""
        now = time.monotonic()
        if now < self._polled_at + POLL_S:
            return
        self._polled_at = now
        members = self._client.members()
        for address in set(self._workers) - set(members):
            self._lose(address)
        for address in sorted(set(members) - set(self._workers)):
            self._greet(Member(address, members[address], silent_until=now + SILENCE_S))
        for worker in list(self._workers.values()):
            if not worker.is_refused and not worker.is_idle and worker.silent_until < now:
                self._give_up(worker)
        if any(not worker.is_refused for worker in self._workers.values()):
            self._usable_at = now
        elif now > self._usable_at + self._cluster.wait_s:
            raise ClusterLost(f"no worker of {self._cluster.address} was of use for {self._cluster.wait_s:.0f} s")

    def _greet(self, worker: Member) -> None:
        self._workers[worker.address] = worker
        options = self._settings.options
        data = [exercise.data for exercise in self._settings.catalog.exercises.values() if exercise.data is not None]
        datasets = sorted({each.name for each in data if each.is_built_in})  # a pack's own data travels with the orders
        self._client.call(worker.address, dask_worker.greet, options.isolation, options.edition, datasets)

    def _give_up(self, worker: Member) -> None:
        silence = f"the worker {worker.address} gave no sign for {self._cluster.silence_s:.0f} s and is started again"
        self._tell(silence)
        worker.is_refused = True
        self._client.drop(worker.address)
        self._client.restart(worker.address)
        if worker.assignment:
            self._end(worker, silence)

    def _lose(self, address: str) -> None:
        worker = self._workers.pop(address)
        self._client.drop(address)
        if worker.assignment:
            self._tell(f"the worker {address} has ended; what it checked is given to another one")
            self._end(worker, f"the worker {address} ended while it checked this")

    def _end(self, worker: Member, failure: str) -> None:
        assignment = worker.assignment
        assert assignment is not None
        worker.assignment = None
        if failure:
            self._failed_on.setdefault(assignment.login, set()).add(worker.machine)
        self._outbox.end(Ended(assignment, failure))

    def _give(self, waiting: deque[Assignment]) -> Iterator[Event]:
        for worker in [worker for worker in self._workers.values() if worker.is_idle and not self._stops()]:
            assignment = self._next(waiting, worker)
            if assignment is None:
                continue
            worker.assignment, worker.number = assignment, 0
            yield Began(assignment)
            try:
                self._order(worker)
            except Exception:  # a fault of ours with one learner's work must not keep the others waiting
                self._end(worker, traceback.format_exc())

    def _next(self, waiting: deque[Assignment], worker: Member) -> Assignment | None:
        """Take the first assignment that has not failed on this machine; one that failed everywhere may come back."""
        machines = {other.machine for other in self._workers.values() if other.process and not other.is_refused}
        for index, assignment in enumerate(waiting):
            failed_on = self._failed_on.get(assignment.login, set())
            if worker.machine not in failed_on or machines <= failed_on:
                del waiting[index]
                return assignment
        return None

    def _order(self, worker: Member) -> None:
        assignment = worker.assignment
        assert assignment is not None
        on_machine = Counter(other.machine for other in self._workers.values())[worker.machine]
        order = self._transfer.order(assignment, worker.number, worker.process, on_machine)
        worker.silent_until = time.monotonic() + self._cluster.silence_s
        self._client.call(worker.address, dask_worker.work, order)

    def _take(self, reply: Reply) -> None:
        worker = self._workers.get(reply.worker)
        if worker is None:
            return
        if worker.assignment is None:
            self._admit(worker, reply)
            return
        try:
            answer = Answer(FAILED, reply.failure) if reply.failure else Answer.read(reply.result)
            report = self._transfer.report(worker.assignment, worker.number, answer) if answer.kind == REPORT else None
        except BadMessage as error:
            self._end(worker, f"the worker {worker.address} answered with {error}")
            return
        if report:
            self._take_report(worker, worker.assignment, report, answer.archive)
        elif answer.kind == RESTARTED:  # it is greeted again: it may be another version by now
            self._lose(worker.address)
        else:
            self._end(worker, answer.text if answer.kind == FAILED else "")

    def _admit(self, worker: Member, reply: Reply) -> None:
        """Refuse a worker that runs another version of the suite, or lacks what the session needs."""
        try:
            greeting = None if reply.failure else Greeting.read(reply.result)
            failure = reply.failure
        except BadMessage as error:
            greeting, failure = None, str(error)
        if greeting is None:
            lacks = f"it cannot be asked for its version of the suite, here it is {code_version()}: {failure}"
        elif greeting.version != code_version():
            lacks = f"it has version {greeting.version} of the suite, here it is {code_version()}"
        else:
            lacks = greeting.lacks
        worker.process, worker.is_refused = greeting.process if greeting else "", bool(lacks)
        if lacks:
            self._tell(f"the worker {worker.address} is refused: {clean_line(lacks)}")

    def _take_report(self, worker: Member, assignment: Assignment, report: Report, run: bytes) -> None:
        worker.number += 1
        is_last = worker.number == len(assignment.tasks) or self._stops()
        if not is_last:  # the worker goes on while its answer is stored
            self._order(worker)
        self._outbox.add(assignment, report, run)
        if is_last:
            self._end(worker, "")
