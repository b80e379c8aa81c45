"""Workshop letters: four models read the capitals A to J, and TensorBoard compares them.

Each adds one idea: logistic regression; a hidden layer of ReLUs; the same layer with L2 and dropout; a convolution. All four
are in one graph and learn from the same batches, so that only the idea makes the difference.

    python exercises/workshops/letters.py
    tensorboard --logdir logdir/letters

In TensorBoard, open SCALARS: each chart has four runs, one per model. HPARAMS has a row per model: what was chosen, and how
well it reads. IMAGES shows the filters of the convolution before and after the training. With `--data-file FILE`, the
letters are those of notMNIST: its archive, its folder or its pickle.
"""

import argparse
import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import numpy as np
import tensorflow.compat.v1 as tf
from tensorboard.plugins.hparams import api as hp

from reference.datasets import letters

LOGDIR = os.path.join("logdir", "letters")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")
SEED = 5
SIDE = 28  # pixels
CLASSES = 10
HIDDEN = 128  # ReLUs
DROPOUT = 0.3  # share of the ReLUs that a training step turns off
L2 = 1e-4  # of half the sum of the squared weights
FILTERS = 8  # of the first convolution
FILTER_SIDE = 5  # pixels
LEARNING_RATE = 2e-3
STEPS = 600
BATCH = 100  # images
LOG_EVERY = 20  # steps
ENLARGED = 12  # times: a filter of 5 * 5 pixels is too small to look at
CHOICES = {
    "logistic": {"hidden": 0, "l2": 0.0, "dropout": 0.0, "filters": 0},
    "relu": {"hidden": HIDDEN, "l2": 0.0, "dropout": 0.0, "filters": 0},
    "regularised": {"hidden": HIDDEN, "l2": L2, "dropout": DROPOUT, "filters": 0},
    "convolution": {"hidden": 64, "l2": 0.0, "dropout": 0.0, "filters": FILTERS},
}


def make_data(file):
    """Return (images, labels) for training and for testing: float32 [n, 784] in 0 … 1, and integers [n]."""
    return [(images.reshape(-1, SIDE * SIDE).astype(np.float32) / 255, labels) for images, labels in letters(file)]


def new_weights(shape, gain=2.0):
    """Return a variable of small random numbers, the smaller the more inputs a neuron has: shape [..., inputs, outputs]."""
    deviation = (gain / np.prod(shape[:-1])) ** 0.5
    return tf.Variable(tf.truncated_normal(shape, stddev=deviation, seed=SEED), name="weights")


def dense(inputs, outputs):
    """Return the scores [batch, outputs] of a layer, and its weights."""
    weights = new_weights([int(inputs.shape[1]), outputs])
    return tf.matmul(inputs, weights) + tf.Variable(tf.zeros([outputs]), name="bias"), weights


def convolve(images, side, filters, gain=2.0):
    """Return what filters find in images [batch, height, width, channels], at half the size, and the filters."""
    weights = new_weights([side, side, int(images.shape[3]), filters], gain)
    bias = tf.Variable(tf.constant(0.1, shape=[filters]), name="bias")
    found = tf.nn.relu(tf.nn.conv2d(images, weights, strides=[1, 1, 1, 1], padding="SAME") + bias)
    return tf.nn.max_pool(found, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"), weights


def build_regularised(x, rate):
    """Return the scores [batch, 10] of a network with dropout at `rate`, and the penalty on its weights."""
    hidden, first = dense(x, HIDDEN)
    hidden = tf.nn.dropout(tf.nn.relu(hidden), rate=rate, seed=SEED)
    scores, second = dense(hidden, CLASSES)
    return scores, L2 * (tf.nn.l2_loss(first) + tf.nn.l2_loss(second))


def build_convolution(x):
    """Return the scores [batch, 10] of two convolutions and two dense layers, and the first filters."""
    images = tf.reshape(x, [-1, SIDE, SIDE, 1])
    edges, filters = convolve(images, FILTER_SIDE, FILTERS, gain=0.5)  # small: what is learnt then stands out
    shapes, _ = convolve(edges, 3, 2 * FILTERS)
    flat = tf.reshape(shapes, [-1, 7 * 7 * 2 * FILTERS])
    hidden = tf.nn.relu(dense(flat, 64)[0])
    return dense(hidden, CLASSES)[0], filters


def draw(filters):
    """Return the summary of one picture of all filters, two rows of them with a border around each: grey is 0."""
    side, columns = FILTER_SIDE + 2, FILTERS // 2
    with tf.name_scope("first_layer"):
        tiles = tf.transpose(filters[:, :, 0, :], [2, 0, 1])  # [8, 5, 5]
        tiles = tf.pad(tiles, [[0, 0], [1, 1], [1, 1]])
        rows = tf.transpose(tf.reshape(tiles, [2, columns, side, side]), [0, 2, 1, 3])
        picture = tf.reshape(rows, [1, 2 * side, columns * side, 1])
        enlarged = tf.image.resize_nearest_neighbor(picture, [2 * side * ENLARGED, columns * side * ENLARGED])
        return tf.summary.image("filters", enlarged)


def build_model(scores, y, penalty=0.0):
    """Return the loss, its training step and the accuracy of a model that gives `scores`."""
    with tf.name_scope("loss"):
        entropy = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=scores))
        train_op = tf.train.AdamOptimizer(LEARNING_RATE).minimize(entropy + penalty)
    with tf.name_scope("accuracy"):
        accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(scores, axis=1), y), tf.float32))
    return {"train_op": train_op, "measured": {"loss": entropy, "accuracy": accuracy}}


def build_graph():
    """Build all four models. Return the placeholders, the models by name, and the picture of the filters."""
    tf.set_random_seed(SEED)
    x = tf.placeholder(tf.float32, [None, SIDE * SIDE], name="images")
    y = tf.placeholder(tf.int64, [None], name="labels")
    rate = tf.placeholder_with_default(0.0, [], name="dropout_rate")  # only training feeds it: a test drops nothing
    models = {}
    with tf.name_scope("logistic"):
        models["logistic"] = build_model(dense(x, CLASSES)[0], y)
    with tf.name_scope("relu"):
        hidden = tf.nn.relu(dense(x, HIDDEN)[0])
        models["relu"] = build_model(dense(hidden, CLASSES)[0], y)
    with tf.name_scope("regularised"):
        scores, penalty = build_regularised(x, rate)
        models["regularised"] = build_model(scores, y, penalty)
    with tf.name_scope("convolution"):
        scores, filters = build_convolution(x)
        models["convolution"] = build_model(scores, y)
    return {"x": x, "y": y, "rate": rate}, models, draw(filters)


def log(writers, part, measured, step):
    """Write loss and accuracy of a part of the images into each run: the same tags in all of them."""
    for name, writer in writers.items():
        points = [tf.Summary.Value(tag=part + "/" + tag, simple_value=value) for tag, value in measured[name].items()]
        writer.add_summary(tf.Summary(value=points), step)


def describe(writers):
    """Tell HPARAMS the columns, and each run what was chosen for it."""
    metrics = [hp.Metric("test/accuracy"), hp.Metric("test/loss"), hp.Metric("train/loss")]
    hparams = [hp.HParam(name) for name in CHOICES["relu"]]
    with tf.summary.FileWriter(LOGDIR) as writer:
        writer.add_graph(tf.get_default_graph())
        writer.add_summary(tf.Summary.FromString(hp.hparams_config_pb(hparams, metrics).SerializeToString()))
    for name, writer in writers.items():
        chosen = hp.hparams_pb(CHOICES[name], trial_id=name)
        writer.add_summary(tf.Summary.FromString(chosen.SerializeToString()))


def train(sess, feeds, models, data, writers, picture):
    """Train all four models with the same batches. Return what the test images give in the end."""
    (images, labels), testing = data
    random = np.random.RandomState(SEED)
    measured = {name: model["measured"] for name, model in models.items()}
    steps = [model["train_op"] for model in models.values()]
    for step in range(STEPS + 1):
        chosen = random.randint(0, len(labels), BATCH)
        batch = {feeds["x"]: images[chosen], feeds["y"]: labels[chosen]}
        if step % LOG_EVERY == 0:
            log(writers, "train", sess.run(measured, batch), step)
            tested = sess.run(measured, {feeds["x"]: testing[0], feeds["y"]: testing[1]})
            log(writers, "test", tested, step)
        if step in (0, STEPS):
            writers["convolution"].add_summary(sess.run(picture), step)
        if step < STEPS:
            sess.run(steps, {**batch, feeds["rate"]: DROPOUT})
    return tested


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-file", help="an archive or a folder of notMNIST, or its pickle")
    file = parser.parse_args().data_file
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    data = make_data(file)
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    with tf.Graph().as_default(), tf.Session() as sess:
        feeds, models, picture = build_graph()
        saver = tf.train.Saver()
        writers = {name: tf.summary.FileWriter(os.path.join(LOGDIR, name)) for name in models}
        describe(writers)
        sess.run(tf.global_variables_initializer())
        tested = train(sess, feeds, models, data, writers, picture)
        saver.save(sess, CHECKPOINT)
        for writer in writers.values():
            writer.close()
    counts = [len(labels) for _, labels in data]
    print("{:,} training and {:,} test images from {}".format(*counts, file or "the letters of the suite"))
    for name in models:
        print("{:<11} test accuracy {:.3f}".format(name, tested[name]["accuracy"]))


if __name__ == "__main__":
    main()
