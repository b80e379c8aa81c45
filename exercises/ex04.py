"""Exercise 04: a network that reads handwritten digits, with nothing but TensorFlow's low-level operations.

It has 784 inputs (28 * 28 pixels), 300 hidden neurons and 10 outputs, and is trained on mini-batches of MNIST.

    python exercises/ex04.py
    tensorboard --logdir logdir/ex04

In TensorBoard, open SCALARS: `loss` and `accuracy` each show two curves, those of the runs train and test, because both
use the same tags. IMAGES shows digits as the network gets them, digits that it misreads, and the weights of the 64 hidden
neurons that have learned most: step by step, strokes appear in them. GRAPHS shows one box per part of the network.
"""

import io
import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import matplotlib.pyplot as plt
import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

LOGDIR = os.path.join("logdir", "ex04")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")  # beside the runs, it would fill TensorBoard's PROJECTOR
SEED = 4
PIXELS = 28 * 28
HIDDEN = 300
CLASSES = 10
EPOCHS = 5
BATCH = 128  # images
LEARNING_RATE = 1e-3
LOG_EVERY = 20  # steps
TEST_SAMPLE = 1000  # images; a pass over all test images would take longer than the steps between two points
PICTURE_EVERY = 100  # steps
SIDE = 8  # neurons in a row of the picture of their weights, and in a column


def make_data():
    """Return (images, labels) for training and for testing: float32 [n, 784] in 0 … 1, and integers [n]."""
    return [(images.reshape(-1, PIXELS).astype(np.float32) / 255, labels) for images, labels in mnist()]


def dense(inputs, size, spread, seed):
    """Return inputs * weights + biases [batch, size], and the weights. With zero weights, all neurons would stay equal."""
    weights = tf.Variable(tf.random_uniform([int(inputs.shape[1]), size], -spread, spread, seed=seed), name="weights")
    biases = tf.Variable(tf.zeros([size]), name="biases")
    return tf.matmul(inputs, weights) + biases, weights


def build_graph():
    """Build the network, its loss, its metrics and its summaries. Return the tensors by name."""
    tf.set_random_seed(SEED)
    with tf.name_scope("input"):
        images = tf.placeholder(tf.float32, [None, PIXELS], name="images")
        labels = tf.placeholder(tf.int64, [None], name="labels")
        digits = tf.reshape(images, [-1, 28, 28, 1], name="digits")
    with tf.name_scope("hidden"):
        hidden, first_weights = dense(images, HIDDEN, 0.02, SEED)  # small weights do not hide the strokes that training adds
        hidden = tf.nn.relu(hidden)
    with tf.name_scope("output"):
        # Logits, not probabilities: the loss applies the softmax itself, and a second softmax would flatten the gradient.
        logits, _ = dense(hidden, CLASSES, 0.14, SEED + 1)
    with tf.name_scope("error"):
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)  # [batch]
        loss = tf.reduce_mean(losses)
    with tf.name_scope("metrics"):
        predictions = tf.argmax(logits, axis=1)
        accuracy = tf.reduce_mean(tf.cast(tf.equal(predictions, labels), tf.float32))
    with tf.name_scope("train"):
        global_step = tf.train.get_or_create_global_step()
        train_op = tf.train.AdamOptimizer(LEARNING_RATE).minimize(loss, global_step)
    return {
        "images": images,
        "labels": labels,
        "weights": first_weights,
        "predictions": predictions,
        "accuracy": accuracy,
        "global_step": global_step,
        "train_op": train_op,
        # Outside of the scopes, which would become a part of the tags.
        "curves": tf.summary.merge([tf.summary.scalar("loss", loss), tf.summary.scalar("accuracy", accuracy)]),
        "digits": tf.summary.image("input_digits", digits, max_outputs=5),
    }


def batches(images, labels):
    """Yield mini-batches of all images, EPOCHS times, each time in another order."""
    order = np.random.RandomState(SEED)
    for _ in range(EPOCHS):
        shuffled = order.permutation(len(images))
        for start in range(0, len(images) - BATCH + 1, BATCH):
            chosen = shuffled[start : start + BATCH]
            yield images[chosen], labels[chosen]


def train(model, training, testing):
    """Train on mini-batches, log both curves and save. Return the test accuracy and the test predictions."""
    saver = tf.train.Saver()
    test_feed = {model["images"]: testing[0], model["labels"]: testing[1]}
    sample_feed = {model["images"]: testing[0][:TEST_SAMPLE], model["labels"]: testing[1][:TEST_SAMPLE]}
    train_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "train"), tf.get_default_graph())
    test_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "test"))
    weights = {}  # step -> [784, 300]
    with tf.Session() as sess, train_writer, test_writer:
        sess.run(tf.global_variables_initializer())
        train_writer.add_summary(sess.run(model["digits"], test_feed), 0)
        for step, (images, labels) in enumerate(batches(*training)):
            feed = {model["images"]: images, model["labels"]: labels}
            if step % LOG_EVERY == 0:
                train_writer.add_summary(sess.run(model["curves"], feed), step)
                test_writer.add_summary(sess.run(model["curves"], sample_feed), step)
            if step % PICTURE_EVERY == 0:
                weights[step] = sess.run(model["weights"])
            sess.run(model["train_op"], feed)
        step = sess.run(model["global_step"])
        results = [model["accuracy"], model["predictions"], model["weights"]]
        accuracy, predictions, weights[step] = sess.run(results, test_feed)
        test_writer.add_summary(picture("misread_digits", draw_misread(*testing, predictions)), step)
        saver.save(sess, CHECKPOINT, global_step=step)
        neurons = np.abs(weights[step] - weights[0]).sum(axis=0).argsort()[: -SIDE * SIDE - 1 : -1]
        strongest = np.abs(weights[step]).max()
        for step, values in weights.items():
            train_writer.add_summary(picture("first_layer_weights", draw_weights(values[:, neurons], strongest)), step)
    return accuracy, predictions


def restore(testing):
    """Build the same graph again, restore the newest checkpoint, and return the test accuracy."""
    with tf.Graph().as_default(), tf.Session() as sess:
        model = build_graph()
        tf.train.Saver().restore(sess, tf.train.latest_checkpoint(os.path.dirname(CHECKPOINT)))
        return sess.run(model["accuracy"], {model["images"]: testing[0], model["labels"]: testing[1]})


def draw_weights(columns, strongest):
    """Return a PNG of the weights [784, 64] of some neurons: red pixels excite a neuron, blue ones inhibit it."""
    tiles = np.pad(columns.reshape(28, 28, SIDE, SIDE), [(0, 2), (0, 2), (0, 0), (0, 0)])  # with a white border
    grid = tiles.transpose(2, 0, 3, 1).reshape(SIDE * 30, SIDE * 30)
    png = io.BytesIO()
    plt.imsave(png, grid, vmin=-strongest, vmax=strongest, cmap="RdBu_r", format="png")
    return png


def draw_misread(images, labels, predictions):
    """Return a PNG of the first 25 digits that the network misreads. Its figure stays open, and is shown at the end."""
    figure = plt.figure(figsize=(4.5, 5.5))
    for place, i in enumerate(np.flatnonzero(predictions != labels)[:25], start=1):
        axes = figure.add_subplot(5, 5, place, xticks=[], yticks=[])
        axes.imshow(images[i].reshape(28, 28), cmap="gray_r")
        axes.set_title("{} read as {}".format(labels[i], predictions[i]), fontsize=8)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return png


def picture(tag, png):
    """Return an image summary of a PNG."""
    return tf.Summary(value=[tf.Summary.Value(tag=tag, image=tf.Summary.Image(encoded_image_string=png.getvalue()))])


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    training, testing = make_data()
    print("training images {}, test images {}".format(training[0].shape, testing[0].shape))
    with tf.Graph().as_default():
        accuracy, predictions = train(build_graph(), training, testing)
    wrong = np.count_nonzero(predictions != testing[1])
    print("test accuracy {:.4f}: {} of {} digits misread".format(accuracy, wrong, len(predictions)))
    print("restored from the checkpoint: test accuracy {:.4f}".format(restore(testing)))
    if plt.get_backend().lower() != "agg":  # matplotlib falls back to agg where there is no display
        plt.show()


if __name__ == "__main__":
    main()
