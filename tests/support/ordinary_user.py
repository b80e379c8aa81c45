"""Tests once more as an ordinary user, where the tests run as root."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.support.paths import PROJECT

ORDINARY_USER = 65534  # nobody
PATIENCE_S = 1800
MARK = "SUITE_TEST_AS"  # set in that user's own run


def is_ordinary() -> bool:
    """Whether modes of files hold for this process: root may read and write everything."""
    return os.geteuid() != 0 or bool(os.environ.get(MARK))


def fails_as_ordinary_user(files: Sequence[Path]) -> str:
    """Run the tests of files as an ordinary user; return what failed, "" if nothing did."""
    if os.environ.get(MARK):
        return ""  # this is that user's own run
    with tempfile.TemporaryDirectory(prefix="suite-test-", dir="/tmp", ignore_cleanup_errors=True) as home:
        os.chmod(home, 0o777)
        tests = [sys.executable, "-m", "pytest", *map(str, files), "-q", "-n", "0", "-p", "no:cacheprovider"]
        tests += ["--basetemp", f"{home}/t"]
        own = {MARK: "ordinary user", "PYTHONDONTWRITEBYTECODE": "1", "HOME": home, "TMPDIR": home}
        done = subprocess.run(
            [*_ordinary_user(files[0]), *tests],
            cwd=PROJECT,
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
    return "" if done.returncode == 0 else done.stdout[-3000:] + done.stderr[-1000:]


def _ordinary_user(file: Path) -> list[str]:
    """Return the beginning of a command that runs the rest as an ordinary user."""
    if os.geteuid() != 0:
        return []
    nobody = ["setpriv", f"--reuid={ORDINARY_USER}", f"--regid={ORDINARY_USER}", "--clear-groups"]
    same_python = (
        f"import sys, os; open({str(file)!r}); os.stat({os.path.realpath(sys.executable)!r}); import psutil, pytest"
    )
    if subprocess.run([*nobody, sys.executable, "-c", same_python], capture_output=True).returncode == 0:
        return nobody
    # The project or Python lies where nobody else may read: a user of that name, who has our rights on files only.
    return ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
