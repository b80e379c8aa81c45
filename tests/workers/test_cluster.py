"""A session on a cluster ends like one on this machine, whichever of its processes dies: real schedulers, real workers.

The workers of the first two tests check scripts in boxes; in the others the stub of tests/support/stub_worker.py stands for them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from checker.catalog import built_in
from checker.engine.workshop import Options
from checker.intake.sources import read_submissions
from checker.outcome import Report, Status
from checker.sandbox.box import choose_isolation
from checker.session.scheduler import Listener
from checker.session.session import Session
from checker.session.settings import Settings
from checker.session.store import Store
from checker.units import MIB
from checker.workers.assignment import Task
from checker.workers.cluster.coordinator import ClusterLost, ClusterSettings
from checker.workers.interrupt import StopRequest
from checker.workers.learner_worker import code_version
from tests.support.dask_machines import PATIENCE_S, STUB, Machines
from tests.support.fixture_types import CommandLine
from tests.support.processes import checker_command, environment
from tests.support.script_text import RIGHT, WRONG
from tests.support.sessions import OPTIONS, outcomes, timeless_index


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """A cluster of two workers that check in boxes."""
    with Machines(tmp_path_factory.mktemp("cluster") / "log") as started:
        started.start_worker("--nworkers", "2")
        yield started
        started.end()


@pytest.fixture
def stubs(tmp_path: Path) -> Iterator[Machines]:
    """A scheduler whose workers, once they are started, are stubs."""
    (tmp_path / "machines").mkdir()
    with Machines(tmp_path / "machines" / "log", "--preload", str(STUB)) as started:
        yield started


class Ear(Listener):
    """Remembers what it was told, and does something when it hears of a task."""

    def __init__(self, on_begin: Callable[[Task], None] = lambda task: None) -> None:
        self.told: list[str] = []
        self.finished: list[str] = []
        self._on_begin = on_begin

    def begin(self, task: Task) -> None:
        self._on_begin(task)

    def finish(self, task: Task, report: Report, is_final: bool) -> None:
        self.finished.append(f"{task.login} {task.exercise} {report.status.value}{'' if is_final else ', again'}")

    def tell(self, text: str) -> None:
        self.told.append(text)


def hand_in(folder: Path, scripts: dict[str, str]) -> Path:
    """Write submissions; of a learner, the scripts of several exercises are divided by lines of ``---``."""
    for login, texts in scripts.items():
        (folder / login).mkdir(parents=True)
        for number, text in enumerate(texts.split("---\n"), 1):
            (folder / login / f"ex0{number}.py").write_text(text)
    return folder


def check(
    submissions: Path,
    cluster: ClusterSettings,
    listener: Listener,
    exercises: tuple[str, ...] = ("ex01",),
    isolation: str = "none",
    stop: StopRequest | None = None,
) -> Path:
    """Run a session on a cluster from this process; return its folder."""
    folder = submissions.parent / "session"
    settings = Settings(folder, built_in(), exercises, Options(isolation=isolation), 1, cluster=cluster)
    with Session(settings) as session:
        session.take_in(read_submissions(submissions, built_in())).check(listener, stop)
    return folder


def statuses(session: Path) -> dict[str, Status | None]:
    with Store(session, create=False) as store:
        return {f"{login} {exercise}": status for (login, exercise), status in store.statuses().items()}


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


PRINTS_ITS_PATH = 'print("I am", __file__, open("own data.txt").read())\nraise ValueError(__file__)\n'


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A right one, a wrong one, one that prints its path and reads a file beside it, and an archive that is none."""
    scripts = {"ada": RIGHT, "Bo b": WRONG, "cyd é": PRINTS_ITS_PATH}
    folder = hand_in(tmp_path_factory.mktemp("submissions") / "handed in", scripts)
    (folder / "cyd é" / "own data.txt").write_text("of mine")
    (folder / "eva.zip").write_bytes(b"no zip")
    return folder


@pytest.fixture(scope="module")
def on_this_machine(submissions: Path) -> Path:
    """The folder of the session without a cluster."""
    command = checker_command("session", str(submissions), *OPTIONS[:-1], "session", "--sandbox", isolation())
    (submissions.parent / "local").mkdir()
    env = environment()
    done = subprocess.run(command, cwd=submissions.parent / "local", env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1, done.stderr
    return submissions.parent / "local" / "session"


def isolation() -> str:
    return choose_isolation("auto")


def shown(session: Path) -> dict[str, tuple[str, str]]:
    """Return the outcomes, with the folder that a session is in put by."""
    found = outcomes(session)
    return {login: (status, text.replace(str(session), "SESSION")) for login, (status, text) in found.items()}


def test_the_reports_are_those_of_a_session_on_this_machine(
    command_line: CommandLine, machines: Machines, submissions: Path, on_this_machine: Path, tmp_path: Path
) -> None:
    machines.process_ids(2)
    arguments = (str(submissions), *OPTIONS, "--cluster", machines.address, "--sandbox", isolation())
    done = command_line("session", *arguments, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert f"on the cluster {machines.address}" in done.stdout
    session = tmp_path / "session"
    assert shown(session) == shown(on_this_machine)
    assert "SESSION/submissions" in shown(session)["cyd é"][1]
    pages = [timeless_index(each).replace(str(each), "SESSION") for each in (session, on_this_machine)]
    assert pages[0] == pages[1]
    files = [
        sorted(path.relative_to(each).name[:12] for path in each.rglob("logdir/**/*")) for each in (session, on_this_machine)
    ]
    assert files[0] == files[1] != []
    assert list(session.glob(".incoming-*")) == []


def test_a_worker_killed_in_the_midst_of_a_session_changes_no_report(
    machines: Machines, submissions: Path, on_this_machine: Path, tmp_path: Path
) -> None:
    processes = machines.process_ids(2)

    class Killer(Ear):
        def finish(self, task: Task, report: Report, is_final: bool) -> None:
            super().finish(task, report, is_final)
            if processes:
                os.kill(processes.pop(), signal.SIGKILL)
                processes.clear()

    again = hand_in(tmp_path / "handed in", {"dan": RIGHT, "ada": RIGHT, "Bo b": WRONG})
    session = check(again, ClusterSettings(machines.address), Killer(), isolation=isolation())
    whole, found = shown(on_this_machine), shown(session)
    assert {login: found[login] for login in ("ada", "Bo b")} == {login: whole[login] for login in ("ada", "Bo b")}
    assert found["dan"][0] == "pass"


def test_the_exercises_of_a_learner_are_checked_in_order_by_one_worker(stubs: Machines, tmp_path: Path) -> None:
    stubs.start_worker("--nworkers", "2")
    ear = Ear()
    submissions = hand_in(tmp_path / "in", {f"l{number}": "a\n---\nb\n---\nc\n" for number in range(5)})
    session = check(submissions, ClusterSettings(stubs.address), ear, ("ex01", "ex02", "ex03"))
    assert set(statuses(session).values()) == {Status.PASS}
    assert set(stubs.checked().values()) == {1}
    for number in range(5):
        own = [line.split() for line in stubs.log.read_text().splitlines() if line.startswith(f"l{number} ")]
        assert [exercise for _, exercise, _ in own] == ["ex01", "ex02", "ex03"]
        assert len({process for _, _, process in own}) == 1
    assert (session / "logdir/l4/ex03/model").stat().st_size == 10
    with Store(session, create=False) as store:
        report = next(result.report for result in store.results("l0") if result.report)
    assert (report.script, report.logdir) == ("submissions/l0/ex01.py", "logdir/l0/ex01")
    assert report.checks[0].where == str(session / "submissions")


def test_after_a_request_to_stop_only_what_is_under_way_is_finished(stubs: Machines, tmp_path: Path) -> None:
    stubs.start_worker()
    request, gate = StopRequest(), tmp_path / "gate"

    class Stopper(Ear):
        def finish(self, task: Task, report: Report, is_final: bool) -> None:
            super().finish(task, report, is_final)
            if not request.is_made:
                request.make()
                gate.touch()

    submissions = hand_in(tmp_path / "in", {"ada": f"a\n---\nhold {gate}\n---\nc\n", "bob": "d\n"})
    with closing(request):
        session = check(submissions, ClusterSettings(stubs.address), Stopper(), ("ex01", "ex02", "ex03"), stop=request)
    found = statuses(session)
    passed = [each for each, status in found.items() if status is Status.PASS]
    assert passed == ["ada ex01", "ada ex02"]  # the second one was ordered before the first one was stored
    assert (found["ada ex03"], found["bob ex01"]) == (None, None)


def test_a_submission_that_ends_its_workers_is_given_up_after_two(stubs: Machines, tmp_path: Path) -> None:
    stubs.start_worker("--nworkers", "2")
    ear = Ear()
    submissions = hand_in(tmp_path / "in", {"ada": "a\n", "bob": "b\n---\npoison\n---\nb\n", "eva": "c\n"})
    session = check(submissions, ClusterSettings(stubs.address), ear, ("ex01", "ex02", "ex03"))
    found = statuses(session)
    assert found["bob ex02"] is Status.ERROR
    assert {found[each] for each in ("ada ex01", "bob ex01", "bob ex03", "eva ex01")} == {Status.PASS}
    assert stubs.checked() == {"ada ex01": 1, "bob ex01": 1, "bob ex02": 2, "bob ex03": 1, "eva ex01": 1}
    processes = [line.split()[2] for line in stubs.log.read_text().splitlines() if line.startswith("bob ex02")]
    assert len(set(processes)) == 2
    assert ear.finished.count("bob ex02 error, again") == 1
    with Store(session, create=False) as store:
        (broken,) = [result.report for result in store.results("bob") if result.task.exercise == "ex02"]
    assert broken is not None
    assert "ended while it checked this" in broken.checks[0].detail


def test_a_worker_of_another_version_or_without_walls_is_refused_by_name(stubs: Machines, tmp_path: Path) -> None:
    stubs.start_worker(STUB_VERSION="0.1+old")
    stubs.start_worker(PATH="/nowhere")
    stubs.process_ids(2)
    ear = Ear()
    submissions = hand_in(tmp_path / "in", {"ada": "a\n", "bob": "b\n"})
    with pytest.raises(ClusterLost, match=r"no worker of .* was of use for 1 s"):
        check(submissions, ClusterSettings(stubs.address, wait_s=1), ear, isolation="bubblewrap")
    said = "\n".join(ear.told)
    assert f"it has version 0.1+old of the suite, here it is {code_version()}" in said
    assert "no walls: bubblewrap is not installed" in said
    assert stubs.checked() == {}
    stubs.start_worker()
    session = check(submissions, ClusterSettings(stubs.address), ear)
    assert set(statuses(session).values()) == {Status.PASS}


def test_a_session_outlives_its_scheduler(stubs: Machines, tmp_path: Path) -> None:
    worker, gate = stubs.start_worker(), tmp_path / "gate"
    submissions = hand_in(tmp_path / "in", {"ada": "a\n", "bob": f"hold {gate}\n", "eva": "c\n"})

    class Witness(Ear):
        def tell(self, text: str) -> None:
            super().tell(text)
            if "the scheduler is lost" in text:  # while bob is checked; what comes now is another one, with its own worker
                gate.touch()
                os.killpg(worker.pid, signal.SIGKILL)
                stubs.start_scheduler()
                stubs.start_worker()

    def lose_scheduler(task: Task) -> None:
        if task.login == "bob" and not gate.exists():
            stubs.scheduler.kill()
            stubs.scheduler.wait()

    ear = Witness(lose_scheduler)
    session = check(submissions, ClusterSettings(stubs.address), ear)
    assert set(statuses(session).values()) == {Status.PASS}
    assert stubs.checked()["ada ex01"] == stubs.checked()["eva ex01"] == 1
    assert not any("again" in line or "error" in line for line in ear.finished)
    with Store(session, create=False) as store:
        assert {result.attempts for result in store.results()} == {1}


def test_a_session_without_its_scheduler_ends_and_goes_on_when_it_is_back(
    command_line: CommandLine, stubs: Machines, tmp_path: Path
) -> None:
    stubs.scheduler.kill()
    stubs.scheduler.wait()
    hand_in(tmp_path / "handed in", {"ada": "a\n", "bob": "b\n"})
    arguments = ("handed in", *OPTIONS, "--sandbox", "none", "--cluster", stubs.address)
    lost = command_line("session", *arguments, "--cluster-wait", "1", cwd=tmp_path)
    assert lost.returncode == 3
    assert f"no scheduler answers at {stubs.address}" in lost.stderr
    assert f"Go on: python -m checker session 'handed in' {' '.join(OPTIONS)}" in lost.stderr
    assert "Traceback" not in lost.stderr
    stubs.start_scheduler()
    stubs.start_worker()
    assert command_line("session", *arguments, cwd=tmp_path).returncode == 0


def test_a_driver_that_is_killed_goes_on_and_does_nothing_twice_that_is_stored(
    command_line: CommandLine, stubs: Machines, tmp_path: Path
) -> None:
    stubs.start_worker("--nworkers", "2")
    gate = tmp_path / "gate"
    scripts = {"ada": "a\n", "bob": f"b\n---\nhold {gate}\n", "eva": "c\n"}
    hand_in(tmp_path / "handed in", scripts)
    options = ("--exercises", "ex01,ex02", "--into", "session", "--sandbox", "none", "--cluster", stubs.address)
    command = checker_command("session", "handed in", *options)
    env = environment()

    def stored() -> set[str]:
        return {name for name, status in statuses(tmp_path / "session").items() if status}

    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL) as driver:
        try:
            wait_until(lambda: stubs.checked()["bob ex02"] == 1)
            wait_until(lambda: {"ada ex01", "bob ex01", "eva ex01"} <= stored())
        finally:
            driver.kill()
    gate.touch()
    done = command_line("session", "handed in", *options, cwd=tmp_path)
    assert done.returncode == 1, done.stderr  # ada and eva handed no ex02 in
    assert statuses(tmp_path / "session")["bob ex02"] is Status.PASS
    assert stubs.checked() == {"ada ex01": 1, "bob ex01": 1, "bob ex02": 2, "eva ex01": 1}


def test_a_run_that_is_too_large_stays_away_and_its_report_says_so(stubs: Machines, tmp_path: Path) -> None:
    stubs.start_worker()
    submissions = hand_in(tmp_path / "in", {"ada": f"leave {MIB + 1}\n", "bob": f"leave {MIB}\n"})
    session = check(submissions, ClusterSettings(stubs.address, largest_run=MIB), Ear())
    assert (session / "logdir/bob/ex01/model").stat().st_size == MIB
    assert not (session / "logdir/ada").exists()
    with Store(session, create=False) as store:
        reports = dict(store.reports())
    assert reports["ada"].status is Status.PASS
    assert reports["ada"].logdir == ""
    assert "a cluster brings back 1 MiB" in reports["ada"].notes[0]


def test_a_worker_that_is_silent_for_too_long_is_started_again(stubs: Machines, tmp_path: Path) -> None:
    stubs.start_worker("--nworkers", "2")
    submissions = hand_in(tmp_path / "in", {"ada": f"hold {tmp_path / 'never'}\n", "bob": "b\n"})
    stubs.process_ids(2)
    session = check(submissions, ClusterSettings(stubs.address, silence_s=4), Ear())
    assert statuses(session) == {"ada ex01": Status.ERROR, "bob ex01": Status.PASS}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--cluster", "host:8786"), "the address that dask scheduler prints"),
        (("--cluster", "tcp://host:8786", "--jobs", "2"), "--jobs is of this machine"),
    ],
)
def test_what_cannot_be_a_cluster_is_a_usage_error(
    command_line: CommandLine, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    hand_in(tmp_path / "handed in", {"ada": "a\n"})
    refused = command_line("session", "handed in", *OPTIONS, *arguments, cwd=tmp_path)
    assert (refused.returncode, said in refused.stderr) == (2, True), refused.stderr


def test_without_dask_the_extra_is_named_and_all_else_works(command_line: CommandLine, tmp_path: Path) -> None:
    hand_in(tmp_path / "handed in", {"ada": "a\n"})
    hidden = "import sys; sys.modules.update(dask=None, distributed=None); from checker.__main__ import main; main()"
    env = environment()
    for arguments, status, said in [
        (
            ["session", "handed in", *OPTIONS, "--cluster", "tcp://host:8786"],
            2,
            "pip install -c constraints.txt -e '.[cluster]'",
        ),
        (["list"], 0, ""),
    ]:
        command = [sys.executable, "-c", hidden, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300)
        assert (done.returncode, said in done.stderr) == (status, True), done.stderr
