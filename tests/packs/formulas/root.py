"""Exercise root: y = sqrt(a + sin b), for many pairs at once.

    python root.py
    tensorboard --logdir logdir

In TensorBoard, open GRAPHS: two placeholders meet in a sum.
"""

import os

import tensorflow.compat.v1 as tf

LOGDIR = os.path.join("logdir", "root")
PAIRS = ((1.0, 0.0), (4.0, 0.5), (9.0, -0.5))  # a and b; a + sin b is positive


def build_graph():
    """Return the placeholders a and b, both [batch], and y [batch]."""
    a = tf.placeholder(tf.float32, [None], name="a")
    b = tf.placeholder(tf.float32, [None], name="b")
    with tf.name_scope("root"):
        y = tf.sqrt(a + tf.sin(b))
    return a, b, y


def main():
    with tf.Graph().as_default(), tf.Session() as sess:
        a, b, y = build_graph()
        tf.summary.FileWriter(LOGDIR, sess.graph).close()
        for value in sess.run(y, {a: [pair[0] for pair in PAIRS], b: [pair[1] for pair in PAIRS]}):
            print("y = {:.6f}".format(value))


if __name__ == "__main__":
    tf.disable_v2_behavior()
    main()
