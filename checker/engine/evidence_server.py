"""A process that reads the files of submissions: it imports all readers and checks once, and forks a child for each run.

Run as ``python -m checker.engine.evidence_server``; the other end is `checker.engine.evidence_process`.

Why a process of its own: a fork is safe where there is one thread. A command line draws a spinner in a second one, a worker
waits for the end of its parent in one, and Dask has many. This process has one, whatever the other end has. A child begins
with everything that is imported and loaded here, in some milliseconds. It is held to `bounds`, so it can meet one and end
without harm to anything else. What it read never comes back as objects: its answer is JSON, which is only handed on here.

The child asks the box for evaluations itself, through the pipes that it inherits. They are those of the box that ran the
script. When a child ends otherwise than well, an answer may be on its way to nobody: the other end renews the box then.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib
import json
import mmap
import os
import select
import signal
import socket
import sys
import time
import traceback
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

import psutil

from checker.engine.bounds import ANSWER, CPU_TIME, MEMORY, WALL_TIME, Bounds, hold_to, lift_memory
from checker.engine.evidence_process import BROKE, BUSY, DONE, MET, PIPE_BYTES
from checker.evidence.budget import tell_what_is_read
from checker.sandbox.box import JobRunner, MachineBusy
from checker.sandbox.namespaces import end_with_parent
from checker.sandbox.process import Conversation
from checker.sandbox.processor_wait import times_of

LOOK_EVERY_S = 0.25
NAME_BYTES = 1 << 10  # of what is being read
DESCRIPTORS = 3  # of a box
WELL, OUT_OF_MEMORY, FAILED, STARVED = 0, 4, 5, 6  # exit codes of a child
MOSTLY = 0.5  # of its time: a child that waited for a processor for more than that was starved

Message = tuple[str, str, tuple[Any, ...], dict[str, str], str]


@dataclass
class ForkedReader:
    """A forked child, and what came of it so far."""

    pid: int
    answers: int  # the descriptor of its pipe
    memory_bytes: int  # resident, that it may have: what it began with, and its bound
    began: float = field(default_factory=time.monotonic)
    answer: bytearray = field(default_factory=bytearray)
    met: str = ""  # the bound for which it was ended
    starved: str = ""  # how little processor time it had until that bound


class EvidenceServer:
    """Serves the other end until that is closed."""

    def __init__(self, connection: Connection, bounds: Bounds) -> None:
        self._connection = connection
        self._bounds = bounds
        self._reading = mmap.mmap(-1, NAME_BYTES)  # shared with the children: it outlives one that is killed
        self._box: JobRunner | None = None

    def serve(self) -> None:
        """Serve requests until there are no more."""
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                kind, job, arguments, env, folder = self._connection.recv()
                os.environ.clear()
                os.environ.update(env)
                if kind == "call":
                    self._answer(job, arguments, folder)
                elif kind == "prepare":
                    with contextlib.suppress(Exception):  # who needs it meets the same again, and tells it
                        _function(job)(*arguments)
                else:
                    self._take_box(Path(job))

    def _answer(self, job: str, arguments: tuple[Any, ...], folder: str) -> None:
        if self._connection.poll():  # nothing is sent before the answer, so it is closed
            raise EOFError
        child = self._fork(job, arguments, folder)
        self._watch(child)
        _, status, used = os.wait4(child.pid, 0)
        header, body = self._told(child, os.waitstatus_to_exitcode(status))
        peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        header.update(cpu_s=used.ru_utime + used.ru_stime, peak_memory_bytes=peak, reading=self._name())
        self._connection.send_bytes(json.dumps(header).encode())
        self._connection.send_bytes(body)

    def _fork(self, job: str, arguments: tuple[Any, ...], folder: str) -> ForkedReader:
        self._reading[:] = bytes(NAME_BYTES)
        gc.freeze()  # otherwise the child walks, and so copies, all objects at its first collection
        readable, writable = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._connection.close()
            os.close(readable)
            _be_a_child(self, writable, job, arguments, folder)
        os.close(writable)
        return ForkedReader(pid, readable, psutil.Process().memory_info().rss + self._bounds.memory_bytes)

    def do(self, job: str, arguments: tuple[Any, ...], folder: str) -> bytes:
        """Do a job in this process, which is a child, within the bounds; return its answer."""
        os.chdir(folder)
        tell_what_is_read(self._note_name)
        hold_to(self._bounds)
        function = _function(job)
        return json.dumps(function(self._box, *arguments) if self._box else function(*arguments)).encode()

    def _watch(self, child: ForkedReader) -> None:
        """Read the answer of a child to its end; end it at a bound, or when the other end is closed."""
        process = psutil.Process(child.pid)
        while True:
            ready = select.select([child.answers, self._connection.fileno()], [], [], LOOK_EVERY_S)[0]
            if self._connection.fileno() in ready:  # nothing is sent meanwhile, so it is closed
                os.kill(child.pid, signal.SIGKILL)
                os.waitpid(child.pid, 0)
                raise EOFError
            if child.answers in ready:
                data = os.read(child.answers, PIPE_BYTES)
                child.answer += data
                if not data:
                    break
            child.met = self._bound_met(child, process)
            if child.met:
                child.starved = _starved(child) if child.met == WALL_TIME else ""
                os.kill(child.pid, signal.SIGKILL)
                break
        os.close(child.answers)

    def _bound_met(self, child: ForkedReader, process: psutil.Process) -> str:
        if len(child.answer) > self._bounds.answer_bytes:
            return ANSWER
        if time.monotonic() - child.began > self._bounds.wall_s:
            return WALL_TIME
        try:
            return MEMORY if process.memory_info().rss > child.memory_bytes else ""
        except psutil.Error:  # it has just ended
            return ""

    def _told(self, child: ForkedReader, exit_code: int) -> tuple[dict[str, Any], bytes]:
        if child.starved:
            return {"ended": BUSY}, child.starved.encode()
        if child.met:
            return {"ended": MET, "bound": child.met}, b""
        if exit_code == OUT_OF_MEMORY:
            return {"ended": MET, "bound": MEMORY}, b""
        if exit_code == -signal.SIGXCPU:
            return {"ended": MET, "bound": CPU_TIME}, b""
        if exit_code == STARVED:
            return {"ended": BUSY}, bytes(child.answer)
        if exit_code == WELL:
            return {"ended": DONE}, bytes(child.answer)
        how = f"ended by signal {-exit_code}" if exit_code < 0 else f"ended with status {exit_code}"
        reading = self._name() and f", reading {self._name()}"
        return {"ended": BROKE, "how": f"the process that reads evidence {how}{reading}"}, bytes(child.answer)

    def _note_name(self, name: str) -> None:
        self._reading[:] = name.encode("utf-8", "replace")[:NAME_BYTES].ljust(NAME_BYTES, b"\0")

    def _name(self) -> str:
        return self._reading[:].rstrip(b"\0").decode("utf-8", "ignore")

    def _take_box(self, folder: Path) -> None:
        """Receive the pipes of a box, and let go of those of the one before."""
        with socket.socket(fileno=os.dup(self._connection.fileno())) as channel:
            descriptors = socket.recv_fds(channel, 1, DESCRIPTORS)[1]
        if len(descriptors) != DESCRIPTORS:
            raise EOFError
        if self._box:
            self._box.conversation.close()
        requests, answers, log = (os.fdopen(each, mode) for each, mode in zip(descriptors, ("wb", "rb", "rb")))
        self._box = JobRunner(Conversation(requests, answers, log, is_ready=True), folder)


def _be_a_child(server: EvidenceServer, answers: int, job: str, arguments: tuple[Any, ...], folder: str) -> NoReturn:
    """Do one job, write its answer, and end this process, without taking the interpreter down: that takes long."""
    status = FAILED
    try:
        end_with_parent()
        gc.enable()
        faulthandler.enable()
        try:
            answer, status = server.do(job, arguments, folder), WELL
        except MemoryError:
            lift_memory()
            answer, status = b"", OUT_OF_MEMORY
        except MachineBusy as busy:
            answer, status = str(busy).encode(), STARVED
        except Exception:
            answer = traceback.format_exc().encode("utf-8", "backslashreplace")
        while answer:
            answer = answer[os.write(answers, answer) :]
    finally:
        os._exit(status)


def _starved(child: ForkedReader) -> str:
    """Return how little processor time a child had, "" where it did not mostly wait for a processor."""
    wall_s = time.monotonic() - child.began
    times = [times for _, times in times_of([child.pid])]
    ran_s, waited_s = sum(ran for ran, _ in times), sum(waited for _, waited in times)
    return f"{ran_s:.3g} s of processor time in {wall_s:.3g} s" if waited_s > MOSTLY * wall_s else ""


def _function(job: str) -> Any:
    module, _, name = job.partition(":")
    return getattr(importlib.import_module(module), name)


def main() -> None:
    """Serve the other end of the connection whose descriptor is the first argument."""
    settings = json.loads(sys.argv[2])
    gc.disable()  # a collection in this process would only copy pages that it shares with children
    if settings["checks"]:
        _function("checker.engine.preload:preload")()
    EvidenceServer(Connection(int(sys.argv[1])), Bounds(**settings["bounds"])).serve()


if __name__ == "__main__":
    main()
