"""Workshop mlp: a deep network of neurons reads digits, and answers images whose class nobody gave it.

784 pixels, hidden layers of 64, 32 and 16 neurons, ten scores: each layer is a product, a bias and a sigmoid. The last one
has no sigmoid, as the loss applies a softmax to it: behind a sigmoid, scores lie between 0 and 1, and the loss cannot fall.

    python exercises/workshops/mlp.py
    tensorboard --logdir logdir/mlp

In TensorBoard, open SCALARS: `loss` and `accuracy` each show two curves, those of the runs train and test. In GRAPHS, the
four layers are four boxes in a row.
"""

import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

LOGDIR = os.path.join("logdir", "mlp")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")
SEED = 9
PIXELS = 28 * 28
HIDDEN = (64, 32, 16)
CLASSES = 10
LEARNING_RATE = 3e-3
BATCH = 100  # images
STEPS = 800
LOG_EVERY = 20  # steps
UNKNOWN = 12  # test images that are answered in the end


def make_data():
    """Return (images, one-hot labels) for training and for testing: float32 [n, 784] in 0 … 1, and [n, 10]."""
    one_hot = np.eye(CLASSES, dtype=np.float32)
    return [(images.reshape(-1, PIXELS).astype(np.float32) / 255, one_hot[labels]) for images, labels in mnist()]


def layer(inputs, size, seed):
    """Return inputs * weights + biases [batch, size]. Many inputs need small weights: their sum has to stay near 0."""
    spread = (6.0 / (int(inputs.shape[1]) + size)) ** 0.5
    weights = tf.Variable(tf.random_uniform([int(inputs.shape[1]), size], -spread, spread, seed=seed), name="weights")
    bias = tf.Variable(tf.zeros([size]), name="bias")
    return tf.nn.bias_add(tf.matmul(inputs, weights), bias)


def build_graph():
    """Build the network, its loss, its metrics and its summaries. Return the tensors by name."""
    tf.set_random_seed(SEED)
    with tf.name_scope("input"):
        x = tf.placeholder(tf.float32, [None, PIXELS], name="x")
        y = tf.placeholder(tf.float32, [None, CLASSES], name="y")
    values = x
    for number, size in enumerate(HIDDEN, start=1):
        with tf.name_scope("hidden_{}".format(number)):
            values = tf.nn.sigmoid(layer(values, size, SEED + number))
    with tf.name_scope("output"):
        scores = layer(values, CLASSES, SEED)  # no sigmoid here
        answers = tf.argmax(scores, axis=1, name="answers")
    with tf.name_scope("error"):
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=scores))
    with tf.name_scope("metrics"):
        accuracy = tf.reduce_mean(tf.cast(tf.equal(answers, tf.argmax(y, axis=1)), tf.float32))
    with tf.name_scope("train"):
        train_op = tf.train.AdamOptimizer(LEARNING_RATE).minimize(loss)
    curves = tf.summary.merge([tf.summary.scalar("loss", loss), tf.summary.scalar("accuracy", accuracy)])
    return {"x": x, "y": y, "answers": answers, "accuracy": accuracy, "train_op": train_op, "curves": curves}


def train(model, sess, training, testing):
    """Train on random batches, log both curves, and save. Return the test accuracy."""
    choose = np.random.RandomState(SEED)
    saver = tf.train.Saver()
    test_feed = {model["x"]: testing[0], model["y"]: testing[1]}
    train_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "train"), sess.graph)
    test_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "test"))
    with train_writer, test_writer:
        sess.run(tf.global_variables_initializer())
        for step in range(STEPS):
            chosen = choose.randint(len(training[0]), size=BATCH)
            feed = {model["x"]: training[0][chosen], model["y"]: training[1][chosen]}
            if step % LOG_EVERY == 0:
                train_writer.add_summary(sess.run(model["curves"], feed), step)
                test_writer.add_summary(sess.run(model["curves"], test_feed), step)
            sess.run(model["train_op"], feed)
        saver.save(sess, CHECKPOINT)
        return sess.run(model["accuracy"], test_feed)


def infer(model, sess, images):
    """Return the class [n] of images whose class is unknown: what the answers need is fed, and no labels."""
    return sess.run(model["answers"], {model["x"]: images})


def lowest_loss_behind_a_sigmoid():
    """Return the cross entropy of the best scores between 0 and 1: 1 for the right class, and 0 for the nine others."""
    return np.log(np.exp(1.0) + (CLASSES - 1)) - 1.0


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    training, testing = make_data()
    with tf.Graph().as_default(), tf.Session() as sess:
        model = build_graph()
        count = sum(int(np.prod(variable.shape.as_list())) for variable in tf.trainable_variables())
        accuracy = train(model, sess, training, testing)
        answers = infer(model, sess, testing[0][:UNKNOWN])
    print("parameters {:,}".format(count))
    print("test accuracy {:.4f}".format(accuracy))
    print("answers for {} images of unknown class: {}".format(UNKNOWN, " ".join(map(str, answers))))
    print("with a sigmoid before the softmax, no loss below {:.3f}".format(lowest_loss_behind_a_sigmoid()))


if __name__ == "__main__":
    main()
