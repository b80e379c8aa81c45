"""Scripts and files that mean harm, or only happen to be strange, get a verdict: never our ERROR, never a hang."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import psutil
import pytest
from tensorboard.compat.proto import event_pb2, graph_pb2, meta_graph_pb2, summary_pb2, tensor_pb2

from checker.catalog import EXERCISES
from checker.engine.workshop import Options, Workshop
from checker.evidence.dataflow import Tensor
from checker.evidence.events import read_event_log
from checker.evidence.figures import read_figures
from checker.evidence.graph import Graph
from checker.evidence.pictures import decode_png
from checker.outcome import Report, Status
from checker.report.json import as_json
from checker.report.junit import as_junit
from checker.report.terminal import sparkline
from checker.sandbox.box import BoxError
from checker.selftest.corpus import SUBMISSIONS
from tests.evidence.test_records import framed

RIGHT = (SUBMISSIONS / "ex01_plain" / "ex01.py").read_text("utf-8")

ENDINGS = {
    "writes a file name that is no text": 'open(b"bad\\xff\\x1b[31mname", "w").close()',
    "leaves a process that keeps writing": """
import os, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time\\nfor i in range(100): open(str(i), 'w').close(); time.sleep(0.05)"], start_new_session=True)
""",
    "deletes its folder": "import os, shutil\nshutil.rmtree(os.getcwd())",
    "closes its output": "import sys\nsys.stdout.close(); sys.stderr.close()",
    "ends at once": "import os\nos._exit(0)",
    "interrupts itself": "raise KeyboardInterrupt",
    "forges figures": """
import os
folder = os.environ["SUITE_FIGURES"]
os.mkfifo(folder + "/figure-0001.json"); os.mkdir(folder + "/figure-0002.json")
open(folder + "/figure-0003.json", "w").write('{"axes": [{"points": 1' + "0" * 400 + "}]}")
""",
    "forges what it was served": """
import os
open(os.environ["SUITE_SESSIONS"] + "/dialect.json", "w").write('{"dialect": "tf1", "sign": {"file": "", "line": 1e999, "words": ""}}')
""",
    "forges the record of its sessions": """
import json, os
record = {"calls": 10**400, "graphs": [{"calls": 10**400, "early_nodes": 0, "nodes": 1}], "paths": [], "groups": []}
folder = os.environ["SUITE_SESSIONS"]
open(folder + "/sessions.json", "w").write(json.dumps(record)); open(folder + "/arrays.bin", "w").close()
os.kill(os.getpid(), 9)  # before the recorder writes its own
""",
    "points its logdir elsewhere": "import os, shutil\nshutil.rmtree('logdir/ex01'); os.symlink('/usr', 'logdir/ex01')",
    "replaces the graph by nonsense": "open('logdir/ex01/model.meta', 'wb').write(b'\\xff' * 100)",
    "replaces the checkpoint by nonsense": "open('logdir/ex01/model.index', 'wb').write(b'\\xff' * 100)",
    "points the checkpoint file at nothing": "open('logdir/ex01/checkpoint', 'w').write('model_checkpoint_path: \"a\\0b\"\\n')",
    "nests folders deeper than a path can say": """
import os
os.chdir("logdir/ex01")
for _ in range(1500): os.mkdir("folder"); os.chdir("folder")
open("events.out.tfevents.1.deep", "w").close()
""",
    "leaves thousands of files and links that lead in circles": """
import os
os.mkdir("logdir/ex01/many"); os.symlink("..", "logdir/ex01/many/circle"); os.symlink("loop", "logdir/ex01/loop")
for i in range(12000): open(f"logdir/ex01/many/{i}.index" if i % 2 else f"logdir/ex01/many/tfevents.{i}", "w").close()
""",
    "locks a folder": "import os\nos.makedirs('logdir/ex01/locked/inner'); os.chmod('logdir/ex01/locked', 0)",
    "makes folders of files": "import os\nos.remove('logdir/ex01/model.meta'); os.mkdir('logdir/ex01/model.meta')",
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
def test_a_strange_ending_gets_a_verdict(workshop: Workshop, tmp_path: Path, ending: str) -> None:
    report = check_ex01(workshop, tmp_path, RIGHT + ending)
    assert [check.detail for check in report.checks if check.status is Status.ERROR] == []
    assert report.status in (Status.PASS, Status.FAIL)
    as_junit([report])
    as_json([report]).encode("utf-8", "backslashreplace")


def test_a_link_in_place_of_the_logdir_is_not_followed(workshop: Workshop, tmp_path: Path) -> None:
    report = check_ex01(workshop, tmp_path, RIGHT + ENDINGS["points its logdir elsewhere"])
    assert report.status is Status.FAIL
    assert not (tmp_path / "logdir" / "ex01").exists()


def test_a_graph_with_a_loop_in_it_is_not_followed_for_ever(workshop: Workshop, tmp_path: Path) -> None:
    loop = """
from tensorflow.core.protobuf import meta_graph_pb2
meta = meta_graph_pb2.MetaGraphDef.FromString(open("logdir/ex01/model.meta", "rb").read())
for node in meta.graph_def.node:
    if node.op == "Identity":
        node.input[:] = [node.name]
open("logdir/ex01/model.meta", "wb").write(meta.SerializeToString())
"""
    report = check_ex01(workshop, tmp_path, RIGHT + loop)
    assert report.status is Status.FAIL


def test_a_graph_that_grows_in_a_loop_is_read_in_time(workshop: Workshop, tmp_path: Path) -> None:
    grown = RIGHT.replace("saver = ", "for _ in range(5000):\n    result = tf.identity(result)\nsaver = ", 1)
    assert check_ex01(workshop, tmp_path, grown).status is Status.PASS


def test_a_temporary_folder_behind_a_link_is_no_trouble(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "link"))
    assert check_ex01(workshop, tmp_path, RIGHT).status is Status.PASS


def test_without_walls_a_script_that_kills_its_box_fails_alone(tmp_path: Path) -> None:
    with Workshop("none") as workshop:
        report = check_ex01(workshop, tmp_path, "import os\nos.kill(os.getppid(), 9)")
        assert [(check.id, check.status) for check in report.checks] == [("box", Status.FAIL)]
        assert check_ex01(workshop, tmp_path, RIGHT).status is Status.PASS  # in a new box


def test_a_box_that_was_killed_does_not_hide_the_reports_of_others(tmp_path: Path) -> None:
    others = set(psutil.Process().children(recursive=True))
    with Workshop() as workshop:
        assert check_ex01(workshop, tmp_path, RIGHT).status is Status.PASS
        for child in set(psutil.Process().children(recursive=True)) - others:
            child.kill()
        with pytest.raises(BoxError):
            check_ex01(workshop, tmp_path, RIGHT)
        assert check_ex01(workshop, tmp_path, RIGHT).status is Status.PASS  # in a new box


def check_ex01(workshop: Workshop, folder: Path, text: str) -> Report:
    script = folder / "ex01.py"
    script.write_text(text, "utf-8")
    return workshop.check(EXERCISES["ex01"], script, Options(timeout_s=300, publish_to=folder))


def summary(**value: object) -> bytes:
    event = event_pb2.Event(step=1)
    event.summary.value.append(summary_pb2.Summary.Value(tag="t", **value))  # type: ignore[arg-type]  # forged on purpose
    return event.SerializeToString()


def plugin(name: str) -> summary_pb2.SummaryMetadata:
    metadata = summary_pb2.SummaryMetadata()
    metadata.plugin_data.plugin_name = name
    return metadata


FORGED_EVENTS = {
    "images that are numbers": summary(
        metadata=plugin("images"), tensor=tensor_pb2.TensorProto(dtype=3, int_val=[1, 2, -3])
    ),
    "a scalar that does not fit": summary(metadata=plugin("scalars"), tensor=tensor_pb2.TensorProto(dtype=4, int_val=[300])),
    "a scalar of no known type": summary(metadata=plugin("scalars"), tensor=tensor_pb2.TensorProto(dtype=99)),
    "a step that is negative": event_pb2.Event(step=-(2**63), graph_def=b"\xff\xff\xff").SerializeToString(),
}


@pytest.mark.parametrize("event", FORGED_EVENTS.values(), ids=FORGED_EVENTS.keys())
def test_a_forged_event_is_read_or_named(tmp_path: Path, event: bytes) -> None:
    (tmp_path / "events.out.tfevents.1.host").write_bytes(framed(event))
    log = read_event_log(tmp_path)
    assert len(log.problems) <= 1


FORGED_NODES = [("Identity", 0), ("SaveV2", 0), ("SaveV2", 2), ("Sub", 1), ("Softmax", 0), ("Assign", 1), ("Fill", 0)]


@pytest.mark.parametrize(("op", "inputs"), FORGED_NODES)
def test_a_node_without_its_inputs_is_no_trouble(op: str, inputs: int) -> None:
    meta = meta_graph_pb2.MetaGraphDef()
    meta.graph_def.node.add(name="v", op="VariableV2")
    meta.graph_def.node.add(name="n", op=op, input=["v"] * inputs)
    meta.graph_def.node.add(name="train", op="ApplyAdam", input=["v"])
    graph = Graph.from_meta_graph(meta.SerializeToString())
    graph.logits()
    graph.residuals()
    graph.cross_entropies()
    assert [variable.name for variable in graph.variables.values()] == ["v"]
    assert graph.initial_value("v") is None
    assert not graph.is_minimised_as_a_vector()


def test_a_chain_of_many_thousand_nodes_is_walked_quickly() -> None:
    definition = graph_pb2.GraphDef()
    for i in range(50_000):
        definition.node.add(name=f"n{i}", op="Identity", input=[f"n{i - 1}"] if i else [])
    graph = Graph(definition)
    assert len(graph.reached_from(["n0"])) == len(graph.ancestors("n49999")) == 50_000
    assert graph.constant(Tensor("n49999")) is None


@pytest.mark.parametrize("chunk", [b"tRNS", b"iCCP", b"gAMA", b"pHYs", b"tEXt"])
def test_a_png_with_an_empty_chunk_is_a_picture_or_none(chunk: bytes) -> None:
    import io
    import zlib

    import numpy as np
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(np.zeros((28, 28), np.uint8)).save(stream, "PNG")
    encoded = stream.getvalue()
    empty = struct.pack(">I", 0) + chunk + struct.pack(">I", zlib.crc32(chunk))
    found = decode_png(encoded[:33] + empty + encoded[33:])  # after the header
    assert found is None or found.shape == (28, 28)


def test_a_figure_that_is_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "figure-0001.json")
    assert read_figures(tmp_path) == []


@pytest.mark.parametrize("values", [[1e308, -1e308], [1.7e308] * 100, [5e-324, 0.0]])
def test_the_largest_floats_fit_a_sparkline(values: list[float]) -> None:
    assert len(sparkline(values)) == min(40, len(values))
