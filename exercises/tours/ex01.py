"""Tour of exercise 01: a checkpoint holds a graph and its numbers, and TensorBoard can show text.

The graph is read from the checkpoint, not from Python code. Every tensor is then asked for by its name.

    python exercises/ex01.py
    python exercises/tours/ex01.py
    tensorboard --logdir logdir

In TensorBoard, open TEXT: the page `what_to_look_at` of the run ex01_tour says what the boxes of ex01's graph mean, with the
value of each tensor. Open GRAPHS in a second window, choose the run ex01, and follow the table from top to bottom.
"""

import os
import shutil

import tensorflow.compat.v1 as tf

CHECKPOINT = os.path.join("logdir", "ex01", "saved", "model.ckpt")
LOGDIR = os.path.join("logdir", "ex01_tour")
# The name of a tensor is that of its operation, a colon, and the number of the output.
TENSORS = (
    ("leaves/three:0", "a variable: its value comes from the checkpoint"),
    ("leaves/two:0", "the second variable"),
    ("leaves/twelve:0", "the third variable"),
    ("left/mul:0", "the box `left`: 3 · 2²"),
    ("right/Pow:0", "the box `right`: 12⁵"),
    ("x:0", "the subtraction in which the two boxes meet"),
)
PAGE = """## What to look at in the graph of exercise 01

Open **GRAPHS** and choose the run `ex01`. Data flows upwards along the edges.

1. Double-click `leaves`: the three variables are the only place where numbers are kept.
2. Double-click `left`, then `right`: the exponents are constants, drawn as small circles.
3. Click `x`: the panel on the right names its two inputs.

| tensor | value | what it is |
|---|---|---|
"""


def read_values():
    """Restore graph and numbers from the checkpoint and return the value of each tensor of `TENSORS`."""
    with tf.Graph().as_default(), tf.Session() as sess:
        saver = tf.train.import_meta_graph(CHECKPOINT + ".meta")
        saver.restore(sess, CHECKPOINT)
        return sess.run([name for name, _ in TENSORS])


def text(tag, markdown):
    """Return a summary that TensorBoard shows as a page of TEXT. No operation is needed: the graph stays as it is."""
    plugin = tf.SummaryMetadata.PluginData(plugin_name="text")
    value = tf.Summary.Value(
        tag=tag, metadata=tf.SummaryMetadata(plugin_data=plugin), tensor=tf.make_tensor_proto(markdown, tf.string)
    )
    return tf.Summary(value=[value])


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    if not os.path.exists(CHECKPOINT + ".index"):
        raise SystemExit("{} is missing: run python exercises/ex01.py first".format(CHECKPOINT))
    shutil.rmtree(LOGDIR, ignore_errors=True)
    values = read_values()
    rows = ["| `{}` | {} | {} |".format(name, value, what) for (name, what), value in zip(TENSORS, values)]
    with tf.summary.FileWriter(LOGDIR) as writer:
        writer.add_summary(text("what_to_look_at", PAGE + "\n".join(rows)), 0)
    print("x, restored: {}; TEXT shows {} tensors".format(values[-1], len(values)))


if __name__ == "__main__":
    main()
