"""Exercise 01: a graph describes a computation, a session carries it out.

We compute x = (3 * 2**2) - 12**5, but Python never computes the result. It only *builds* the graph, which starts from three
variables; a `tf.Session` then runs it.

    python exercises/ex01.py
    tensorboard --logdir logdir/ex01

In TensorBoard, open GRAPHS. Two boxes, `left` and `right`, meet in one subtraction. Double-click a box to open it.
"""

import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import tensorflow.compat.v1 as tf

LOGDIR = os.path.join("logdir", "ex01")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")


def build_graph():
    """Describe x = (3 * 2**2) - 12**5 and return the tensor of x. Nothing is computed yet."""
    with tf.name_scope("leaves"):
        three = tf.Variable(3, name="three")
        two = tf.Variable(2, name="two")
        twelve = tf.Variable(12, name="twelve")
    # A name scope becomes a box in TensorBoard. The exponents are Python numbers, which TensorFlow turns into constants.
    with tf.name_scope("left"):
        left = three * tf.pow(two, 2)
    with tf.name_scope("right"):
        right = tf.pow(twelve, 5)
    return tf.subtract(left, right, name="x")


def run_and_save(x):
    """Initialise the variables, compute x, and write the graph and a checkpoint to LOGDIR. Return the value of x."""
    saver = tf.train.Saver()
    with tf.Session() as sess:
        # Until this line the variables are empty: running x before it raises FailedPreconditionError.
        sess.run(tf.global_variables_initializer())
        value = sess.run(x)
        saver.save(sess, CHECKPOINT)
        writer = tf.summary.FileWriter(LOGDIR, sess.graph)
        writer.close()
    return value


def restore():
    """Rebuild the graph and the values from the files alone, in a new graph, and return the value of x."""
    with tf.Graph().as_default(), tf.Session() as sess:
        saver = tf.train.import_meta_graph(CHECKPOINT + ".meta")
        saver.restore(sess, CHECKPOINT)  # instead of the initialiser: the values come from the checkpoint
        return sess.run("x:0")


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    with tf.Graph().as_default():
        x = build_graph()
        print("before the session:", x)
        value = run_and_save(x)
    print("(3 * 2**2) - 12**5 =", value)
    print("restored from {}: {}".format(CHECKPOINT, restore()))


if __name__ == "__main__":
    main()
