"""The real TensorBoard as a server for a browser; `checker.evidence.board` asks it in-process.

It imports TensorFlow, which takes seconds. So a process that has done this once forks each server.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

STDERR = 2
FORKING: ForkServerContext = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.support.imported_tensorboard"])


@contextmanager
def server(logdir: Path, load_fast: str = "false", path_prefix: str = "", spec: str = "") -> Iterator[str]:
    """Run ``tensorboard --logdir`` on a free port, with `spec` before the folder ``--logdir_spec``; yield its address."""
    shown = ["--logdir_spec", f"{spec}:{logdir}"] if spec else ["--logdir", str(logdir)]
    arguments = [*shown, "--port", "0", "--load_fast", load_fast, "--path_prefix", path_prefix]
    said, saying = FORKING.Pipe(duplex=False)
    process = FORKING.Process(target=run_tensorboard, args=(arguments, saying))
    process.start()
    saying.close()
    try:
        yield _address(said)
    finally:
        process.kill()  # with it, its data server ends
        process.join()
        said.close()


def run_tensorboard(arguments: list[str], saying: Connection) -> None:
    """As the forked process: be ``python -m tensorboard.main`` with these arguments, and its standard error."""
    from tensorboard.main import run_main

    os.dup2(saying.fileno(), STDERR)
    sys.argv = ["tensorboard", *arguments]
    run_main()


def _address(said: Connection) -> str:
    with open(said.fileno(), encoding="utf-8", errors="replace", closefd=False) as lines:
        for line in lines:
            match = re.search(r"http://\S+:\d+\S*/", line)
            if match:
                return match.group()
    raise AssertionError("TensorBoard did not start")
