"""Commands of the checker that start TensorBoard, as child processes, and the address that they print."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import checker_command, environment

LONGEST_S = 120


@dataclass
class StartedBoard:
    """A checker whose TensorBoard answers."""

    process: subprocess.Popen[bytes]
    address: str
    said: str  # up to the address

    def interrupt(self) -> int:
        """Press Ctrl-C, which every process of the terminal gets; return the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(LONGEST_S)

    def last_words(self) -> str:
        """Return what it says after the address, to its end."""
        return self.process.communicate(timeout=LONGEST_S)[0].decode()


@contextmanager
def started(*arguments: str, cwd: Path, **env: str) -> Iterator[StartedBoard]:
    """Run ``python -m checker`` in a group of processes of its own until it prints an address; kill the group afterwards."""
    with subprocess.Popen(
        checker_command(*arguments),
        cwd=cwd,
        env=environment(PYTHONUNBUFFERED="1", **env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            said, address = _printed_address(process)
            yield StartedBoard(process, address, said)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _printed_address(process: subprocess.Popen[bytes]) -> tuple[str, str]:
    assert process.stdout
    said, deadline = b"", time.monotonic() + LONGEST_S
    while time.monotonic() < deadline and process.poll() is None:
        if select.select([process.stdout], [], [], 1)[0]:
            said += os.read(process.stdout.fileno(), 4096)
            found = re.search(rb"open: +(http://localhost:\d+/\S*)\s", said)
            if found:
                return said.decode(), found[1].decode()
    raise AssertionError(said.decode())
