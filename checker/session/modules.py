"""Modules that scripts want and that are not installed: which they are, and how the boxes of a session get them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from checker.evidence.stdout import clean_line
from checker.intake.sources import IntakeError
from checker.outcome import Status
from checker.report.modules import missing_module, package_of
from checker.session.store import Store
from checker.workers.learner_worker import MODULES

TIME_S = 600
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}(?:==[A-Za-z0-9.+!]{1,40})?")  # of a package; no option, no address


class ModulesError(IntakeError):
    """A package cannot be installed; the message has the reason that pip gives."""


def wanted_modules(store: Store) -> dict[str, list[str]]:
    """Return the modules that are not installed, each with the logins of those whose scripts want it."""
    found: dict[str, list[str]] = {}
    for login, report in store.reports(Status.FAIL):
        module = missing_module(report)
        if module and login not in found.setdefault(module, []):
            found[module].append(login)
    return found


def allow_modules(words: Iterable[str], session: Path) -> list[str]:
    """Install packages into the folder of a session, which its boxes show; return what was done. Raises `ModulesError`."""
    names = [name.strip() for word in words for name in word.split(",") if name.strip()]
    return [_allow(name, session) for name in names]


def modules_key(session: Path) -> str:
    """Return what the modules of a session add to the keys of its results, "" without any."""
    installed = sorted(path.name for path in (session / MODULES).glob("*.dist-info"))
    return hashlib.sha256("\n".join(installed).encode()).hexdigest() if installed else ""


def _allow(name: str, session: Path) -> str:
    if not _NAME.fullmatch(name):
        raise ModulesError(f"--allow {clean_line(name)}: the name of a package, such as seaborn or seaborn==0.13.2")
    if name.isidentifier() and importlib.util.find_spec(name) is not None:
        return f"{name} is installed here: scripts may import it anyway"
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=session) as made:
        _install(package_of(name), Path(made))
        (session / MODULES).mkdir(exist_ok=True)
        for path in sorted(Path(made).iterdir()):
            target = session / MODULES / path.name
            if target.is_dir():
                shutil.rmtree(target)
            os.replace(path, target)
    return f"{name} was installed for the boxes of this session"


def _install(package: str, folder: Path) -> None:
    """Let pip fill a folder. Only wheels are taken: nothing of a package runs while it is installed."""
    words = ["install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "--target", str(folder), package]
    try:
        done = subprocess.run([sys.executable, "-m", "pip", *words], capture_output=True, timeout=TIME_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModulesError(f"--allow {package}: {clean_line(str(error))}") from None
    if done.returncode:
        said = [clean_line(line) for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        reasons = [line for line in said if line.startswith("ERROR")] or said[-1:] or ["pip says nothing"]
        raise ModulesError(f"--allow {package}: {reasons[-1]}")
