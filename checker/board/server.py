"""The real TensorBoard of this Python, as a process of its own on a free port of this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO
from urllib.error import URLError

LONGEST_START_S = 60.0
LONGEST_END_S = 5.0
POLL_S = 0.1


class NoBoard(Exception):
    """TensorBoard did not start; the message holds what it said."""


@contextmanager
def running(logdir: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start TensorBoard and give its address, as soon as it answers, and its process; end it afterwards.

    Raises `NoBoard` when it ends before that, or does not answer in time.
    """
    port = _free_port()
    base = f"http://localhost:{port}"
    command = [sys.executable, "-m", "tensorboard.main", f"--logdir={logdir}", f"--port={port}", "--host=localhost"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        try:
            _wait_until_it_answers(base, process, said)
            yield base, process
        finally:
            _end(process)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        return int(listener.getsockname()[1])


def _wait_until_it_answers(base: str, process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + LONGEST_START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NoBoard(f"TensorBoard ended with code {process.returncode}: {_tail(said)}")
        with suppress(URLError, OSError), opener.open(f"{base}/data/environment", timeout=2) as answer:
            if answer.status == 200:
                return
        with suppress(subprocess.TimeoutExpired):
            process.wait(POLL_S)
    raise NoBoard(f"TensorBoard did not answer within {LONGEST_START_S:.0f} s: {_tail(said)}")


def _tail(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode(errors="replace")[-2000:].strip()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(LONGEST_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
