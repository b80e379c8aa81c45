"""What a submission left is read in a process with bounds: whatever becomes of it, the checker goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from checker.engine.bounds import ANSWER, CPU_TIME, MEMORY, WALL_TIME, BoundMet, Bounds
from checker.engine.evidence_process import EvidenceError, EvidenceProcess
from checker.sandbox.box import MachineBusy
from checker.units import MIB
from tests.support.busy_loops import busy_loops
from tests.support.paths import PROJECT
from tests.support.processes import environment

SMALL = Bounds(memory_bytes=64 * MIB, cpu_s=2, wall_s=120.0, answer_bytes=1 << 20)
PATIENCE_S = 60
LONG_PATIENCE_S = 300  # TensorFlow is imported meanwhile, on a machine that may be busy


@pytest.fixture(scope="module")
def process() -> Iterator[EvidenceProcess]:
    with EvidenceProcess(bounds=SMALL) as started:
        yield started


def test_each_job_is_done_in_a_process_of_its_own(process: EvidenceProcess) -> None:
    first, second = process.call("os:getpid"), process.call("os:getpid")
    assert len({first, second, process.pid, os.getpid()}) == 4


def test_a_job_sees_the_folder_and_the_variables_of_the_checker(
    process: EvidenceProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SUITE_LANG", "fr")
    assert process.call("os:getcwd") == str(tmp_path)
    assert process.call("os:getenv", "SUITE_LANG") == "fr"


BEYOND: dict[str, tuple[str, tuple[object, ...]]] = {
    MEMORY: ("builtins:bytearray", (1 << 30,)),
    CPU_TIME: ("tests.support.evidence_jobs:work_for_ever", ()),
    ANSWER: ("operator:mul", ("x", 1 << 22)),
}


@pytest.mark.parametrize("bound", BEYOND)
def test_a_job_that_meets_a_bound_ends_alone(process: EvidenceProcess, bound: str) -> None:
    job, arguments = BEYOND[bound]
    with pytest.raises(BoundMet) as met:
        process.call(job, *arguments)
    assert met.value.bound == bound
    assert process.call("operator:add", 1, 2) == 3


def test_a_job_that_hangs_is_ended() -> None:
    with EvidenceProcess(bounds=Bounds(wall_s=0.5)) as process, pytest.raises(BoundMet) as met:
        process.call("time:sleep", PATIENCE_S)
    assert met.value.bound == WALL_TIME


def test_a_job_that_waits_for_a_processor_met_no_bound() -> None:
    with EvidenceProcess(bounds=Bounds(wall_s=2)) as process, busy_loops():
        with pytest.raises(MachineBusy, match=r"s of processor time in [23]"):
            process.call("tests.support.evidence_jobs:work_for_ever")
        assert process.call("operator:add", 1, 2) == 3


def test_a_starved_evaluation_is_told_as_such(process: EvidenceProcess) -> None:
    with pytest.raises(MachineBusy, match="1 s of processor time in 300 s"):
        process.call("tests.support.evidence_jobs:starve", "1 s of processor time in 300 s")
    assert process.call("operator:add", 1, 2) == 3


def test_where_the_system_knows_no_bound_on_address_space_the_memory_is_watched() -> None:
    with EvidenceProcess(bounds=Bounds(memory_bytes=64 * MIB, cpu_s=30)) as process, pytest.raises(BoundMet) as met:
        process.call("tests.support.evidence_jobs:take_memory_without_a_limit", 512 * MIB)
    assert met.value.bound == MEMORY


def test_a_bound_tells_what_was_being_read(process: EvidenceProcess) -> None:
    with pytest.raises(BoundMet) as met:
        process.call("tests.support.evidence_jobs:read_too_much", "logdir/ex01/model.meta")
    assert met.value.reading == "logdir/ex01/model.meta"


@pytest.mark.parametrize(
    ("job", "said"),
    [("os:abort", "ended by signal 6"), ("os:strerror", "TypeError"), ("os:getgid_of_nobody", "getgid_of_nobody")],
)
def test_a_job_that_breaks_is_our_error(process: EvidenceProcess, job: str, said: str) -> None:
    with pytest.raises(EvidenceError, match=said):
        process.call(job)
    assert process.call("operator:add", 1, 2) == 3


def test_an_answer_that_is_no_json_is_our_error(process: EvidenceProcess) -> None:
    with pytest.raises(EvidenceError, match="not JSON serializable"):
        process.call("builtins:object")


def test_a_process_that_was_killed_is_our_error() -> None:
    with EvidenceProcess(bounds=SMALL) as process:
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(EvidenceError, match="has ended"):
            process.call("os:getpid")
        assert process.has_ended


def test_a_fork_finds_one_thread(process: EvidenceProcess) -> None:
    # With several, a fork may leave a lock locked for ever, and Python 3.12 warns of it.
    process.call("os:getpid")
    assert psutil.Process(process.pid).num_threads() == 1


def busy(process: EvidenceProcess) -> psutil.Process:
    """Let a process begin a job that takes long; return its child."""
    process._send("call", "time:sleep", (PATIENCE_S,))
    while True:
        found = psutil.Process(process.pid).children()
        if found:
            return found[0]


@pytest.mark.parametrize("end", ["closed", "killed"])
def test_no_child_outlives_the_process(end: str) -> None:
    with EvidenceProcess(bounds=SMALL) as process:
        child = busy(process)
        if end == "killed":
            os.kill(process.pid, signal.SIGKILL)
    assert psutil.wait_procs([child], PATIENCE_S)[1] == []


def test_nothing_outlives_a_checker_that_is_killed() -> None:
    lines = """
from checker.engine.evidence_process import EvidenceProcess
from checker.sandbox.box import Box
box = Box()
process = EvidenceProcess(box)
process._send("call", "time:sleep", (60,))
print(process.pid, box.process_id, flush=True)
input()
"""
    checker = subprocess.Popen(
        [sys.executable, "-c", lines], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT, env=environment()
    )
    with checker:
        assert checker.stdout is not None
        started = [psutil.Process(int(pid)) for pid in checker.stdout.readline().split()]
        below = [child for process in started for child in process.children(recursive=True)]
        checker.kill()
    assert psutil.wait_procs([*started, *below], LONG_PATIENCE_S)[1] == []


def test_ctrl_c_leaves_no_answer_for_the_next_question() -> None:
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with EvidenceProcess(bounds=SMALL) as process:
            process.call("os:getpid")
            signal.alarm(1)
            with pytest.raises(KeyboardInterrupt):
                process.call("time:sleep", PATIENCE_S)
            assert process.has_ended
    finally:
        signal.signal(signal.SIGALRM, before)
