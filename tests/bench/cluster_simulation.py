"""How a session scales over a cluster: a model of 10,000 learners, driven by costs that are measured here.

Two costs are measured: what learners of the corpus cost a worker with real boxes, and what each exercise costs the driver
and a real scheduler, with workers that run no script. Then a discrete-event model puts learners on 1 to 1,024 workers.
It knows no network: what a worker sends arrives at once.
"""

from __future__ import annotations

import contextlib
import heapq
import json
import os
import platform
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean, median

import click
import psutil
from rich import box
from rich.console import Console
from rich.table import Table

from checker.engine.workshop import Options, Workshop
from checker.evidence.safe_walk import walk
from checker.intake.budget import Budget
from checker.intake.sources import read_submissions
from checker.session.scheduler import Listener
from checker.session.session import Session
from checker.session.settings import Settings
from checker.workers.cluster.coordinator import ClusterSettings
from checker.workers.cluster.messages import pack
from checker.workers.cluster.transfer import LARGEST_RUN
from tests.bench.session import hand_in
from tests.support.dask_machines import STUB, Machines
from tests.support.exercises import CATALOG
from tests.support.paths import PROJECT

WORKERS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
STUB_LEARNERS, STUBS = 100, 2  # learners and workers while the driver is measured
SEED = 5


@dataclass(frozen=True)
class Costs:
    """What was measured, in seconds of one core."""

    exercises: dict[
        str, list[float]
    ]  # of a worker, for each that was checked; the first bears the import of a learner's box
    driver_s: float  # of the driver, for each exercise, the wait for the disk included
    scheduler_s: float  # of the scheduler, for each exercise
    run_bytes: float  # that come back of an exercise, packed


@dataclass(frozen=True)
class Outcome:
    """What the model says of a number of workers."""

    workers: int
    hours: float
    driver_busy: float  # share of the time
    scheduler_busy: float
    workers_busy: float


@click.command()
@click.option("--learners", type=click.IntRange(min=1), default=10_000, show_default=True)
@click.option(
    "--measured", type=click.IntRange(min=1), default=6, show_default=True, help="Learners that are really checked."
)
@click.option("--costs", type=click.Path(path_type=Path), help="A file for what is measured; read, if it is there.")
def simulate(learners: int, measured: int, costs: Path | None) -> None:
    """Measure, then print the table of throughput."""
    console = Console(width=120)
    if costs and costs.is_file():
        found = Costs(**json.loads(costs.read_text("utf-8")))
    else:
        with tempfile.TemporaryDirectory(prefix="suite-bench-", ignore_cleanup_errors=True) as folder:
            found = measure(Path(folder), measured)
    if costs:
        costs.write_text(json.dumps(asdict(found), indent=1) + "\n", "utf-8")
    show_costs(console, found)
    show(console, [model(found, learners, workers) for workers in WORKERS], learners)


def measure(folder: Path, learners: int) -> Costs:
    """Return what a worker, the driver and the scheduler spend."""
    worker = _measure_worker(folder / "worker", learners)
    return _measure_driver(folder / "driver", worker)


def _measure_worker(folder: Path, learners: int) -> Costs:
    """Check learners drawn from the corpus, each in a box of their own, and count what all processes spend on each exercise."""
    hand_in(folder / "handed in", learners)
    exercises: dict[str, list[float]] = {exercise: [] for exercise in CATALOG}
    sizes = []
    with Workshop() as workshop:
        options = Options(publish_to=folder, learner="x")
        workshop.check(CATALOG["ex01"], PROJECT / "exercises" / "ex01.py", options)  # warms the box for evaluations
        for learner in sorted((folder / "handed in").iterdir()):
            before = _spent()
            workshop.open_another_box()
            for exercise in CATALOG.exercises.values():
                report = workshop.check(exercise, learner / exercise.script, options)
                now = _spent()
                exercises[exercise.id].append(now - before)
                before = now
                if report.logdir:
                    run = Path(report.logdir)
                    sizes.append(len(pack(run, walk(run).files, Budget(LARGEST_RUN))))
    return Costs(exercises, 0.0, 0.0, fmean(sizes))


def _spent() -> float:
    """Return the seconds of CPU of this process and all below it, the ended ones included."""
    total = 0.0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:4])  # user and system, own and of ended children
    return total


def _measure_driver(folder: Path, worker: Costs) -> Costs:
    """Run a session whose workers run no script, but leave runs of the size that was measured."""
    submissions, exercises = folder / "handed in", [*CATALOG]
    for number in range(STUB_LEARNERS):
        (submissions / f"l{number}").mkdir(parents=True)
        for exercise in exercises:
            (submissions / f"l{number}" / f"{exercise}.py").write_text(f"leave {worker.run_bytes:.0f}\n")
    with Machines(folder / "log", "--preload", str(STUB)) as machines:
        machines.start_worker("--nworkers", str(STUBS))
        machines.process_ids(STUBS)
        scheduler = psutil.Process(machines.scheduler.pid)
        cluster = ClusterSettings(machines.address)
        with Session(
            Settings(folder / "session", CATALOG, exercises, Options(isolation="none"), 1, cluster=cluster)
        ) as session:
            batch = session.take_in(read_submissions(submissions, CATALOG))
            began, at_scheduler = _own(), sum(scheduler.cpu_times()[:2])
            batch.check(Listener())
            driver, at_scheduler = _own() - began, sum(scheduler.cpu_times()[:2]) - at_scheduler
            count = len(session.store.statuses())
            disk = _disk_wait(session, count)
    return replace(worker, driver_s=driver / count + disk, scheduler_s=at_scheduler / count)


def _own() -> float:
    return sum(psutil.Process().cpu_times()[:2])


def _disk_wait(session: Session, count: int) -> float:
    """Return how long the driver waits for the disk with each result: it is safe before the next one is looked at."""
    task, report = next((result.task, result.report) for result in session.store.results() if result.report)
    wall, busy = time.monotonic(), time.thread_time()
    for _ in range(count):
        session.store.record(task, report, 1)
    return (time.monotonic() - wall - (time.thread_time() - busy)) / count


def model(costs: Costs, learners: int, workers: int) -> Outcome:
    """Return how a session goes, event by event: whoever has an exercise done waits for the scheduler, then for the driver.

    A worker gets the next exercise when the driver has heard of the last one; driver and scheduler serve one at a time.
    """
    chance = random.Random(SEED)
    scheduler_free = driver_free = busy = end = 0.0
    left = [[chance.choice(costs.exercises[exercise]) for exercise in CATALOG] for _ in range(learners)]
    at_work = [(0.0, number, list[float]()) for number in range(workers)]  # when done, which worker, what it has left
    heapq.heapify(at_work)
    while at_work:
        now, number, own = heapq.heappop(at_work)
        scheduler_free = max(now, scheduler_free) + costs.scheduler_s
        driver_free = max(scheduler_free, driver_free) + costs.driver_s
        end = driver_free
        own = own or (left.pop() if left else [])
        if own:
            busy += own[0]
            heapq.heappush(at_work, (driver_free + own[0], number, own[1:]))
    done = learners * len(CATALOG)
    return Outcome(workers, end / 3600, done * costs.driver_s / end, done * costs.scheduler_s / end, busy / workers / end)


def show_costs(console: Console, costs: Costs) -> None:
    """Print what was measured."""
    console.print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}")
    table = Table("cost", "of", "median", "mean", "largest", box=box.MARKDOWN)
    for exercise, spent in costs.exercises.items():
        what = "a worker, CPU s" + (", with the import for a learner" if exercise == min(costs.exercises) else "")
        table.add_row(exercise, what, *(f"{value:.2f}" for value in (median(spent), fmean(spent), max(spent))))
    table.add_row("an exercise", "the driver, ms of CPU and disk", "", f"{1000 * costs.driver_s:.1f}", "")
    table.add_row("an exercise", "the scheduler, ms of CPU", "", f"{1000 * costs.scheduler_s:.1f}", "")
    table.add_row("a run", "packed, kB", "", f"{costs.run_bytes / 1000:.0f}", "")
    console.print(table)


def show(console: Console, outcomes: Sequence[Outcome], learners: int) -> None:
    """Print the table of throughput."""
    console.print(f"{learners} learners, {len(CATALOG)} exercises each")
    table = Table(
        "workers",
        "hours",
        "learners per hour",
        "times one worker",
        "workers busy",
        "driver busy",
        "scheduler busy",
        box=box.MARKDOWN,
    )
    for outcome in outcomes:
        times = outcomes[0].hours / outcome.hours * outcomes[0].workers
        shares = (f"{100 * share:.0f} %" for share in (outcome.workers_busy, outcome.driver_busy, outcome.scheduler_busy))
        table.add_row(
            str(outcome.workers), f"{outcome.hours:.2f}", f"{learners / outcome.hours:.0f}", f"{times:.1f}", *shares
        )
    console.print(table)


if __name__ == "__main__":
    simulate()
