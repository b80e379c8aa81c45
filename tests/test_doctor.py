"""The doctor says what is there, what is not, and the command that mends it."""

from __future__ import annotations

import io
import socket
from importlib import metadata

import pytest
from rich.console import Console

from checker import doctor
from checker.doctor import show
from checker.report.requirement import Requirement
from checker.sandbox.bubblewrap import why_not
from checker.sandbox.cgroup import find_parent


def said(monkeypatch: pytest.MonkeyPatch, *found: Requirement) -> tuple[bool, str]:
    monkeypatch.setattr(doctor, "PROBES", (lambda: iter(found),))
    stream = io.StringIO()
    sound = show(Console(file=stream, width=200))
    return sound, stream.getvalue()


def test_what_is_there_is_ok(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, Requirement("disk", "9 GiB free")) == (True, "ok  disk  9 GiB free\n")


def test_what_is_needed_and_lacking_comes_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    sound, text = said(monkeypatch, Requirement("data", "mnist.npz is not there", "git checkout -- reference/data"))
    assert not sound
    assert text.splitlines()[0].startswith("no  data")
    assert "remedy: git checkout -- reference/data" in text


def test_what_can_be_done_without_is_told_and_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    sound, text = said(monkeypatch, Requirement("port 6006", "taken", "tensorboard --port 6007", needed=False))
    assert sound
    assert "--port 6007" in text


def test_a_machine_without_bubblewrap_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    why_not.cache_clear()
    (found,) = doctor._bubblewrap()
    why_not.cache_clear()
    assert "apt-get install bubblewrap" in found.remedy
    assert not found.needed


@pytest.mark.parametrize(("load", "is_named"), [(0.2, False), (6.0, True)])
def test_a_load_that_lets_checks_wait_is_named(monkeypatch: pytest.MonkeyPatch, load: float, is_named: bool) -> None:
    monkeypatch.setattr(doctor, "usable_cores", lambda: 2)
    monkeypatch.setattr("os.getloadavg", lambda: (2 * load, 0.0, 0.0))
    (found,) = doctor._load()
    assert found.found.startswith(f"{load:.1f} programs per core")
    assert ("close other programs: a check takes about 6 times as long" in found.remedy) is is_named


def test_a_port_that_is_taken_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(doctor, "TENSORBOARD_PORT", server.getsockname()[1])
        (found,) = doctor._port()
    assert "taken" in found.found
    assert "--port" in found.remedy


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(package: str) -> str:
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr(metadata, "version", version)
    first = next(doctor._packages())
    assert (first.name, first.found) == ("tensorflow", "not installed")
    assert "pip install" in first.remedy


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "SMALLEST_DISK", 1 << 60)
    disk = next(doctor._room())
    assert "make room" in disk.remedy


def test_how_limits_are_counted_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = doctor._limits()
    assert "counted in samples" in found.found
    assert not found.remedy
    monkeypatch.setattr(doctor, "tells_shares", lambda: False)
    (older,) = doctor._limits()
    assert "Linux 5.4" in older.remedy
    assert not older.needed


def test_whether_there_is_a_control_group_for_jobs_is_told_with_the_reason() -> None:
    (found,) = doctor._limits()
    parent = find_parent()
    if parent.folder is None:
        assert found.found.endswith(f"no control group is used: there is none for jobs, {parent.reason}")
    else:
        assert found.found.endswith(f"no control group is used: there is one for jobs below {parent.folder}")
