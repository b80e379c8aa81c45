"""The real TensorBoard of this Python, as a process of its own on a port of this machine."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO
from urllib.error import URLError

LONGEST_START_S = 60.0
LONGEST_END_S = 5.0
POLL_S = 0.1
# TensorFlow's lines about the processor, which would hide TensorBoard's last words.
NOISE = re.compile(
    r"^([IWE]\d{4} \d\d:|To enable the following instructions|WARNING: All log messages before).*\n?", re.MULTILINE
)


class NoBoard(Exception):
    """TensorBoard did not start, or has ended; the message holds what it said."""


class PortInUse(NoBoard):
    """Another program answers at the port."""


@dataclass(frozen=True)
class RunningBoard:
    """A TensorBoard that answers."""

    base: str  # its address, without a slash at the end
    process: subprocess.Popen[bytes]
    said: IO[bytes]

    def wait(self) -> None:
        """Wait for its end, which nobody asked for. Raises `NoBoard` then."""
        self.process.wait()
        raise NoBoard(f"TensorBoard ended by itself, with code {self.process.returncode}: {_tail(self.said)}")


@contextmanager
def running(logdir: str, port: int = 0) -> Iterator[RunningBoard]:
    """Start TensorBoard at a port, 0 for any free one, and give it as soon as it answers; end it afterwards.

    Raises `NoBoard` when it ends before that, or does not answer in time.
    """
    port = _free_port(port)
    base = f"http://localhost:{port}"
    # An absolute path: TensorBoard would take `~` for the home folder.
    command = [sys.executable, "-m", "tensorboard.main", f"--logdir={os.path.abspath(logdir)}"]
    command += [f"--port={port}", "--host=localhost"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        board = RunningBoard(base, process, said)
        try:
            _wait_until_it_answers(board)
            yield board
        finally:
            _end(process)


def _free_port(port: int) -> int:
    """Return the port, or a free one for 0. Raises `PortInUse`, and `NoBoard` where the system refuses it."""
    with socket.socket() as listener:
        # A port whose last connections are just closed is free, as TensorBoard sees it.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("localhost", port))
        except PermissionError:
            raise NoBoard(f"this system keeps port {port} for itself; take one from 1024 on") from None
        except OSError:
            raise PortInUse(
                f"port {port} is in use, perhaps by another TensorBoard: end that one, or leave out --port to get a free one"
            ) from None
        return int(listener.getsockname()[1])


def _wait_until_it_answers(board: RunningBoard) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + LONGEST_START_S
    while time.monotonic() < deadline:
        if board.process.poll() is not None:
            raise NoBoard(f"TensorBoard ended with code {board.process.returncode}: {_tail(board.said)}")
        with suppress(URLError, OSError), opener.open(f"{board.base}/data/environment", timeout=2) as answer:
            if answer.status == 200:
                return
        with suppress(subprocess.TimeoutExpired):
            board.process.wait(POLL_S)
    raise NoBoard(f"TensorBoard did not answer within {LONGEST_START_S:.0f} s: {_tail(board.said)}")


def _tail(said: IO[bytes]) -> str:
    said.seek(0)
    return NOISE.sub("", said.read().decode(errors="replace"))[-2000:].strip()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(LONGEST_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
