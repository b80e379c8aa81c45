"""What TensorBoard shows of a run: its own web application is asked in this process, without TensorFlow or a port.

TensorBoard's reader trusts its input, so it never sees the run folder. It gets copies of the event files that `events`
found, each up to where it could be read, and only a bounded amount.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.evidence.checksums import masked_crc
from checker.evidence.events import EventLog

if TYPE_CHECKING:
    from werkzeug.test import Client

# Two or three seconds at most: TensorBoard takes about 50 microseconds per value and 10 milliseconds per MiB.
MOST_VALUES = 50_000
MOST_BYTES = 64 << 20

# How many points of a series TensorBoard shows: a random choice, and always the last point.
KEPT = {"scalars": 1000, "images": 10, "histograms": 51}


class BoardError(Exception):
    """TensorBoard fails on the files it was given; the message is its own."""


class TooLargeForBoard(Exception):
    """There is too much for TensorBoard to load in reasonable time; the message says how much."""


@dataclass(frozen=True)
class Board:
    """TensorBoard with the event files of a folder loaded."""

    client: Client
    names: dict[str, str]  # of the runs: in TensorBoard -> relative to the folder, "." for the folder itself

    def runs(self) -> set[str]:
        """Return the runs it lists. Raises `BoardError`, as all methods do."""
        return {self.names[name] for name in ask(self.client, "runs")}

    def tags(self, kind: str) -> dict[str, set[str]]:
        """Return the tags it lists, for each run that has any; a kind is a key of `KEPT`."""
        answer = ask(self.client, f"plugin/{kind}/tags")
        return {self.names[name]: set(tags) for name, tags in answer.items() if tags}

    def steps(self, kind: str, run: str, tag: str) -> list[int]:
        """Return the steps of a series that it shows: at most `KEPT` of its kind."""
        name = next(shown for shown, real in self.names.items() if real == run)
        rows = ask(self.client, f"plugin/{kind}/{kind}", run=name, tag=tag, sample="0")
        return [row["step"] if kind == "images" else row[1] for row in rows]

    def graphs(self) -> set[str]:
        """Return the runs it shows a graph for."""
        info = ask(self.client, "plugin/graphs/info")
        return {self.names[name] for name, found in info.items() if found["run_graph"]}


def read_board(folder: Path, log: EventLog) -> Board:
    """Load the event files of a folder into TensorBoard, as far as `log` could read them.

    Raises `BoardError` when it cannot load them, `TooLargeForBoard` when there is too much to try.
    """
    values = sum(run.values for run in log.runs.values())
    if values > MOST_VALUES:
        raise TooLargeForBoard(f"{values:,} summary values")
    with tempfile.TemporaryDirectory(prefix="suite-board-") as mirror:
        # Folders are named by number: the name of a run may be too long for a deeper folder, or no valid text.
        names = {str(number): name for number, name in enumerate(log.runs)}
        _copy(folder, log, {name: Path(mirror, number) for number, name in names.items()})
        return Board(application(Path(mirror)), names)  # all is loaded: the copies are no longer needed


def application(logdir: Path) -> Client:
    """Return a client of TensorBoard's own web application with a trusted logdir loaded.

    It has only the plugins that checks ask about, and none that other packages install. Raises `BoardError`.
    """
    _without_tensorflow()
    from tensorboard import program
    from tensorboard.backend import application as backend
    from tensorboard.plugins.core.core_plugin import CorePluginLoader
    from tensorboard.plugins.graph.graphs_plugin import GraphsPlugin
    from tensorboard.plugins.histogram.histograms_plugin import HistogramsPlugin
    from tensorboard.plugins.image.images_plugin import ImagesPlugin
    from tensorboard.plugins.scalar.scalars_plugin import ScalarsPlugin
    from werkzeug.test import Client

    plugins = [CorePluginLoader(), ScalarsPlugin, ImagesPlugin, HistogramsPlugin, GraphsPlugin]
    board = program.TensorBoard(plugins, assets_zip_provider=_no_assets)
    board.configure(logdir=str(logdir), load_fast="false", reload_interval=0, reload_task="blocking")
    load = board._make_data_provider
    with _its_own_errors():
        provider, multiplexer = load()
    return Client(backend.TensorBoardWSGIApp(board.flags, board.plugin_loaders, provider, None, multiplexer))


def ask(client: Client, path: str, **query: str) -> Any:
    """Return the JSON answer of a route below /data/. Raises `BoardError`."""
    with _its_own_errors():
        response = client.get(f"/data/{path}", query_string=query)
    if response.status_code != 200:
        raise BoardError(f"{path} is answered with {response.status}")
    return response.get_json()


def _without_tensorflow() -> None:
    """Keep TensorBoard from importing TensorFlow, and from computing checksums in Python.

    It first looks for the module `notf`. Its checksum loops over bytes and takes seconds per file; ours is the same.
    """
    sys.modules.setdefault("tensorboard.compat.notf", types.ModuleType("tensorboard.compat.notf"))
    from tensorboard.compat.tensorflow_stub import pywrap_tensorflow

    pywrap_tensorflow.masked_crc32c = masked_crc


def _no_assets() -> None:
    """Replace the web page, which nobody looks at."""


def _copy(folder: Path, log: EventLog, targets: dict[str, Path]) -> None:
    """Copy the event files of each run into its target folder, up to any damage. Raises `TooLargeForBoard`."""
    damaged = {problem.path: problem.offset for problem in log.problems}
    left = MOST_BYTES
    for run in log.runs.values():
        targets[run.name].mkdir()
        for number, name in enumerate(run.files):  # TensorBoard reads files in the order of their names, as `events` does
            path = Path(run.name, name)
            size = damaged.get(path.as_posix(), (folder / path).lstat().st_size)
            left -= size
            if left < 0:
                raise TooLargeForBoard(f"more than {MOST_BYTES >> 20} MiB of event files")
            (targets[run.name] / f"{number:04d}.tfevents").write_bytes(_head(folder / path, size))


def _head(path: Path, size: int) -> bytes:
    """Return the first bytes of a regular file. Raises `OSError` for a link that has replaced it."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return file.read(size)


@contextmanager
def _its_own_errors() -> Iterator[None]:
    """Turn any error of TensorBoard into `BoardError`, and keep its log messages off the terminal."""
    logger = logging.getLogger("tensorboard")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Exception as error:
        raise BoardError(f"{type(error).__name__}: {error}") from error
    finally:
        logger.setLevel(level)
