"""What a script finds: TensorFlow 1 where it is meant, no windows and no network; and what its report says of that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.engine.workshop import Workshop
from checker.evidence.dialect import read_dialect
from checker.hints import row_for
from checker.outcome import Status
from checker.sandbox.box import BoxError
from tests.support.checking import check_ex01, printed
from tests.support.fixture_types import RunScript
from tests.support.script_text import IMPORT_TENSORFLOW, RIGHT

DOWNLOADS = {
    "urllib": "from urllib.request import urlopen\nurlopen('http://example.org/')",
    "an address": "from urllib.request import urlopen\nurlopen('http://192.0.2.1/', timeout=20)",
    "requests": "import requests\nrequests.get('https://example.org/')",
    "Keras": "import keras\nkeras.utils.get_file('x.npz', 'https://example.org/x.npz')",
    "a data set that is not served": "import keras\nkeras.datasets.cifar100.load_data()",
    "a socket": "import socket\nsocket.create_connection(('example.org', 80))",
}


@pytest.mark.parametrize("lines", DOWNLOADS.values(), ids=DOWNLOADS.keys())
def test_a_download_is_told_that_there_is_no_network(run_script: RunScript, lines: str) -> None:
    result = run_script(lines)
    last = result.stderr.decode().strip().splitlines()[-1]
    assert result.exit_code == 1
    assert "there is no network in a check" in last
    found = row_for(last)
    assert found is not None
    assert found.id == "download"


def test_a_machine_may_talk_to_itself(run_script: RunScript) -> None:
    printed(
        run_script("""
import socket
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname())
socket.getaddrinfo("localhost", 80)
a, b = socket.socketpair()
a.send(b"x")
""")
    )


def test_colab_is_a_harmless_stub_that_says_once_what_it_did(run_script: RunScript) -> None:
    output = printed(
        run_script("""
import google.colab
import google.colab.drive
from google.colab import auth, files, output, userdata
from google.colab.patches import cv2_imshow
from google.protobuf import descriptor
for _ in range(3):
    google.colab.drive.mount('/content/drive', force_remount=True)
assert files.upload() == {} and userdata.get('KEY') == ''
files.download('model.h5'), output.clear(), auth.authenticate_user(), cv2_imshow([1])
try:
    from google.colab import nothing_of_this_name
except ImportError as error:
    print('no such part')
""")
    )
    assert output.count("there is no Google Drive here, nothing was mounted") == 1
    assert "google.colab: files.upload: nobody can upload a file here" in output
    assert output.endswith("no such part")


QUIET = {
    "another backend": "import matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    "Agg": "import matplotlib.pyplot as plt\nplt.switch_backend('Agg')\nplt.plot([1, 2])\nplt.show()",
    "a pause": "import matplotlib.pyplot as plt\nplt.ion()\nplt.plot([1, 2])\nfor _ in range(100): plt.pause(5)",
    "a window": "import tkinter as tk\nr = tk.Tk()\nr.title('x')\ntk.Label(r, text='a').pack()\nclass App(tk.Frame):\n    def __init__(self): super().__init__(r)\nApp()\nr.mainloop()",
    "all of tkinter": "from tkinter import *\nfrom tkinter import messagebox\nwindow = Tk()\nmessagebox.showinfo('a', 'b')",
    "magics": "%matplotlib inline\n!pip install tensorflow\nget_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().system('ls')",
    "IPython": "from IPython import get_ipython\nfrom IPython.display import display, Image, clear_output\nget_ipython().magic('reset -sf')\ndisplay(1)\nclear_output(wait=True)",
}  # fmt: skip


@pytest.mark.parametrize("lines", QUIET.values(), ids=QUIET.keys())
def test_what_wants_to_be_seen_does_not_stop_a_run(run_script: RunScript, lines: str) -> None:
    result = run_script(lines + "\nprint('done')")
    assert printed(result).endswith("done")
    assert result.duration_s < 20


def test_the_code_below_a_cell_magic_runs(run_script: RunScript) -> None:
    lines = "get_ipython().run_cell_magic('time', '', 'x = 3\\n')\nget_ipython().run_line_magic('time', 'y = x + 1')\nprint(x + y)"
    assert printed(run_script(lines)) == "7"


def test_figures_are_captured_whatever_the_script_chose(run_script: RunScript, job_folder: Path) -> None:
    (job_folder / "figures").mkdir()
    printed(run_script(QUIET["another backend"], SUITE_FIGURES=str(job_folder / "figures")))
    assert (job_folder / "figures" / "figure-0001.json").is_file()


def test_names_that_no_file_can_have_break_nothing(run_script: RunScript) -> None:
    name = "a" * 300
    assert printed(run_script(f"try:\n    import {name}\nexcept ImportError:\n    print('none')")) == "none"


def test_tensorflow_2_and_compat_v1_stay_what_they_are(run_script: RunScript) -> None:
    assert (
        printed(run_script("import tensorflow as tf\nprint(hasattr(tf, 'Session'), tf.executing_eagerly())")) == "False True"
    )
    assert (
        printed(
            run_script(IMPORT_TENSORFLOW + "import tensorflow\nprint(hasattr(tensorflow, 'Session'), tf.Session.__name__)")
        )
        == "False Session"
    )
    assert printed(run_script("import keras\nprint(keras.__version__[0])")) == "3"


OF_2019 = RIGHT.replace("import tensorflow.compat.v1 as tf", "import tensorflow as tf").replace(
    "tf.disable_v2_behavior()\n", ""
)


def test_the_report_says_what_was_served(workshop: Workshop, tmp_path: Path) -> None:
    report = check_ex01(workshop, tmp_path, OF_2019)
    assert report.status is Status.PASS
    (note,) = report.notes
    assert note.startswith("written for TensorFlow 1 (line ")
    assert note.endswith("served through tf.compat.v1")
    assert check_ex01(workshop, tmp_path, RIGHT).notes == []


def test_eager_tensorflow_is_told_where_it_left_graph_mode(workshop: Workshop, tmp_path: Path) -> None:
    report = check_ex01(workshop, tmp_path, "import tensorflow as tf\n\nprint(tf.Variable(-248820).numpy())\n")
    first = report.checks[0]
    assert (first.status, first.where) == (Status.FAIL, "ex01.py, line 3: .numpy()")
    assert "graph mode" in first.hint
    assert {check.status for check in report.checks[1:]} == {Status.SKIP}
    assert report.notes == ["written for TensorFlow 2 (line 3: .numpy()): left as it is, and this suite is about graph mode"]


def test_a_script_that_only_imports_tensorflow_is_told_that_nothing_asks_for_1(workshop: Workshop, tmp_path: Path) -> None:
    report = check_ex01(workshop, tmp_path, "import tensorflow as tf\nprint(tf.add(1, 2))\n")
    first = report.checks[0]
    assert (first.status, first.where) == (Status.FAIL, "ex01.py, line 1: import tensorflow")
    assert first.actual == "no session: it ran to its end, but eagerly, in TensorFlow 2"
    assert report.notes == ["nothing in it asks for TensorFlow 1, so it got TensorFlow 2; this suite is about graph mode"]


def test_a_module_and_a_file_beside_the_script_are_found(workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_text("3,2,12\n")
    (tmp_path / "model.py").write_text(
        "import tensorflow as tf\ndef variable(x): return tf.get_variable('v%d' % x, initializer=x)\n"
    )
    (tmp_path / "other.py").write_text("raise SystemExit('not asked for')\n")
    lines = "\nimport os, model\nassert os.listdir('.').count('other.py') == 0\nfor path in ('numbers.csv', os.path.dirname(os.path.abspath(__file__)) + '/numbers.csv'):\n    print(open(path).read())\n"
    report = check_ex01(workshop, tmp_path, OF_2019 + lines)
    assert report.status is Status.PASS, report.checks
    assert [note for note in report.notes if "not kept" in note] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ex01.py", "logdir", "model.py", "numbers.csv", "other.py"]


@pytest.mark.parametrize("text", ["tf" + ".a" * 400_000, "(" * 100_000, "x = 1\n" * 700_000, "-" * 200_000 + "1"])
def test_a_text_made_to_break_a_parser_breaks_no_more_than_its_own_run(
    workshop: Workshop, tmp_path: Path, text: str
) -> None:
    assert check_ex01(workshop, tmp_path, text).status is Status.FAIL


def test_a_claim_about_the_dialect_that_is_forged_says_nothing(tmp_path: Path) -> None:
    for content in (
        "",
        "[]",
        '{"dialect": "tf1"}',
        '{"dialect": "tf1", "sign": 3}',
        '{"dialect": "tf1", "sign": {"line": "x"}}',
        "x" * 100_000,
    ):
        (tmp_path / "dialect.json").write_text(content)
        assert read_dialect(tmp_path).note == ""
    steering = {"dialect": "tf1", "is_asked_for": True, "sign": {"line": 1, "words": "\x1b[31mred\n" * 1000, "file": ""}}
    (tmp_path / "dialect.json").write_text(json.dumps(steering))
    assert "\x1b" not in read_dialect(tmp_path).note
    assert len(read_dialect(tmp_path).note) < 700


def test_a_prelude_that_breaks_is_our_error_and_a_script_cannot_feign_one(run_script: RunScript) -> None:
    with pytest.raises(BoxError, match=r"(?s)could not begin:.*FileNotFoundError.*nowhere"):
        run_script("pass", SUITE_SESSIONS="/nowhere")
    forged = "from checker.sandbox import job_words\njob_words.tell_our_failure('Traceback: ours')"
    assert run_script(forged).exit_code == 0
