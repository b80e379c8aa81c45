"""Runs that come from a cluster are kept by processes of their own, and told in order, whichever of these dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from checker.catalog import built_in
from checker.engine.publish import CORRECTION, PublishError, take_over
from checker.engine.workshop import Options
from checker.evidence.safe_walk import walk
from checker.intake.budget import Budget
from checker.outcome import CheckResult, Report, Status
from checker.units import MIB
from checker.workers.assignment import Assignment, Event, Task
from checker.workers.cluster.messages import pack
from checker.workers.cluster.outbox import MOST_RUNS, Outbox
from checker.workers.cluster.transfer import Transfer
from checker.workers.cluster.unpackers import PackedRun, Unpackers, keep_run
from checker.workers.learner_worker import WorkerSettings
from checker.workers.pool_events import Ended, Gave, GaveSeveral
from tests.support.paths import PROJECT
from tests.support.processes import environment


@pytest.fixture
def unpackers() -> Iterator[Unpackers]:
    started = Unpackers(2)
    yield started
    started.close()


def run_of(folder: Path, content: bytes = b"of mine") -> bytes:
    """Return a packed run of one file and one curve."""
    (folder / "run/train").mkdir(parents=True, exist_ok=True)
    (folder / "run/model").write_bytes(content)
    (folder / "run/train/events").write_bytes(b"a curve")
    return pack(folder / "run", walk(folder / "run").files, Budget())


def packed(folder: Path, name: str = "target", archive: bytes = b"") -> PackedRun:
    return PackedRun(archive or run_of(folder), folder / "logdir" / name, folder, MIB)


def nothing() -> None:
    pass


def test_a_run_is_kept_in_place_of_an_earlier_one(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        assert keep_run(packed(tmp_path, archive=run_of(tmp_path, content))) == ""
    target = tmp_path / "logdir/target"
    assert [path.relative_to(target).as_posix() for path in walk(target).files] == ["model", "train/events"]
    assert (target / "model").read_bytes() == b"second"
    assert (target / "model").stat().st_mtime > 1e9  # the archive holds no time
    assert not list(tmp_path.glob(".incoming-*"))


def test_a_verdict_of_a_learner_is_left_out(tmp_path: Path) -> None:
    for folder in (CORRECTION, f"train/{CORRECTION}"):
        (tmp_path / "run" / folder).mkdir(parents=True)
        (tmp_path / "run" / folder / "verdict.json").write_text("passed")
    assert keep_run(packed(tmp_path)) == ""
    assert [path.name for path in walk(tmp_path / "logdir/target").files] == ["model", "events"]
    assert not list((tmp_path / "logdir").rglob(CORRECTION))


def test_what_cannot_be_moved_leaves_the_earlier_run(tmp_path: Path) -> None:
    keep_run(packed(tmp_path))
    with pytest.raises(PublishError, match="is not kept"):
        take_over(tmp_path / "nothing there", tmp_path / "logdir/target", tmp_path)
    assert (tmp_path / "logdir/target/model").read_bytes() == b"of mine"


def test_a_damaged_archive_is_told_and_the_next_run_is_kept(tmp_path: Path, unpackers: Unpackers) -> None:
    archive = run_of(tmp_path)
    assert "a whole archive" in unpackers.keep(packed(tmp_path, "bad", archive[:-40]), nothing).result()
    assert unpackers.keep(packed(tmp_path, "good", archive), nothing).result() == ""
    assert (tmp_path / "logdir/good/model").is_file()


def test_a_run_is_kept_though_the_process_that_unpacks_is_killed(tmp_path: Path, unpackers: Unpackers) -> None:
    archive = run_of(tmp_path)
    unpackers.keep(packed(tmp_path, "first", archive), nothing).result()
    for process in unpackers.process_ids():
        os.kill(process, signal.SIGKILL)
        psutil.Process(process).wait()
    for number in range(4):
        assert unpackers.keep(packed(tmp_path, f"run{number}", archive), nothing).result() == ""
        assert (tmp_path / f"logdir/run{number}/model").is_file()


def test_what_the_disk_refuses_is_raised_where_the_run_was_given(tmp_path: Path, unpackers: Unpackers) -> None:
    gone = PackedRun(run_of(tmp_path), tmp_path / "target", tmp_path / "no such session", MIB)
    with pytest.raises(FileNotFoundError):
        unpackers.keep(gone, nothing).result()
    assert unpackers.keep(packed(tmp_path), nothing).result() == ""


def test_processes_end_with_a_session_that_is_killed(tmp_path: Path) -> None:
    code = f"""
if __name__ == "__main__":
    import sys
    from pathlib import Path
    from checker.workers.cluster.unpackers import PackedRun, Unpackers
    unpackers = Unpackers(1)
    unpackers.keep(PackedRun(b"", Path({str(tmp_path / "target")!r}), Path({str(tmp_path)!r}), 1), lambda: None).result()
    print(*unpackers.process_ids(), flush=True)
    sys.stdin.read()
"""
    (tmp_path / "session.py").write_text(code)
    command, env = [sys.executable, str(tmp_path / "session.py")], environment(PYTHONPATH=str(PROJECT))
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
        assert session.stdout is not None
        process = psutil.Process(int(session.stdout.readline()))
        session.kill()
    process.wait(300)


def outbox_of(folder: Path, unpackers: Unpackers) -> tuple[Outbox, threading.Event]:
    woken = threading.Event()
    return Outbox(Transfer(WorkerSettings(folder, built_in(), Options(), 1)), woken.set, unpackers), woken


def assignment(folder: Path, login: str) -> Assignment:
    tasks = tuple(Task(login, exercise, "k") for exercise in ("ex01", "ex02"))
    return Assignment(login, login, tasks, {task.exercise: folder / f"{task.exercise}.py" for task in tasks})


def report(exercise: str) -> Report:
    return Report(exercise, "", "none", "none", [CheckResult("check_a", "does a", Status.PASS)])


def told(events: Iterator[Event]) -> list[str]:
    """Return the events in words; those of one event are one text."""
    found = []
    for event in events:
        gave = event.results if isinstance(event, GaveSeveral) else [event] if isinstance(event, Gave) else []
        words = [f"{each.task.login} {each.result.exercise} {each.result.logdir}".strip() for each in gave]
        found.append(", ".join(words) if gave else f"{event.task.login} ended" if isinstance(event, Ended) else "began")
    return found


def test_results_of_a_learner_are_told_in_order_and_before_the_end(tmp_path: Path, unpackers: Unpackers) -> None:
    outbox, woken = outbox_of(tmp_path, unpackers)
    ada = assignment(tmp_path, "ada")
    outbox.add(ada, report("ex01"), run_of(tmp_path, os.urandom(8 * MIB)))
    outbox.add(ada, report("ex02"), b"")  # there at once, but after the other
    outbox.end(Ended(ada, ""))
    outbox.end(Ended(assignment(tmp_path, "bob"), "lost"))
    assert told(outbox.ready()) in (["bob ended"], ["ada ex01 logdir/ada/ex01, ada ex02", "bob ended", "ada ended"])
    assert woken.wait(300)
    assert told(outbox.all())[-1:] in ([], ["ada ended"])
    assert outbox.is_empty
    assert (tmp_path / "logdir/ada/ex01/model").stat().st_size == 8 * MIB


def test_results_that_are_there_together_are_one_event(tmp_path: Path, unpackers: Unpackers) -> None:
    outbox, _ = outbox_of(tmp_path, unpackers)
    for login in ("ada", "bob", "eva"):
        outbox.add(assignment(tmp_path, login), report("ex01"), b"")
    assert told(outbox.ready()) == ["ada ex01, bob ex01, eva ex01"]


def test_a_failure_of_one_run_loses_no_result_that_is_there(tmp_path: Path, unpackers: Unpackers) -> None:
    outbox, _ = outbox_of(tmp_path, unpackers)
    outbox.add(assignment(tmp_path, "ada"), report("ex01"), b"")
    lost, _ = outbox_of(tmp_path / "no such session", unpackers)
    lost.add(assignment(tmp_path, "ada"), report("ex02"), b"")
    lost.add(assignment(tmp_path, "bob"), report("ex01"), run_of(tmp_path))
    lost.wait()
    events = lost.ready()
    assert told(iter([next(events)])) == ["ada ex02"]
    with pytest.raises(FileNotFoundError):
        next(events)


def test_no_more_runs_are_fetched_than_can_wait(tmp_path: Path) -> None:
    unpackers = Unpackers(1)
    outbox, _ = outbox_of(tmp_path, unpackers)
    archive = run_of(tmp_path)
    unpackers.keep(packed(tmp_path, archive=archive), nothing).result()
    (process,) = unpackers.process_ids()
    os.kill(process, signal.SIGSTOP)
    full = []
    for number in range(MOST_RUNS):
        outbox.add(assignment(tmp_path, f"l{number}"), report("ex01"), archive)
        full.append(outbox.is_full)
    os.kill(process, signal.SIGCONT)
    assert full == [False] * (MOST_RUNS - 1) + [True]
    assert ", ".join(told(outbox.all())).count("ex01 logdir/") == MOST_RUNS
    assert (outbox.is_empty, outbox.is_full) == (True, False)
    outbox.close()
