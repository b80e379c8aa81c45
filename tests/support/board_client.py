"""TensorBoard's own web application in this process, with the plugins that are installed."""

from __future__ import annotations

from typing import Any

from tensorboard import default, program
from tensorboard.backend.application import TensorBoardWSGIApp
from werkzeug.test import Client


def board_client(**flags: Any) -> Client:
    """Return a client of a TensorBoard that has loaded a logdir."""
    board = program.TensorBoard(default.get_plugins(), assets_zip_provider=lambda: None)
    board.configure(load_fast="false", reload_interval=0, reload_task="blocking", **flags)
    provider, multiplexer = board._make_data_provider()
    return Client(TensorBoardWSGIApp(board.flags, board.plugin_loaders, provider, None, multiplexer))
