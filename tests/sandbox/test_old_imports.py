"""Imports, layers and flags of 2019 work, and what is gone names what took over."""

from __future__ import annotations

import pytest

from checker.sandbox.dialect import OLD_KERAS, OLD_METHODS
from tests.support.checking import printed
from tests.support.fixture_types import RunScript

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
