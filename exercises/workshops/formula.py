"""Workshop formula: y = sqrt(a + sin b), with boxes that mirror the formula and devices that the graph asks for.

A graph may say on which device an operation is to run. A session refuses a device that is not there, unless it may place
operations softly: then it takes another one, and the result is the same.

    python exercises/workshops/formula.py
    tensorboard --logdir logdir/formula

In TensorBoard, open GRAPHS: `a` and the box `sine` meet in the box `root`. Choose "Device" under "Color": the sine asks for
another device than the root. The tag `y` adds what one call cost: compute time and memory of each operation.
"""

import math
import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import tensorflow.compat.v1 as tf

LOGDIR = os.path.join("logdir", "formula")
A = 3.0
B = math.pi / 2  # radians; a + sin b = 4
PLENTIFUL = "/device:CPU:0"
RARE = "/device:GPU:1"  # few machines have a second GPU


def build_graph():
    """Return the placeholders a and b, each one number, and y."""
    a = tf.placeholder(tf.float32, shape=[], name="a")
    b = tf.placeholder(tf.float32, shape=[], name="b")
    with tf.name_scope("sine"), tf.device(RARE):
        sine = tf.sin(b)
    with tf.name_scope("root"), tf.device(PLENTIFUL):
        y = tf.sqrt(a + sine, name="y")
    return a, b, y


def run_strictly(y, feed):
    """Run y where the graph says, and return what the session answers: y, or the kind of its error."""
    with tf.Session(config=tf.ConfigProto(allow_soft_placement=False)) as sess:
        try:
            return sess.run(y, feed)
        except tf.errors.InvalidArgumentError as error:
            return type(error).__name__


def run_softly(y, feed):
    """Run y on devices that are there, write the graph and where it ran, and return y and the devices."""
    record = tf.RunMetadata()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    with tf.Session(config=tf.ConfigProto(allow_soft_placement=True)) as sess:
        value = sess.run(y, feed, options=options, run_metadata=record)
        with tf.summary.FileWriter(LOGDIR, sess.graph) as writer:
            writer.add_run_metadata(record, "y")
    # Names such as /job:localhost/replica:0/task:0/device:CPU:0
    return value, sorted({stats.device.rpartition("/")[2] for stats in record.step_stats.dev_stats})


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    shutil.rmtree(LOGDIR, ignore_errors=True)
    with tf.Graph().as_default():
        a, b, y = build_graph()
        feed = {a: A, b: B}
        print("the sine asks for {}: {}".format(RARE, run_strictly(y, feed)))
        value, devices = run_softly(y, feed)
    print("placed softly, it ran on {}".format(", ".join(devices)))
    print("sqrt({:g} + sin({:.4f})) = {:.6f}".format(A, B, value))


if __name__ == "__main__":
    main()
