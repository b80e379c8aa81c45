"""Workshop perceptron: one neuron tells two handwritten digits apart.

It weighs the 784 pixels of an image, adds a bias, and gives a probability through a sigmoid: that the digit is the second
one. The loss is the binary cross entropy. It is computed from the score before the sigmoid, as log(0) would end in NaN.

    python exercises/workshops/perceptron.py
    tensorboard --logdir logdir/perceptron

In TensorBoard, open IMAGES: `weights` shows what the neuron looks for. Bright pixels speak for the second digit, dark ones
for the first. In SCALARS, `loss` and `accuracy` each show two curves, those of the runs train and test.
"""

import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

LOGDIR = os.path.join("logdir", "perceptron")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")
SEED = 8
DIGITS = (4, 9)  # the neuron answers 0 for the first and 1 for the second
PIXELS = 28 * 28
DEVIATION = 0.01  # of the initial weights; with 1, the first scores are large, most are wrong, and a thousand steps go by
LEARNING_RATE = 0.1
STEPS = 1000
BATCH = 100  # images
LOG_EVERY = 20  # steps
PICTURE_EVERY = 250  # steps
CERTAIN = 20.0  # a score at which the sigmoid is 1 in float32


def make_data():
    """Return (images, answers) for training and for testing: float32 [n, 784] in 0 … 1, and 0 or 1 [n, 1]."""
    parts = []
    for images, labels in mnist():
        of_pair = np.isin(labels, DIGITS)
        answers = (labels[of_pair] == DIGITS[1]).astype(np.float32)
        parts.append((images[of_pair].reshape(-1, PIXELS).astype(np.float32) / 255, answers[:, np.newaxis]))
    return parts


def build_graph():
    """Build the neuron, its loss, its metrics and its summaries. Return the tensors by name."""
    tf.set_random_seed(SEED)
    with tf.name_scope("input"):
        x = tf.placeholder(tf.float32, [None, PIXELS], name="x")
        y = tf.placeholder(tf.float32, [None, 1], name="y")
    with tf.name_scope("neuron"):
        w = tf.Variable(tf.truncated_normal([PIXELS, 1], stddev=DEVIATION, seed=SEED), name="w")
        b = tf.Variable(tf.zeros([1]), name="b")
        score = tf.nn.bias_add(tf.matmul(x, w), b)  # [batch, 1], from minus infinity to infinity
        out = tf.nn.sigmoid(score, name="out")  # the probability of the second digit
    with tf.name_scope("error"):
        loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=score))
    with tf.name_scope("metrics"):
        right = tf.equal(tf.cast(out > 0.5, tf.float32), y)
        accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
    with tf.name_scope("train"):
        train_op = tf.train.GradientDescentOptimizer(LEARNING_RATE).minimize(loss)
    picture = tf.reshape(w, [1, 28, 28, 1], name="picture")
    return {
        "x": x,
        "y": y,
        "out": out,
        "accuracy": accuracy,
        "train_op": train_op,
        "curves": tf.summary.merge([tf.summary.scalar("loss", loss), tf.summary.scalar("accuracy", accuracy)]),
        "weights": tf.summary.image("weights", picture, max_outputs=1),
    }


def compare_losses(score, answer):
    """Return the cross entropy of one score and its answer, as the formula has it, and from the score itself."""
    with tf.Graph().as_default(), tf.Session() as sess:
        score, y = tf.constant(score), tf.constant(answer)
        out = tf.nn.sigmoid(score)
        formula = -y * tf.log(out) - (1 - y) * tf.log(1 - out)  # 1 - 1 = 0, log(0) is infinite, and 0 * infinity is NaN
        return sess.run([formula, tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=score)])


def train(model, training, testing):
    """Train on random batches, log, and save. Return the test accuracy."""
    choose = np.random.RandomState(SEED)
    saver = tf.train.Saver()
    test_feed = {model["x"]: testing[0], model["y"]: testing[1]}
    train_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "train"), tf.get_default_graph())
    test_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "test"))
    with tf.Session() as sess, train_writer, test_writer:
        sess.run(tf.global_variables_initializer())
        for step in range(STEPS):
            chosen = choose.randint(len(training[0]), size=BATCH)
            feed = {model["x"]: training[0][chosen], model["y"]: training[1][chosen]}
            if step % LOG_EVERY == 0:
                train_writer.add_summary(sess.run(model["curves"], feed), step)
                test_writer.add_summary(sess.run(model["curves"], test_feed), step)
            if step % PICTURE_EVERY == 0:
                train_writer.add_summary(sess.run(model["weights"]), step)
            sess.run(model["train_op"], feed)
        train_writer.add_summary(sess.run(model["weights"]), STEPS)
        saver.save(sess, CHECKPOINT)
        return sess.run(model["accuracy"], test_feed)


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    training, testing = make_data()
    print("digits {} and {}: training images {}, test images {}".format(*DIGITS, len(training[0]), len(testing[0])))
    print(
        "score {:g}, answer 1: the formula gives {}, from the score it is {:.1e}".format(
            CERTAIN, *compare_losses(CERTAIN, 1.0)
        )
    )
    with tf.Graph().as_default():
        print("test accuracy {:.4f}".format(train(build_graph(), training, testing)))


if __name__ == "__main__":
    main()
