"""A discrete-event model of a session on a cluster."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass

from checker.workers.cluster.outbox import MOST_RUNS
from tests.support.exercises import CATALOG

SEED = 5


@dataclass(frozen=True)
class Costs:
    """What was measured, in seconds of one core."""

    exercises: dict[
        str, list[float]
    ]  # of a worker, for each that was checked; the first bears the import of a learner's box
    driver_s: float  # of the driver's own process, for each exercise
    unpack_s: float  # of a process that unpacks, for each exercise
    disk_s: float  # that the driver waits until results are on the disk, for one or many
    scheduler_s: float  # of the scheduler, for each exercise
    run_bytes: float  # that come back of an exercise, packed


@dataclass(frozen=True)
class Outcome:
    """What the model says of a number of workers."""

    workers: int
    hours: float
    driver_busy: float  # share of the time
    unpackers_busy: float
    scheduler_busy: float
    workers_busy: float


def model(costs: Costs, learners: int, workers: int, unpackers: int) -> Outcome:
    """Return how a session goes, event by event: what a worker has done passes the scheduler, then the driver.

    The driver takes all replies that are there; each of these workers then gets its next exercise. One of several processes
    unpacks each run. What is unpacked by then, the driver stores in one transaction. Before it takes further replies, it lets
    its processes catch up.
    """
    chance = random.Random(SEED)
    left = [[chance.choice(costs.exercises[exercise]) for exercise in CATALOG] for _ in range(learners)]
    at_work = [(0.0, number, list[float]()) for number in range(workers)]  # when done, which worker, what it has left
    free, unpacked = [0.0] * unpackers, list[float]()  # when each process is free; when each run is unpacked
    driver = scheduler_free = driver_busy = busy = 0.0
    heapq.heapify(at_work)
    while at_work or unpacked:
        arrives = max(at_work[0][0], scheduler_free) + costs.scheduler_s if at_work else float("inf")
        can_take = len(unpacked) < MOST_RUNS
        driver = max(driver, min([*unpacked[:1], *([arrives] if can_take else [])]))
        began = driver
        while at_work and len(unpacked) < MOST_RUNS:
            arrives = max(at_work[0][0], scheduler_free) + costs.scheduler_s
            if arrives > driver:
                break
            _, number, own = heapq.heappop(at_work)
            scheduler_free, driver = arrives, driver + costs.driver_s
            done = max(free[0], driver) + costs.unpack_s
            heapq.heapreplace(free, done)
            heapq.heappush(unpacked, done)
            own = own or (left.pop() if left else [])
            if own:
                busy += own[0]
                heapq.heappush(at_work, (driver + own[0], number, own[1:]))
        if unpacked and unpacked[0] <= driver:
            while unpacked and unpacked[0] <= driver:
                heapq.heappop(unpacked)
            driver += costs.disk_s
        driver_busy += driver - began
    count = learners * len(CATALOG)
    shares = (driver_busy / driver, count * costs.unpack_s / unpackers / driver, count * costs.scheduler_s / driver)
    return Outcome(workers, driver / 3600, *shares, busy / workers / driver)
