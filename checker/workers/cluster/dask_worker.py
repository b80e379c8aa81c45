"""What runs in the worker processes of a cluster: for each session a worker that checks one learner at a time."""

from __future__ import annotations

import json
import multiprocessing.util
import shutil
import tempfile
import threading
import traceback
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from checker.catalog import load_catalog
from checker.datasets import missing_files
from checker.engine.publish import MOST_FILES
from checker.engine.workshop import Options
from checker.evidence.safe_walk import walk
from checker.exercise import DataSet
from checker.intake.budget import Budget, OverBudget
from checker.outcome import Report
from checker.report.json import as_json
from checker.sandbox.box import BUBBLEWRAP
from checker.sandbox.bubblewrap import why_not
from checker.units import MIB
from checker.workers import learner_worker
from checker.workers.assignment import Assignment, Task
from checker.workers.cluster.messages import FAILED, GONE, REPORT, RESTARTED, Answer, Greeting, Order, pack, unpack
from checker.workers.cores import threads_for

PROCESS = uuid.uuid4().hex
IDLE_S = 120  # after which a session's worker, with 1.3 GB of boxes, is closed: the session may have been killed

_sessions: dict[str, _SessionWorker] = {}  # by the token of the session
_one_at_a_time = threading.RLock()  # whatever the number of Dask's threads


def greet(isolation: str, edition: str, datasets: list[str]) -> bytes:
    """Return the greeting of this process: its version of the suite, and what it lacks for a session."""
    lacks = [f"no walls: {why_not()}"] if isolation == BUBBLEWRAP and why_not() else []
    lacks += missing_files(map(DataSet, datasets), edition)
    return Greeting(PROCESS, learner_worker.code_version(), "; ".join(lacks)).to_bytes()


def work(data: bytes) -> bytes:
    """Check one exercise. A failure is an answer, too."""
    try:
        with _one_at_a_time:
            return _answer(Order.read(data)).to_bytes()
    except Exception:
        return Answer(FAILED, traceback.format_exc()).to_bytes()


def leave(token: str) -> None:
    """Close the worker of a session, if there is one."""
    with _one_at_a_time:
        session = _sessions.pop(token, None)
        if session:
            session.close()


def _answer(order: Order) -> Answer:
    if order.process != PROCESS:
        return Answer(RESTARTED)
    session = _sessions.get(order.token)
    if order.number == 0:
        session = session or _sessions.setdefault(order.token, _SessionWorker())
        session.take_in(order)
    elif session is None or session.expects != (order.login, order.number):
        return Answer(GONE)
    try:
        return session.check(order)
    except BaseException:
        leave(order.token)  # the session's worker may be the cause
        raise


class _SessionWorker:
    """The worker of one session, and the folder that stands for the session's own."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="session-", dir=_scratch())).resolve()
        self._stack = ExitStack()
        self._worker: learner_worker.LearnerWorker | None = None
        self._reports: Iterator[Report] = iter(())
        self._timer = threading.Timer(IDLE_S, lambda: None)
        self.expects = ("", 0)  # login and number of the order that can follow

    def close(self) -> None:
        self._timer.cancel()
        self._stack.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def take_in(self, order: Order) -> None:
        """Unpack a submission in place of the last learner's."""
        self._timer.cancel()
        self.expects = ("", 0)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        unpack(order.archive, self._folder, Budget())
        if self._worker is None:
            options = Options(order.edition, order.timeout_s, isolation=order.isolation)
            catalog = load_catalog([self._folder / path for path in order.packs], ask_environment=False)
            settings = learner_worker.WorkerSettings(self._folder, catalog, options, threads_for(order.workers_on_machine))
            self._worker = self._stack.enter_context(learner_worker.LearnerWorker(settings))
        tasks = tuple(Task(order.login, exercise, "") for exercise in order.exercises)
        scripts = {exercise: self._folder / path for exercise, path in order.scripts.items()}
        self._reports = self._worker.work(Assignment(order.login, order.folder, tasks, scripts))

    def check(self, order: Order) -> Answer:
        """Check the next exercise. The answer holds the run, if one is published and small enough."""
        self._timer.cancel()
        report = next(self._reports)
        archive = self._packed(report, order)
        self.expects = (order.login, order.number + 1)
        if self._worker and self._worker.is_spent and order.number + 1 == len(order.exercises):
            self._stack.close()
            self._worker = None
        self._timer = threading.Timer(IDLE_S, leave, [order.token])
        self._timer.daemon = True
        self._timer.start()
        return Answer(REPORT, self._as_of(report, order.session), archive)

    def _packed(self, report: Report, order: Order) -> bytes:
        """Return the archive of a run. If the run is too large, the report says so, and the archive is empty."""
        if not report.logdir:
            return b""
        run = self._folder / report.logdir
        try:
            return pack(run, walk(run).files, Budget(order.largest_run, MOST_FILES))
        except OverBudget as error:
            most = f"{order.largest_run // MIB} MiB and {MOST_FILES:,} files"
            report.notes.append(f"the run is not kept: a cluster brings back {most}, it holds {error}")
            report.logdir, report.figures = "", []
            return b""
        finally:
            shutil.rmtree(run, ignore_errors=True)

    def _as_of(self, report: Report, session: str) -> str:
        """Return a report as JSON. Where it names the folder on this machine, it then names the session's folder."""
        own, theirs = (json.dumps(path, ensure_ascii=False)[1:-1] for path in (str(self._folder), session))
        return as_json([report]).replace(own, theirs)


def _scratch() -> str | None:
    """Return the folder that Dask clears away when a worker is killed, None outside of a worker."""
    from distributed import get_worker

    try:
        return str(get_worker().local_directory)
    except ValueError:
        return None


def _leave_all() -> None:
    for token in list(_sessions):
        leave(token)


multiprocessing.util.Finalize(None, _leave_all, exitpriority=10)  # a nanny's process does not run atexit
