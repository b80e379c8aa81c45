"""Exercise tides: a wave is fitted to the height of the sea, and tells the height of the days that follow.

    python tides.py
    tensorboard --logdir logdir

In TensorBoard, open SCALARS: `loss` falls to 0.002, the error of the tide gauge. GRAPHS shows the boxes wave, error and train.
"""

import os

import numpy as np
import tensorflow.compat.v1 as tf

DATA = os.path.join("data", "tides.csv")
LOGDIR = os.path.join("logdir", "tides")
PERIOD = 12.42  # hours from one high tide to the next: half a lunar day
STEPS = 60  # each step removes 40 % of what is wrong with the wave
LEARNING_RATE = 0.4  # 1.0 is the first rate at which the mean does not converge


def read_tides():
    """Return the hours and the heights in metres, both [72]."""
    table = np.genfromtxt(DATA, delimiter=",", names=True)
    return table["hour"], table["height"]


def build_graph():
    """Build the model and return its tensors by name."""
    hours = tf.placeholder(tf.float32, [None], name="hours")  # [batch]
    heights = tf.placeholder(tf.float32, [None], name="heights")  # [batch]
    with tf.name_scope("wave"):
        mean, cosine, sine = (tf.Variable(0.0, name=name) for name in ("mean", "cosine", "sine"))
        angle = hours * (2 * np.pi / PERIOD)
        prediction = mean + cosine * tf.cos(angle) + sine * tf.sin(angle)
    with tf.name_scope("error"):
        loss = tf.reduce_mean(tf.square(prediction - heights))
    with tf.name_scope("train"):
        train_op = tf.train.GradientDescentOptimizer(LEARNING_RATE).minimize(loss)
    summary = tf.summary.scalar("loss", loss)
    return {"hours": hours, "heights": heights, "loss": loss, "train_op": train_op, "summary": summary}


def train(graph, feed):
    """Train, log every step and save; return the loss after the training."""
    saver = tf.train.Saver()
    with tf.Session() as sess, tf.summary.FileWriter(LOGDIR, sess.graph) as writer:
        sess.run(tf.global_variables_initializer())
        for step in range(STEPS):
            _, summary = sess.run([graph["train_op"], graph["summary"]], feed)
            writer.add_summary(summary, step)
        saver.save(sess, os.path.join(LOGDIR, "model.ckpt"))
        return sess.run(graph["loss"], feed)


def main():
    hours, heights = read_tides()
    with tf.Graph().as_default():
        graph = build_graph()
        loss = train(graph, {graph["hours"]: hours, graph["heights"]: heights})
    print("{} hours, {} steps".format(len(hours), STEPS))
    print("root of the mean squared error: {:.3f} m".format(np.sqrt(loss)))


if __name__ == "__main__":
    tf.disable_v2_behavior()
    main()
