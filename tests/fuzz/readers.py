"""What is fuzzed: each reader of a stranger's bytes, and what it may do with them.

A reader may return, or raise the errors that it documents. Anything else is a finding, and so is a reader that takes long,
takes much memory, or writes where it should not.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from checker.evidence.checkpoint import newest_prefixes
from checker.evidence.checkpoint_index import MAGIC, CheckpointIndexError, read_ranks
from checker.evidence.curves import all_curves, structural_tags
from checker.evidence.dialect import read_dialect
from checker.evidence.events import read_event_log
from checker.evidence.figures import read_figures
from checker.evidence.graph import Graph, GraphError
from checker.evidence.kept_record import read_kept_record
from checker.evidence.live_points import tell_live_points
from checker.evidence.notebook import place_in_notebook
from checker.evidence.operation_lines import read_operation_lines
from checker.evidence.pictures import decode_channels, decode_png, digest_of_picture, find_images, is_picture, stretch, tiles
from checker.evidence.progress import read_progress
from checker.evidence.projector import in_projector
from checker.evidence.records import RecordError, read_records
from checker.evidence.session_record import read_session_log
from checker.evidence.stdout import clean, numbers, numbers_beside, tensors
from checker.evidence.written_record import read_written_log
from checker.intake.archives import BadArchive, unpack
from checker.intake.budget import Budget
from checker.outcome import Mismatch
from checker.sandbox.notebook import NotebookError, convert, without_magics
from tests.fuzz.pieces import framed_pieces, graph_from, with_checksums
from tests.fuzz.questions import ask_everything

MEMORY_FOLDERS = "/dev/shm"
UNPACKED_BYTES, UNPACKED_FILES = 4 << 20, 40


def read_record_file(data: bytes) -> None:
    """TFRecord framing, with whatever lengths and checksums."""
    with contextlib.suppress(RecordError):
        for _ in read_records(_file(data, "events")):
            pass


def read_events(data: bytes) -> None:
    """Events with sound framing, so that their content is reached."""
    folder = _folder("run")
    (folder / "events.out.tfevents.1.host").write_bytes(framed_pieces(data))
    log = read_event_log(folder)
    with contextlib.suppress(Mismatch):
        log.require_whole("logdir")
    pictures = [image.encoded for _, _, images in log.images() for image in images]
    for encoded in pictures[:3]:
        decode_png(encoded)
    assert sum(len(points) for _, _, points in log.scalars()) <= len(data)
    for run in log.runs.values():
        for content in run.graphs[:1]:
            with contextlib.suppress(GraphError):
                all_curves(log, Graph.from_graph_def(content), "logdir")


def read_graph(data: bytes) -> None:
    """A serialized GraphDef or MetaGraphDef."""
    for parse in (Graph.from_graph_def, Graph.from_meta_graph):
        with contextlib.suppress(GraphError):
            ask_everything(parse(data))


def read_made_graph(data: bytes) -> None:
    """A graph of known operations that are connected at random, so that the recognition of models is reached."""
    graph = Graph.from_graph_def(graph_from(data))
    ask_everything(graph)
    for kind in ("ScalarSummary", "HistogramSummary"):
        structural_tags(graph, kind)


def read_checkpoint_index(data: bytes) -> None:
    """The ``.index`` file of a checkpoint, and the state file beside it."""
    index = _file(data if data.endswith(MAGIC) else data + MAGIC, "model.ckpt.index")
    with contextlib.suppress(CheckpointIndexError):
        read_ranks(index)
    (index.parent / "checkpoint").write_bytes(data)
    newest_prefixes(index.parent)


def read_projector(data: bytes) -> None:
    """The configuration of TensorBoard's projector."""
    folder = _folder("run")
    (folder / "projector_config.pbtxt").write_bytes(data)
    in_projector(folder, ["."])


def read_picture(data: bytes) -> None:
    """A PNG whose checksums are right, so that its content is reached; and the bytes as they are."""
    for encoded in (data, with_checksums(data)):
        is_picture(encoded)
        digest_of_picture(encoded)
        decode_channels(encoded)
        picture = decode_png(encoded)
        if picture is None or picture.size > 1 << 16:
            continue
        parts = [part for part, _ in zip(tiles(picture), range(3))]
        stretched = [part for part in map(stretch, parts) if part is not None]
        for part in stretched:
            find_images(part[None], picture[:28, :28][None])


def read_notebook(data: bytes) -> None:
    """A notebook, and a script with lines that only a notebook understands."""
    notebook = _file(data, "ex01.ipynb")
    with contextlib.suppress(NotebookError):
        converted = _file(convert(notebook).encode("utf-8", "replace"), "ex01.py")
        place_in_notebook(converted, 7)
    without_magics(data)


def read_archive(data: bytes) -> None:
    """An archive: nothing may come to lie outside its folder, and no more than the budget allows."""
    archive = _file(data, "handed_in.zip")
    target = _folder("unpacked")
    with contextlib.suppress(BadArchive):
        unpack(archive, target, Budget(UNPACKED_BYTES, UNPACKED_FILES))
    assert set(os.listdir(target.parent)) == {"handed_in.zip", "unpacked"}, "something was written outside"
    found = [path for path in target.rglob("*") if not path.is_dir()]
    assert all(path.is_file() and not path.is_symlink() for path in found), "something else than a plain file"
    assert len(found) <= UNPACKED_FILES
    assert sum(path.stat().st_size for path in found) <= UNPACKED_BYTES


def read_recorded(data: bytes) -> None:
    """What the recorder in the box wrote: a line of JSON, then the bytes of arrays, for each of its files."""
    index, _, arrays = data.partition(b"\n\0")
    folder = _folder("sessions")
    for name in ("sessions", "kept", "written", "lines", "dialect", "progress", "figure-0001"):
        (folder / f"{name}.json").write_bytes(index)
    for name in ("arrays.bin", "values.bin", "graph_0.pb"):
        (folder / name).write_bytes(arrays)
    for read in (read_session_log, read_kept_record, read_written_log, read_operation_lines, read_dialect, read_progress):
        read(folder)
    read_figures(folder)
    tell_live_points(lambda _: None, index.decode("utf-8", "replace"))


def read_output(data: bytes) -> None:
    """What a script printed."""
    text = clean(data)
    numbers(text)
    tensors(text)
    numbers_beside(text, ("loss", "accuracy"))


READERS: dict[str, Callable[[bytes], None]] = {
    "records": read_record_file,
    "events": read_events,
    "graph": read_graph,
    "made_graph": read_made_graph,
    "checkpoint": read_checkpoint_index,
    "projector": read_projector,
    "picture": read_picture,
    "notebook": read_notebook,
    "archive": read_archive,
    "recorded": read_recorded,
    "output": read_output,
}


@contextlib.contextmanager
def scratch() -> Iterator[None]:
    """Hold a folder in memory for the files of readers."""
    try:
        yield
    finally:
        shutil.rmtree(_top(), ignore_errors=True)
        _top.cache_clear()


@cache
def _top() -> Path:
    return Path(tempfile.mkdtemp(prefix="suite-fuzz-", dir=MEMORY_FOLDERS if os.path.isdir(MEMORY_FOLDERS) else None))


def _folder(name: str) -> Path:
    """Return an empty folder; one of the same name is emptied."""
    folder = _top() / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def _file(data: bytes, name: str) -> Path:
    """Return a new file; it is alone in the scratch folder."""
    for entry in list(_top().iterdir()):
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    path = _top() / name
    path.write_bytes(data)
    return path
