"""`checker watch` at a terminal of its own."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes import checker_command, environment

LONGEST_S = 120
STEERING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class WatchedTerminal:
    """What a learner sees and presses."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self.process = process
        self._terminal = terminal
        self._shown = ""

    def wait_for(self, text: str) -> str:
        """Wait until this text is shown; return what was shown before it, and forget both."""
        deadline = time.monotonic() + LONGEST_S
        while text not in self._shown:
            ready, _, _ = select.select([self._terminal], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"no {text!r} in {self._shown!r}"
            try:
                data = os.read(self._terminal, 1 << 16)
            except OSError:  # the other side is closed
                data = b""
            assert data, f"it ended: {self._shown!r}"
            self._shown += STEERING.sub("", data.decode())
        before, _, self._shown = self._shown.partition(text)
        return before

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self._terminal, key.encode())


@contextmanager
def watching(folder: Path, *words: str, **variables: str) -> Iterator[WatchedTerminal]:
    """Run ``checker watch`` in a folder; end it afterwards, with all that it has started."""
    ours, theirs = pty.openpty()
    clean = environment(SUITE_LANG="", SUITE_PACKS="", TERM="xterm", COLUMNS="120", **variables)
    with subprocess.Popen(
        checker_command("watch", *words),
        cwd=folder,
        env=clean,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            yield WatchedTerminal(process, ours)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            os.close(ours)
