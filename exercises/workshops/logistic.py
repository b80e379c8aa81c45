"""Workshop logistic: multi-class logistic regression on MNIST, fed by tf.data.

One layer of weights gives each image ten scores, and a softmax makes probabilities of them. The loss is written by hand: the
logarithm of the probability of the right class, clipped so that it is never log(0), and averaged over the batch.

    python exercises/workshops/logistic.py
    tensorboard --logdir logdir/logistic

In TensorBoard, open SCALARS: `loss` and `accuracy` show the training batches. IMAGES shows `predictions`, some test images
with the answers of the trained model. GRAPHS shows where the images come from: the box of the iterator.
"""

import io
import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import matplotlib.pyplot as plt
import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

LOGDIR = os.path.join("logdir", "logistic")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")
SEED = 11
CLASSES = 10
PIXELS = 28 * 28
LEARNING_RATE = 0.5  # of the mean; on the sum over 256 images, 0.5 / 256 = 0.002 makes the same steps
STEPS = 1000
BATCH = 256  # images
BUFFER = 10000  # images that are shuffled at a time
LOG_EVERY = 10  # steps
SMALLEST = 1e-9  # a probability; its logarithm is -20.7
SHOWN = 10  # test images


def make_data():
    """Return (images, labels) for training and for testing: float32 [n, 784] in 0 … 1, and integers [n]."""
    return [(images.reshape(-1, PIXELS).astype(np.float32) / 255, labels) for images, labels in mnist()]


def make_batches(images, labels):
    """Return an iterator over shuffled batches without end. Placeholders keep the images out of the graph."""
    with tf.name_scope("data"):
        sources = tf.placeholder(tf.float32, images.shape), tf.placeholder(tf.int64, labels.shape)
        data = tf.data.Dataset.from_tensor_slices(sources)
        data = data.shuffle(BUFFER, seed=SEED).repeat().batch(BATCH).prefetch(1)
        iterator = tf.data.make_initializable_iterator(data)
    return iterator, dict(zip(sources, (images, labels)))


def build_graph(x, y):
    """Build the model for images x [batch, 784] and labels y [batch]. Return its tensors by name."""
    tf.set_random_seed(SEED)
    with tf.name_scope("model"):
        # Equal columns are no trouble here: each learns from labels of its own, and differs after one step.
        weights = tf.Variable(tf.ones([PIXELS, CLASSES]), name="weight")
        bias = tf.Variable(tf.zeros([CLASSES]), name="bias")
        probabilities = tf.nn.softmax(tf.matmul(x, weights) + bias)  # [batch, 10]
    with tf.name_scope("cross_entropy"):
        right = tf.one_hot(y, CLASSES)
        clipped = tf.clip_by_value(probabilities, SMALLEST, 1.0)
        losses = -tf.reduce_sum(right * tf.log(clipped), axis=1)  # [batch]; without the axis, this is one number already
        loss = tf.reduce_mean(losses)
    with tf.name_scope("metrics"):
        answers = tf.argmax(probabilities, axis=1)
        accuracy = tf.reduce_mean(tf.cast(tf.equal(answers, y), tf.float32))
    with tf.name_scope("train"):
        train_op = tf.train.GradientDescentOptimizer(LEARNING_RATE).minimize(loss)
    curves = tf.summary.merge([tf.summary.scalar("loss", loss), tf.summary.scalar("accuracy", accuracy)])
    return {"x": x, "y": y, "answers": answers, "accuracy": accuracy, "train_op": train_op, "curves": curves}


def train(sess, model, writer):
    """Run the training steps: each takes a batch from the iterator, and nothing is fed. Return the last accuracy."""
    for step in range(STEPS):
        if step % LOG_EVERY == 0:
            text, accuracy, _ = sess.run([model["curves"], model["accuracy"], model["train_op"]])
            writer.add_summary(text, step)
        else:
            sess.run(model["train_op"])
    return accuracy


def draw_predictions(images, answers):
    """Return a PNG of images with the answers as titles. Its figure stays open, and is shown at the end."""
    figure = plt.figure(figsize=(4.5, 2.2))
    for place, (image, answer) in enumerate(zip(images, answers), start=1):
        axes = figure.add_subplot(2, SHOWN // 2, place, xticks=[], yticks=[])
        axes.imshow(image.reshape(28, 28), cmap="gray_r")
        axes.set_title("{}".format(answer), fontsize=8)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return tf.Summary.Image(encoded_image_string=png.getvalue())


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    training, testing = make_data()
    with tf.Graph().as_default(), tf.Session() as sess:
        iterator, sources = make_batches(*training)
        model = build_graph(*iterator.get_next())
        saver = tf.train.Saver()
        with tf.summary.FileWriter(LOGDIR, sess.graph) as writer:
            sess.run([tf.global_variables_initializer(), iterator.initializer], sources)
            print("last batch: accuracy {:.4f}".format(train(sess, model, writer)))
            saver.save(sess, CHECKPOINT)
            # What comes out of the iterator can be fed as well: the test images take its place.
            feed = {model["x"]: testing[0], model["y"]: testing[1]}
            accuracy, answers = sess.run([model["accuracy"], model["answers"]], feed)
            image = draw_predictions(testing[0][:SHOWN], answers)
            writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="predictions", image=image)]), STEPS)
    print("test accuracy {:.4f}".format(accuracy))
    if plt.get_backend().lower() != "agg":  # matplotlib falls back to agg where there is no display
        plt.show()


if __name__ == "__main__":
    main()
