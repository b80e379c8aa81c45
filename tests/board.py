"""The real TensorBoard: in-process, asked what it would show, and as a server for a browser."""

from __future__ import annotations

import re
import subprocess
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import werkzeug.test


def application(logdir: Path) -> werkzeug.test.Client:
    """Return a client of TensorBoard's own web application on a logdir, everything loaded.

    `tensorboard.compat.notf` tells TensorBoard to do without TensorFlow, which would take seconds to import.
    """
    sys.modules.setdefault("tensorboard.compat.notf", types.ModuleType("tensorboard.compat.notf"))
    from tensorboard import default, program
    from tensorboard.backend import application as backend

    board = program.TensorBoard(default.get_plugins())
    board.configure(logdir=str(logdir), load_fast="false", reload_interval=0, reload_task="blocking")
    provider, multiplexer = board._make_data_provider()
    app = backend.TensorBoardWSGIApp(board.flags, board.plugin_loaders, provider, board.assets_zip_provider, multiplexer)
    return werkzeug.test.Client(app)


def ask(client: werkzeug.test.Client, path: str, **query: str) -> Any:
    """Return the JSON answer of a route below /data/."""
    response = client.get(f"/data/{path}", query_string=query)
    assert response.status_code == 200, (path, response.status)
    return response.get_json()


@contextmanager
def server(logdir: Path) -> Iterator[str]:
    """Run ``tensorboard --logdir`` on a free port; yield its address."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir), "--port", "0", "--load_fast", "false"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                match = re.search(r"http://\S+:\d+/", line)
                if match:
                    yield match.group()
                    break
            else:
                raise AssertionError("TensorBoard did not start")
        finally:
            process.terminate()
