"""Workshop line: gradient descent finds the line that a hundred points were made from.

The points are constants of the graph, so nothing is fed. Two variables describe the line, W and b. Each step moves them
against the gradient of the mean squared error, until they are those of the line.

    python exercises/workshops/line.py
    tensorboard --logdir logdir/line

In TensorBoard, open SCALARS: `loss` falls by a constant factor per step, which is a straight line once the axis is
logarithmic. `W` comes near 0.1 and `b` near 0.3, from two sides.
"""

import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import numpy as np
import tensorflow.compat.v1 as tf

LOGDIR = os.path.join("logdir", "line")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")
SEED = 7
POINTS = 100
SLOPE = 0.1
INTERCEPT = 0.3
STEPS = 201
LEARNING_RATE = 0.5
PRINTED_STEPS = (0, 20, 100, STEPS - 1)


def make_points():
    """Return x and y, both [100] and float32, on the line y = 0.1x + 0.3. NumPy's own dtype is float64."""
    x = np.random.RandomState(SEED).rand(POINTS).astype(np.float32)
    return x, SLOPE * x + INTERCEPT


def build_graph(x, y):
    """Build the line and its training from points, and return its tensors by name."""
    tf.set_random_seed(SEED)
    with tf.name_scope("line"):
        slope = tf.Variable(tf.random_uniform([], -1.0, 1.0, seed=SEED), name="W")
        intercept = tf.Variable(tf.zeros([]), name="b")
        prediction = slope * x + intercept  # [100]; x is a NumPy array, which becomes a constant of the graph
    with tf.name_scope("error"):
        loss = tf.reduce_mean(tf.square(prediction - y))
    with tf.name_scope("train"):
        train_op = tf.train.GradientDescentOptimizer(LEARNING_RATE).minimize(loss)
    scalars = (("loss", loss), ("W", slope), ("b", intercept))
    summary = tf.summary.merge([tf.summary.scalar(tag, tensor) for tag, tensor in scalars])
    return {"W": slope, "b": intercept, "loss": loss, "train_op": train_op, "summary": summary}


def train(model):
    """Run gradient descent, log every step, print some, and save."""
    saver = tf.train.Saver()
    with tf.Session() as sess, tf.summary.FileWriter(LOGDIR, sess.graph) as writer:
        sess.run(tf.global_variables_initializer())  # in version 0.7: tf.initialize_all_variables
        for step in range(STEPS):
            writer.add_summary(sess.run(model["summary"]), step)
            sess.run(model["train_op"])
            if step in PRINTED_STEPS:
                slope, intercept, loss = sess.run([model["W"], model["b"], model["loss"]])
                print("step {:3}: W = {:.6f}, b = {:.6f}, loss {:.1e}".format(step, slope, intercept, loss))
        saver.save(sess, CHECKPOINT)


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    with tf.Graph().as_default():
        train(build_graph(*make_points()))


if __name__ == "__main__":
    main()
