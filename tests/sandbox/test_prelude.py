"""What a script finds: its data offline, TensorFlow 1 where it is meant, no windows and no network."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from checker.engine.workshop import Workshop
from checker.evidence.dialect import read_dialect
from checker.hints import row_for
from checker.outcome import Status
from checker.sandbox import input_data
from checker.sandbox.box import BoxError, JobResult
from checker.sandbox.dialect import OLD_KERAS, OLD_METHODS
from reference import datasets
from tests.support.checking import check_ex01
from tests.support.fixture_types import RunScript
from tests.support.script_text import IMPORT_TENSORFLOW, LEGACY_KERAS, RIGHT

TF1 = "import tensorflow as tf\ntf.Session\n"
KERAS = {
    "Keras 3": "import keras\n",
    "tf.keras": "import tensorflow as tf\nkeras = tf.keras\n",
    "from tf.keras": "from tensorflow import keras\n",
    "compat.v1": IMPORT_TENSORFLOW + "keras = tf.keras\n",
    "compat.v1, legacy Keras": LEGACY_KERAS + IMPORT_TENSORFLOW + "keras = tf.keras\n",
    "tf_keras": "import tf_keras as keras\n",
    "TensorFlow 1": TF1 + "keras = tf.keras\n",
    "TensorFlow 1, keras": TF1 + "import keras\n",
    "TensorFlow's own": "import tensorflow\nfrom tensorflow.python import keras\nimport tensorflow.python.keras.datasets.mnist\n",
}


def printed(result: JobResult) -> str:
    assert result.exit_code == 0, result.stderr.decode()
    return result.stdout.decode().strip()


@pytest.mark.parametrize(
    "keras", [text for name, text in KERAS.items() if "own" not in name], ids=[n for n in KERAS if "own" not in n]
)
def test_every_keras_serves_the_verified_data(run_script: RunScript, keras: str) -> None:
    lines = """
from reference import datasets
import numpy as np
for name in ("mnist", "fashion_mnist"):
    served, truth = getattr(keras.datasets, name).load_data(), getattr(datasets, name)()
    print(all(np.array_equal(a, b) for s, t in zip(served, truth) for a, b in zip(s, t)))
(x, y), (x_test, y_test) = keras.datasets.boston_housing.load_data()
print(x.shape, x_test.shape, y[0], x[0, 0])
houses = datasets.boston()
print(sorted(np.concatenate([y, y_test])) == sorted(houses.target))
(x, y), (x_test, y_test) = keras.datasets.boston_housing.load_data(test_split=0, seed=7)
print(x.shape, x_test.shape)
"""
    # The first row is the one of Keras's own file, so the order of the rows is Keras's, too.
    assert printed(run_script(keras + lines)).splitlines() == [
        "True", "True", "(404, 13) (102, 13) 15.2 1.23247", "True", "(506, 13) (0, 13)",
    ]  # fmt: skip


@pytest.mark.parametrize("way", [
    "from keras.datasets import mnist\nload = mnist.load_data",
    "from keras.datasets.mnist import load_data as load",
    "from tensorflow.keras.datasets import mnist\nload = mnist.load_data",
    "from tensorflow.keras.datasets.mnist import load_data as load",
    "import tensorflow.keras as k\nload = k.datasets.mnist.load_data",
    TF1 + "from tensorflow.keras.datasets.mnist import load_data as load",
    TF1 + "import keras.datasets.mnist\nload = keras.datasets.mnist.load_data",
])  # fmt: skip
def test_the_data_is_served_however_it_is_imported(run_script: RunScript, way: str) -> None:
    assert printed(run_script(f"{way}\nprint(load()[1][0].shape)\nload('mnist.npz')")) == "(2000, 28, 28)"


def test_scikit_learn_has_its_houses_again(run_script: RunScript) -> None:
    found = printed(
        run_script("""
from sklearn.datasets import load_boston
import sklearn.datasets as s
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
b = load_boston()
print(sorted(b), b.data.shape, b["target"].shape, list(b.feature_names)[5], "Harrison" in b.DESCR)
X, y = s.load_boston(return_X_y=True)
print(train_test_split(X, y, test_size=0.2)[0].shape, abs(StandardScaler().fit_transform(X).mean()) < 1e-9)
""")
    )
    assert found.splitlines() == [
        "['DESCR', 'data', 'feature_names', 'filename', 'target'] (506, 13) (506,) RM True",
        "(404, 13) True",
    ]


@pytest.mark.parametrize("way", [
    TF1 + "load = tf.contrib.learn.datasets.load_dataset",
    "import tensorflow as tf\nfrom tensorflow.contrib.learn.python.learn.datasets import load_dataset as load",
    "from tensorflow.contrib import learn\nload = learn.datasets.load_dataset",
    "import tensorflow.contrib.learn as learn\nload = learn.datasets.load_dataset",
    IMPORT_TENSORFLOW + "from tensorflow.contrib.learn import datasets\nload = datasets.load_dataset",
])  # fmt: skip
def test_contrib_has_its_houses_again(run_script: RunScript, way: str) -> None:
    lines = "\nb = load('boston')\ndata, target = b\nprint(b.data.shape, b.target[0], list(b.feature_names)[5], 'Harrison' in b.DESCR)"
    assert printed(run_script(way + lines)) == "(506, 13) 24.0 RM True"


@pytest.mark.parametrize("way", [
    "from tensorflow.examples.tutorials.mnist import input_data",
    "import tensorflow.examples.tutorials.mnist.input_data as input_data",
    IMPORT_TENSORFLOW + "from tensorflow.examples.tutorials.mnist import input_data",
    "import input_data",
    "import tensorflow as tf\ninput_data = tf.contrib.learn.datasets.mnist",
    "from tensorflow.contrib.learn.python.learn.datasets import mnist as input_data",
])  # fmt: skip
def test_the_tutorials_read_their_data(run_script: RunScript, way: str) -> None:
    lines = "\nm = input_data.read_data_sets('MNIST_data', one_hot=True)\nprint(m.train.images.shape, m.test.labels.shape)"
    assert printed(run_script(way + lines)) == "(9167, 784) (2000, 10)"


def test_the_sets_of_the_tutorials_are_as_they_were() -> None:
    sets = input_data.read_data_sets("MNIST_data", one_hot=True)
    (images, labels), (test_images, _) = datasets.mnist()
    assert (sets.train.num_examples, sets.validation.num_examples, sets.test.num_examples) == (9167, 833, 2000)
    assert sets.train.images.dtype == np.float32
    assert sets.train.labels.dtype == np.float64
    assert np.array_equal(sets.validation.images, images[:833].reshape(-1, 784) * np.float32(1 / 255))
    assert np.array_equal(sets.train.labels.argmax(1), labels[833:])
    assert sets.test.images.max() <= 1.0
    plain = input_data.read_data_sets("x", False, False, np.uint8, False, 5000)
    assert (plain.train.images.shape, plain.train.labels.shape) == ((5000, 28, 28, 1), (5000,))
    assert np.array_equal(plain.test.images[..., 0], test_images)
    train, validation, test = plain
    assert (train, validation, test) == (plain.train, plain.validation, plain.test)


def test_batches_are_shuffled_and_wrap_at_the_end_of_an_epoch() -> None:
    images = np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1)
    rows = input_data.DataSet(images, np.arange(10), dtype=np.uint8, seed=1)
    first = [rows.next_batch(4) for _ in range(2)]
    assert rows.epochs_completed == 0
    third = rows.next_batch(4)
    assert rows.epochs_completed == 1
    for batch, labels in [*first, third]:
        assert np.array_equal(batch[:, 0], labels)  # each image keeps its label
        assert len(labels) == 4
    seen = np.concatenate([first[0][1], first[1][1], third[1][:2]])
    assert sorted(seen) == list(range(10))
    assert list(seen) != list(range(10))
    in_order = input_data.DataSet(images, np.arange(10), dtype=np.uint8)
    assert [list(in_order.next_batch(6, shuffle=False)[1]) for _ in range(2)] == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 0, 1]]
    assert in_order.next_batch(batch_size=3, fake_data=False, shuffle=False)[1].tolist() == [2, 3, 4]


@pytest.mark.parametrize("options", [{"validation_size": 10_001}, {"validation_size": -1}, {"fake_data": True}])
def test_what_the_tutorials_cannot_have_is_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"between 0 and 10000|not served"):
        input_data.read_data_sets("x", **options)  # type: ignore[arg-type]  # each has its type


IMPORTS_OF_2019 = """
import tensorflow as tf
import tensorflow.keras.backend as K
from tensorflow import keras
from tensorflow.keras.layers import Dense
from tensorflow.keras import layers
from tensorflow.python.framework import ops
from tensorflow.python.ops import rnn
from tensorflow.layers import dense
from tensorflow.contrib.layers import xavier_initializer
from tensorflow import placeholder
import tensorflow.train
import keras as alone
import keras.backend.tensorflow_backend
from keras.utils import np_utils, to_categorical
from keras.layers.core import Dense as D2, Activation
from keras.layers.convolutional import Conv2D
from keras.models import Sequential
from keras import backend
"""


def test_the_imports_of_2019_work(run_script: RunScript) -> None:
    lines = """
ops.reset_default_graph()
tf.logging.set_verbosity(tf.logging.ERROR)
print(tf.__name__, alone is keras, keras is tf.keras, Dense is D2, K is backend, bool(keras.__version__))
print(np_utils.to_categorical([1], 3), tf.executing_eagerly(), "placeholder" in dir(tf), tf.train.Saver.__name__)
x = tf.placeholder(tf.float32, [None, 4])
y = dense(x, 2, kernel_initializer=xavier_initializer(seed=1))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(y, {x: [[0, 0, 0, 0]]}))
m = Sequential([D2(3, input_dim=4)])
m.compile(keras.optimizers.SGD(lr=0.1), "mse", metrics=["accuracy"])
print(sorted(m.fit([[[1, 2, 3, 4]]], [[[1, 2, 3]]], verbose=0).history), K.get_session().graph is tf.get_default_graph())
print(tf.contrib.learn.datasets.load_dataset("boston").target[0])
"""
    assert printed(run_script(IMPORTS_OF_2019 + lines)).splitlines() == [
        "tensorflow True True True True True",
        "[[0. 1. 0.]] False True Saver",
        "[[0. 0.]]",
        "['acc', 'loss'] True",
        "24.0",
    ]


def test_what_keras_has_dropped_since_works_as_it_did(run_script: RunScript) -> None:
    found = printed(
        run_script("""
import numpy as np
from keras import backend as K
from keras.layers import Dense, Activation
from keras.models import Sequential
from keras.utils import multi_gpu_model
def model_of(units, activation):
    model = Sequential([Dense(units, input_dim=2, use_bias=False, activation=activation)])
    model.set_weights([np.eye(2, units) * 4 - 1])
    return model
rows = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 2.0]])
model = multi_gpu_model(model_of(2, "softmax"), gpus=2)
print(model.predict_classes(rows).tolist(), model.predict_classes(rows, batch_size=2, verbose=0).dtype)
print(np.array_equal(model.predict_proba(rows), model.predict(rows)))
one = model_of(1, "sigmoid").predict_classes(rows)
print(one.tolist(), one.dtype)
print(K.image_dim_ordering(), K.set_image_dim_ordering("th"), K.image_data_format(), K.image_dim_ordering())
try:
    K.set_image_dim_ordering("channels_last")
except ValueError as error:
    print(error)
""")
    )
    assert found.splitlines() == [
        "[1, 0, 1] int64",
        "True",
        "[[0], [1], [0]] int32",
        "tf None channels_first th",
        "('Unknown dim_ordering:', 'channels_last')",
    ]


HINTED_ONLY = {"layers.Merge", "wrappers.scikit_learn"}  # nothing in tf_keras does their work: see the hints


@pytest.mark.parametrize("name", sorted(OLD_KERAS - HINTED_ONLY))
def test_what_shows_an_old_keras_is_served(run_script: RunScript, name: str) -> None:
    parent, _, last = name.rpartition(".")
    printed(run_script(f"from keras{'.' * bool(parent)}{parent} import {last}"))


@pytest.mark.parametrize("method", sorted(OLD_METHODS))
def test_a_method_that_shows_an_old_keras_is_served(run_script: RunScript, method: str) -> None:
    printed(run_script(f"import keras\nkeras.models.Sequential().{method}"))


@pytest.mark.parametrize("way", [
    "from keras import objectives\nobjectives.mean_squared_error",
    "from keras.engine.topology import Layer, Input",
    "from keras.engine import Layer, InputSpec",
    "from keras.engine.training import Model",
    "from keras.backend import tensorflow_backend as K\nK.set_session, K.image_dim_ordering",
    "import keras.backend.tensorflow_backend as KTF\nKTF.set_session",
    "from tensorflow.keras.layers import core\nfrom keras.layers.core import Dense\nassert core.Dense is Dense",
])  # fmt: skip
def test_the_files_of_old_keras_are_found_however_they_are_imported(run_script: RunScript, way: str) -> None:
    printed(run_script(f"from keras.utils import np_utils\n{way}"))


def test_flags_and_app_run_work(run_script: RunScript) -> None:
    found = printed(
        run_script("""
import tensorflow as tf
tf.app.flags.DEFINE_string("train_dir", "/tmp/x", "where")
FLAGS = tf.app.flags.FLAGS
def main(_):
    print(FLAGS.train_dir)
if __name__ == "__main__":
    tf.app.run()
""")
    )
    assert found == "/tmp/x"


def test_layers_of_contrib_are_those_of_tensorflow(run_script: RunScript) -> None:
    found = printed(
        run_script("""
import tensorflow as tf
from tensorflow.contrib.layers import *
from tensorflow.contrib import layers
x = tf.placeholder(tf.float32, [None, 2, 2])
flat = layers.flatten(x)
h = layers.fully_connected(flat, 3, scope="hidden", weights_regularizer=layers.l2_regularizer(0.5))
y = layers.fully_connected(h, 2, activation_fn=None, weights_initializer=layers.variance_scaling_initializer())
z = layers.fully_connected(flat, 3, scope="hidden", reuse=True)
layers.dropout(h, 0.9), layers.l1_regularizer(0.1)(y), layers.linear(y, 1), layers.xavier_initializer_conv2d(uniform=False)
print([v.name for v in tf.trainable_variables()][:2], flat.shape[1], [op.type for op in tf.get_default_graph().get_operations()].count("Relu"))
""")
    )
    assert found == "['hidden/kernel:0', 'hidden/bias:0'] 4 2"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("tf.contrib.rnn.BasicLSTMCell", "in its place: tf.nn.rnn_cell"),
        ("tf.contrib.layers.conv2d", "in its place: tf.layers"),
        ("import tensorflow.contrib.slim as slim", "in its place: tf.layers"),
        ("tf.contrib.nonsense", "in its place: tf.layers, tf.nn and tf.keras"),
        ("tf.contrib.learn.datasets.load_dataset('iris')", "a check serves boston and mnist"),
        ("tf.sqaure(1)", "module 'tensorflow' has no attribute 'sqaure'. Did you mean: 'square'?"),
        ("tf.mul(1, 2)", "module 'tensorflow' has no attribute 'mul'"),
    ],
)
def test_what_is_gone_names_what_took_over(run_script: RunScript, lines: str, said: str) -> None:
    result = run_script(f"import tensorflow as tf\ntf.placeholder\n{lines}\n")
    assert result.exit_code == 1
    assert said in result.stderr.decode()


DOWNLOADS = {
    "urllib": "from urllib.request import urlopen\nurlopen('http://example.org/')",
    "an address": "from urllib.request import urlopen\nurlopen('http://192.0.2.1/', timeout=20)",
    "requests": "import requests\nrequests.get('https://example.org/')",
    "Keras": "import keras\nkeras.utils.get_file('x.npz', 'https://example.org/x.npz')",
    "a data set that is not served": "import keras\nkeras.datasets.cifar10.load_data()",
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
    forged = "from checker.sandbox import child\nchild.tell_our_failure('Traceback: ours')"
    assert run_script(forged).exit_code == 0
