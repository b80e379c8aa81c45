"""Texts of scripts, whole or in part, that several tests run."""

from __future__ import annotations

from tests.support.paths import RIGHT_SCRIPT

RIGHT = RIGHT_SCRIPT.read_text("utf-8")
WRONG = RIGHT.replace('print("result:", sess.run(result))', "sess.run(result)")

LEGACY_KERAS = 'import os\nos.environ["TF_USE_LEGACY_KERAS"] = "1"\n'
IMPORT_TENSORFLOW = "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\n"
IMPORTS = "import numpy as np\n" + IMPORT_TENSORFLOW

# A line that is trained on eight points.
LINE = (
    IMPORTS
    + """
x, y = tf.placeholder(tf.float32, [None], name="x"), tf.placeholder(tf.float32, [None], name="y")
w = tf.Variable(1.0, name="w")
loss = tf.reduce_mean(tf.square(w * x - y), name="loss")
train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, name="train")
init = tf.global_variables_initializer()
saver = tf.train.Saver()
data = {x: np.arange(8.0), y: np.arange(8.0)}
"""
)
