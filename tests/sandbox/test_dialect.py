"""Which TensorFlow a script is written for is decided from its text, whatever the text is."""

from __future__ import annotations

import time

import pytest

from checker.sandbox.dialect import GRAPH, NAMES_FILE, NONE, TF1, TF2, decide
from tests.support.fixture_types import RunScript

TF = "import tensorflow as tf\n"
EXAMPLES = "from tensorflow.examples.tutorials.mnist import input_data\n"

SERVED = {
    "a session": (TF + "tf.Session()", "line 2: tf.Session"),
    "the first of several": (TF + "x = tf.placeholder(tf.float32)\ny = tf.Session()", "line 2: tf.placeholder"),
    "what is deep in the module": (TF + "tf.train.AdamOptimizer()", "line 2: tf.train.AdamOptimizer"),
    "another name for the module": ("import tensorflow as T\nT.layers.dense", "line 2: T.layers.dense"),
    "no other name": ("import tensorflow\ntensorflow.placeholder", "line 2: tensorflow.placeholder"),
    "a name of its own": ("from tensorflow import placeholder\n", "line 1: from tensorflow import placeholder"),
    "all names": ("from tensorflow import *\nx = placeholder(float32)", "line 2: placeholder"),
    "a part under a name of its own": (TF + "L = tf.layers\nL.dense", "line 2: tf.layers"),
    "contrib": (TF + "tf.contrib.learn.datasets.load_dataset('boston')", "line 2: tf.contrib.learn.datasets.load_dataset"),
    "contrib imported": ("import tensorflow.contrib.layers as L\n", "line 1: import tensorflow.contrib.layers"),
    "the tutorials": (EXAMPLES + TF, "line 1: from tensorflow.examples.tutorials.mnist import input_data"),
    "flags": (TF + "flags = tf.app.flags", "line 2: tf.app.flags"),
    "logging": (TF + "tf.logging.set_verbosity(0)", "line 2: tf.logging.set_verbosity"),
    "names from before 1.0": (TF + "tf.scalar_summary('a', 1)", "line 2: tf.scalar_summary"),
    "in a function": (TF + "def f():\n    return tf.placeholder(1)", "line 3: tf.placeholder"),
    "old Keras": ("from keras.utils import np_utils\n", "line 1: from keras.utils import np_utils"),
    "files of old Keras": ("from keras.layers.core import Dense\n", "line 1: from keras.layers.core import Dense"),
    "a session of Keras": ("from keras import backend as K\nK.get_session()", "line 2: K.get_session"),
    "an old argument": ("import keras\nkeras.optimizers.Adam(lr=0.1)", "line 2: keras.optimizers.Adam(lr=…)"),
    "tf.keras with a Saver": (TF + "tf.keras.Sequential()\ntf.train.Saver()", "line 3: tf.train.Saver"),
    "a tape in graph mode": (TF + "with tf.GradientTape() as t: pass\ntf.Session()", "line 3: tf.Session"),
    "half of it through compat.v1": (TF + "tf.compat.v1.placeholder\ntf.Session()", "line 3: tf.Session"),
    "a byte order mark": ("\ufeff" + TF + "tf.Session()", "line 2: tf.Session"),
    "Windows' line ends": (TF.replace("\n", "\r\n") + "tf.Session()\r\n", "line 2: tf.Session"),
    "another encoding": ("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1") + b"import tensorflow as tf\ntf.Session()", "line 4: tf.Session"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "sign"), SERVED.values(), ids=SERVED.keys())
def test_a_script_that_needs_tensorflow_1_is_served_it(source: str | bytes, sign: str) -> None:
    found = decide(source if isinstance(source, bytes) else source.encode())
    assert found.dialect == TF1
    assert str(found.sign) == sign


LEFT_ALONE = {
    "compat.v1": ("import tensorflow.compat.v1 as tf\ntf.Session()", GRAPH, "line 1: import tensorflow.compat.v1"),
    "compat.v1 from": ("from tensorflow.compat import v1 as tf\ntf.Session()", GRAPH, "line 1: from tensorflow.compat import v1"),
    "compat.v1 by attribute": (TF + "tf.compat.v1.Session()", GRAPH, "line 2: tf.compat.v1.Session"),
    "compat.v1 by assignment": (TF + "tf = tf.compat.v1\ntf.Session()", GRAPH, "line 2: tf.compat.v1"),
    "compat.v1 or else": ("try:\n    import tensorflow.compat.v1 as tf\nexcept ImportError:\n    import tensorflow as tf\ntf.Session()", GRAPH, "line 2: import tensorflow.compat.v1"),
    "compat.v1 and a tape": ("import tensorflow.compat.v1 as tf\ntf.GradientTape()", GRAPH, "line 1: import tensorflow.compat.v1"),
    "compat.v1 and Keras 3": ("import keras\nimport tensorflow.compat.v1 as tf\nkeras.Sequential()", GRAPH, "line 2: import tensorflow.compat.v1"),
    "a tape": (TF + "with tf.GradientTape() as t:\n    pass", TF2, "line 2: tf.GradientTape"),
    "a function": (TF + "@tf.function\ndef f(x): return x", TF2, "line 2: tf.function"),
    "numpy()": (TF + "print(tf.constant(1).numpy())", TF2, "line 2: .numpy()"),
    "summaries of 2": (TF + "tf.summary.create_file_writer('x')", TF2, "line 2: tf.summary.create_file_writer"),
    "eager TensorFlow 1": (TF + "tf.enable_eager_execution()\ntf.log(1.0)", TF2, "line 2: tf.enable_eager_execution"),
    "Keras": ("import keras\nkeras.Sequential().fit(1)", TF2, "line 1: import keras"),
    "tf.keras": ("from tensorflow.keras.layers import Dense\n", TF2, "line 1: from tensorflow.keras.layers import Dense"),
    "a tape and a loss that Keras had": (TF + "tf.GradientTape()\ntf.losses.mean_squared_error", TF2, "line 2: tf.GradientTape"),
    "nothing that tells": (TF + "print(tf.add(1, 2))", TF2, "line 1: import tensorflow"),
    "no TensorFlow": ("import numpy as np\nprint(np.pi)", NONE, "None"),
    "the same names of something else": ("import mine as tf\ntf.Session()\nclass A: placeholder = 1", NONE, "None"),
    "a module of its own": ("from .tensorflow import Session\nfrom . import keras\n", NONE, "None"),
    "only in words": ("# tf.Session()\nx = 'import tensorflow as tf; tf.placeholder'\n", NONE, "None"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "dialect", "sign"), LEFT_ALONE.values(), ids=LEFT_ALONE.keys())
def test_a_script_that_does_not_need_it_is_left_alone(source: str, dialect: str, sign: str) -> None:
    found = decide(source.encode())
    assert (found.dialect, str(found.sign)) == (dialect, sign)


NO_PYTHON = {
    "a syntax error": b"import tensorflow as tf\ntf.Session(\n",
    "Python 2": b"import tensorflow as tf\nprint tf.Session()\n",
    "UTF-16": (TF + "tf.Session()").encode("utf-16"),
    "nulls": b"import tensorflow\0",
    "an unknown encoding": b"# coding: klingon\nimport tensorflow",
    "bytes that are none": b"\xff\xfe\xfd" * 100,
    "nothing": b"",
    "parentheses": b"(" * 100_000,
    "lists in lists": b"[" * 5_000 + b"]" * 5_000,
    "a long sum": b"1" + b"+1" * 30_000,
    "a long chain": b"import tensorflow as tf\ntf" + b".a" * 3_000,
    "too long": b"import tensorflow as tf\n" + b"tf.Session()\n" * 400_000,
    "every name twice as often": b"import tensorflow as tf\n" + b"".join(b"tf = tf.a%d\n" % i for i in range(3_000)),
}


@pytest.mark.parametrize("source", NO_PYTHON.values(), ids=NO_PYTHON.keys())
def test_what_is_no_python_or_too_much_of_it_is_left_to_python(source: bytes) -> None:
    began = time.process_time()
    assert decide(source).dialect in (NONE, TF2)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("source", "is_asked_for"),
    [
        (TF + "print(tf.add(1, 2))", False),
        ("import keras\nkeras.Sequential().fit(1)", False),
        ("from tensorflow.keras.layers import Dense\n", False),
        (TF + "tf.GradientTape()", True),
        ("from tensorflow import GradientTape\n", True),
        (TF + "tf.enable_eager_execution()", True),
        (TF + "tf.Session()", True),
    ],
)
def test_an_import_alone_asks_for_neither_tensorflow(source: str, is_asked_for: bool) -> None:
    assert decide(source).is_asked_for == is_asked_for


def test_a_module_beside_the_script_speaks_for_it() -> None:
    found = decide(b"import model\nimport tensorflow as tf\n", {"model.py": TF + "tf.placeholder(1)"})
    assert found.dialect == TF1
    assert str(found.sign) == "model.py, line 2: tf.placeholder"


def test_the_names_of_tensorflow_1_are_those_of_the_installed_tensorflow(run_script: RunScript) -> None:
    result = run_script("""
import types
import tensorflow as tf

LEFT_OUT = {"keras", "compat", "estimator", "mixed_precision"}  # Keras's, or modules of both


def missing(one, two, prefix=""):
    for name in dir(one):
        if not name.startswith("_") and name not in LEFT_OUT:
            if not hasattr(two, name):
                yield prefix + name
            elif isinstance(getattr(one, name), types.ModuleType):
                yield from missing(getattr(one, name), getattr(two, name), prefix + name + ".")


print(*sorted(missing(tf.compat.v1, tf)), sep="\\n")
""")
    assert result.stdout.decode() == NAMES_FILE.read_text("utf-8")
