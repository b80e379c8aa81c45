"""Sound files to begin with: a fuzzer that starts from nothing finds no event and no checkpoint."""

from __future__ import annotations

import io
import json
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from tensorboard.compat.proto import event_pb2, graph_pb2, summary_pb2

from tests.fuzz.pieces import in_pieces
from tests.support.event_files import framed, plugin, png

HERE = Path(__file__).parent
KEPT = HERE / "kept"  # <reader>/<file>: inputs that once found something, and those that together reach the most lines
RECORDED = HERE / "seeds"  # what the recorder wrote of a script that trains a line
TENSORFLOW_1 = HERE.parent / "data" / "tf115"
SMALL_BYTES = 48 << 10  # larger files slow the fuzzer down


def inputs(reader: str) -> list[tuple[str, bytes]]:
    """Return the sound inputs of a reader and what is kept for it, each with a name."""
    sound = [(f"seed {number}", data) for number, data in enumerate(_seeds(reader))]
    return sound + [(path.name, path.read_bytes()) for path in sorted((KEPT / reader).glob("*"))]


def _seeds(reader: str) -> list[bytes]:
    made: dict[str, Callable[[], list[bytes]]] = {
        "records": lambda: [b"".join(map(framed, _events())), _file("line/events.out.tfevents.1")],
        "events": lambda: [in_pieces(*_events()), *(in_pieces(event) for event in _events())],
        "graph": _graphs,
        "made_graph": lambda: [bytes(range(256)), bytes(range(255, -1, -1)) * 4],
        "checkpoint": lambda: [*map(_file, ("line/model-20.index", "plane/model-30.index", "plane/checkpoint"))],
        "projector": lambda: [PROJECTOR],
        "picture": _pictures,
        "notebook": _notebooks,
        "archive": _archives,
        "recorded": lambda: [path.read_bytes() + b"\n\0" + bytes(range(200)) for path in sorted(RECORDED.iterdir())],
        "output": lambda: [b"loss: 0.25\r\x1b[2K accuracy = 92 %\n[1. 2.\n 3.]\n", b"1e400 nan -inf 0x1F 1,5"],
    }
    return made[reader]()


PROJECTOR = b"""model_checkpoint_path: "model-30"
embeddings { tensor_name: "w" metadata_path: "words.tsv" sprite { image_path: "s.png" single_image_dim: 28 } }
"""


def _file(name: str) -> bytes:
    return (TENSORFLOW_1 / name).read_bytes()


def _events() -> list[bytes]:
    """Return an event of each kind that is read."""
    square = png(np.arange(256, dtype=np.uint8).reshape(16, 16))
    values = [
        summary_pb2.Summary.Value(tag="loss", simple_value=0.5),
        summary_pb2.Summary.Value(tag="digits/image/0", image=summary_pb2.Summary.Image(encoded_image_string=square)),
        summary_pb2.Summary.Value(
            tag="w", histo=summary_pb2.HistogramProto(num=3, min=0, max=2, bucket=[3], bucket_limit=[2])
        ),
        summary_pb2.Summary.Value(tag="t", metadata=plugin("scalars")),
        summary_pb2.Summary.Value(tag="i", metadata=plugin("images")),
        summary_pb2.Summary.Value(tag="h", metadata=plugin("histograms")),
    ]
    for value, dtype in zip(values[3:], (1, 7, 2)):
        value.tensor.dtype = dtype
        value.tensor.tensor_shape.dim.add(size=3)
        value.tensor.string_val.extend([b"16", b"16", square] if dtype == 7 else [])
        value.tensor.float_val.extend([0.5, 1, 2] if dtype == 1 else [])
        value.tensor.double_val.extend([0.5, 1, 2] if dtype == 2 else [])
    graph = graph_pb2.GraphDef(node=[{"name": "x", "op": "Placeholder"}, {"name": "y", "op": "Neg", "input": ["x"]}])
    events = [event_pb2.Event(wall_time=1.0, file_version="brain.Event:2")]
    events += [event_pb2.Event(wall_time=2.0, step=3, summary=summary_pb2.Summary(value=[value])) for value in values]
    events.append(event_pb2.Event(wall_time=3.0, graph_def=graph.SerializeToString()))
    events.append(event_pb2.Event(wall_time=4.0, step=9, session_log=event_pb2.SessionLog(status=1)))
    return [event.SerializeToString() for event in events]


def _graphs() -> list[bytes]:
    with tarfile.open(TENSORFLOW_1 / "graphs.tar.xz") as archive:
        members = [archive.extractfile(member) for member in archive if member.name.endswith(".meta")]
        found = [member.read() for member in members if member]
    small = [content for content in found if len(content) <= SMALL_BYTES]
    return [_file("line/model-30.meta"), _file("plane/model-30.meta"), *small[:8]]


def _pictures() -> list[bytes]:
    found = []
    noise = np.random.default_rng(0).integers(0, 256, (30, 61, 4)).astype(np.uint8)
    for mode in ("RGBA", "RGB", "L", "1", "P", "LA", "I;16"):
        stream = io.BytesIO()
        image = Image.fromarray(noise, "RGBA")
        (image.convert("L").convert("I").convert("I;16") if mode == "I;16" else image.convert(mode)).save(stream, "PNG")
        found.append(stream.getvalue())
    for format_name in ("JPEG", "GIF", "BMP", "WEBP"):
        stream = io.BytesIO()
        Image.fromarray(noise[:, :, :3]).save(stream, format_name)
        found.append(stream.getvalue())
    return found


def _notebooks() -> list[bytes]:
    code = {"cell_type": "code", "source": ["%matplotlib inline\n", "print(1)\n", "!ls\n"], "outputs": [], "metadata": {}}
    words = {"cell_type": "markdown", "source": "# Exercice 02", "metadata": {}}
    newer = {"cells": [words, code, {**code, "source": "x = 7 % 2\n?x"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    older = {"worksheets": [{"cells": [{"cell_type": "code", "input": "print 1"}]}], "nbformat": 3}
    return [json.dumps(newer).encode(), json.dumps(older).encode(), b"import numpy\n%time x\nprint(1 %\n 2)\nx?\n"]


def _archives() -> list[bytes]:
    files = {"ex01.py": b"print(1)\n" * 9, "sub/ex02.py": b"", "../out.py": b"x", "/etc/x": b"y"}
    found = []
    for names in (list(files)[:2], list(files)):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.writestr(name, files[name])
        found.append(stream.getvalue())
        for mode in ("w", "w:gz", "w:bz2"):
            stream = io.BytesIO()
            with tarfile.open(fileobj=stream, mode=mode) as tar:
                for name in names:
                    member = tarfile.TarInfo(name)
                    member.size = len(files[name])
                    tar.addfile(member, io.BytesIO(files[name]))
                link = tarfile.TarInfo("link")
                link.type, link.linkname = tarfile.SYMTYPE, "../../etc/passwd"
                tar.addfile(link)
            found.append(stream.getvalue())
    return [*found, lzma.compress(found[1]), found[0] + struct.pack("<I", 7)]
