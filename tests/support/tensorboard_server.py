"""The real TensorBoard as a server for a browser; `checker.evidence.board` asks it in-process."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server(logdir: Path, load_fast: str = "false", path_prefix: str = "", spec: str = "") -> Iterator[str]:
    """Run ``tensorboard --logdir`` on a free port, with `spec` before the folder ``--logdir_spec``; yield its address."""
    shown = ["--logdir_spec", f"{spec}:{logdir}"] if spec else ["--logdir", str(logdir)]
    command = [sys.executable, "-m", "tensorboard.main", *shown, "--port", "0"]
    command += ["--load_fast", load_fast, "--path_prefix", path_prefix]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                match = re.search(r"http://\S+:\d+\S*/", line)
                if match:
                    yield match.group()
                    break
            else:
                raise AssertionError("TensorBoard did not start")
        finally:
            process.terminate()
