"""What the store was given is in it, whatever happens to the process that gave it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from checker.session.lock import SessionIsOpen, SessionLock
from tests.support.paths import PROJECT


def test_a_second_session_on_a_folder_is_told_until_the_first_one_dies(tmp_path: Path) -> None:
    code = f"""
import time
from pathlib import Path
from checker.session.lock import SessionLock
with SessionLock(Path({str(tmp_path)!r})):
    print("locked", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=PROJECT) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(SessionIsOpen, match=f"running on it already, in process {holder.pid}"), SessionLock(tmp_path):
            pass
        holder.kill()
        holder.wait()
    with SessionLock(tmp_path):
        pass
