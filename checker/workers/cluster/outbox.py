"""What happened to assignments and is not told yet: a result is told once its run is kept, and each learner's in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass

from checker.outcome import Report
from checker.units import MIB
from checker.workers.assignment import Assignment, Event
from checker.workers.cluster.transfer import Transfer
from checker.workers.cluster.unpackers import Unpackers
from checker.workers.pool_events import Ended, Gave, GaveSeveral

MOST_RUNS = 16  # that wait for being unpacked, before no further one is fetched
MOST_BYTES = 64 * MIB  # of them, packed


@dataclass(frozen=True)
class _Arrived:
    assignment: Assignment
    report: Report
    size: int
    kept: Future[str] | None  # None: no run came with the report

    @property
    def is_ready(self) -> bool:
        return self.kept is None or self.kept.done()


class Outbox:
    """Holds events back until they may be told. `wake` is called, from any thread, when there may be some."""

    def __init__(self, transfer: Transfer, wake: Callable[[], None], unpackers: Unpackers | None = None) -> None:
        self._transfer, self._wake = transfer, wake
        self._unpackers = unpackers or Unpackers()
        self._held: dict[str, deque[_Arrived | Ended[Assignment]]] = {}  # by login

    def add(self, assignment: Assignment, report: Report, archive: bytes) -> None:
        """Begin to keep the run of a report, which is told when that is done."""
        run = self._transfer.packed_run(assignment, report, archive)
        kept = self._unpackers.keep(run, self._wake) if run else None
        self._hold(assignment, _Arrived(assignment, report, len(archive), kept))

    def end(self, event: Ended[Assignment]) -> None:
        """Tell the end of an assignment after all its results."""
        self._hold(event.task, event)

    @property
    def is_empty(self) -> bool:
        """Whether all is told."""
        return not self._held

    @property
    def is_full(self) -> bool:
        """Whether so much waits for being unpacked that no further run should be fetched."""
        waiting = self._waiting()
        return len(waiting) >= MOST_RUNS or sum(each.size for each in waiting) >= MOST_BYTES

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until one more run is kept."""
        wait([each.kept for each in self._waiting() if each.kept], timeout_s, FIRST_COMPLETED)

    def ready(self) -> Iterator[Event]:
        """Yield what may be told by now. Results that are there together are one event. Raises what unpacking raised."""
        results: list[Gave[Assignment, Report]] = []
        ended: list[Ended[Assignment]] = []
        error = None
        for login, events in list(self._held.items()):
            while error is None and events and (isinstance(events[0], Ended) or events[0].is_ready):
                event = events.popleft()
                if isinstance(event, Ended):
                    ended.append(event)
                    continue
                try:
                    self._transfer.told(event.assignment, event.report, event.kept.result() if event.kept else None)
                    results.append(Gave(event.assignment, event.report))
                except Exception as failure:  # the disk may be full: what was kept before is told first
                    error = failure
            if not events:
                del self._held[login]
        if results:
            yield results[0] if len(results) == 1 else GaveSeveral(tuple(results))
        yield from ended
        if error is not None:
            raise error

    def all(self) -> Iterator[Event]:
        """Yield everything that is held, as soon as it may be told."""
        while not self.is_empty:
            yield from self.ready()
            if not self.is_empty:
                self.wait()

    def close(self) -> None:
        """End the processes that unpack."""
        self._unpackers.close()

    def _hold(self, assignment: Assignment, event: _Arrived | Ended[Assignment]) -> None:
        self._held.setdefault(assignment.login, deque()).append(event)

    def _waiting(self) -> list[_Arrived]:
        return [
            each for events in self._held.values() for each in events if isinstance(each, _Arrived) and not each.is_ready
        ]
