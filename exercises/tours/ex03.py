"""Tour of exercise 03: what the thirteen weights and their gradients do while the plane turns into place.

The graph comes from the checkpoint. We add one operation, train it again from the start, and watch it on the way.

    python exercises/ex03.py
    python exercises/tours/ex03.py
    tensorboard --logdir logdir/ex03_tour

In TensorBoard, open HISTOGRAMS: `tour/weights` spreads out, while `tour/gradients` shrinks towards zero, and then nothing
moves any more. DISTRIBUTIONS shows the same as bands. In IMAGES, drag the step slider of `predicted_against_true`.
"""

import io
import os
import shutil

import matplotlib.pyplot as plt
import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import boston

CHECKPOINT = os.path.join("logdir", "ex03", "saved", "model.ckpt")
LOGDIR = os.path.join("logdir", "ex03_tour")
STEPS = 400  # as many as the exercise took
HISTOGRAM_EVERY = 10  # steps
PICTURED_STEPS = (0, 1, 2, 4, 8, 16, 32, 64, 128, STEPS)  # TensorBoard keeps ten images per tag
CAPPED = 50  # thousand dollars: dearer houses were written down as 50


def add_summaries(graph):
    """Add the gradient of the loss and two histograms, in a scope of their own, and return the summary."""
    loss, weights = graph.get_tensor_by_name("error/Mean:0"), tf.trainable_variables()[0]
    with tf.name_scope("tour"):
        # Exactly what the optimiser computes: the change of the loss if a weight grows.
        # Its operations get a name of their own: `gradients` is to be the tag of the histogram.
        gradients = tf.gradients(loss, weights, name="backwards")[0]
        # A weight that is NaN would stop the script here, with an error that names the histogram.
        return tf.summary.merge([tf.summary.histogram("weights", weights), tf.summary.histogram("gradients", gradients)])


def draw(prices, prediction, step):
    """Return a figure with one point per house. On the diagonal, the prediction is right."""
    figure, axes = plt.subplots(figsize=(5, 4.5))
    capped = prices[:, 0] >= CAPPED
    for chosen, color, label in ((~capped, "tab:blue", "houses"), (capped, "tab:orange", "written down as 50")):
        axes.scatter(prices[chosen, 0], prediction[chosen, 0], s=12, color=color, label=label)
    axes.plot([0, 50], [0, 50], color="tab:red")
    error = np.square(prediction - prices).mean()
    axes.set(xlabel="true price (1000 $)", ylabel="predicted", xlim=(0, 52), ylim=(-5, 52))
    axes.set_title("step {}: MSE {:.2f}".format(step, error), fontsize=14)
    axes.legend(loc="upper left")
    return figure


def picture(tag, figure):
    """Return an image summary of a matplotlib figure, and close the figure."""
    png = io.BytesIO()
    figure.savefig(png, format="png")
    plt.close(figure)
    return tf.Summary(value=[tf.Summary.Value(tag=tag, image=tf.Summary.Image(encoded_image_string=png.getvalue()))])


def train_again(features, prices):
    """Train from the start, then restore the end of the exercise. Write both; return the two last losses."""
    feed = {"features:0": features, "price:0": prices}
    with tf.Graph().as_default() as graph, tf.Session() as sess, tf.summary.FileWriter(LOGDIR) as writer:
        saver = tf.train.import_meta_graph(CHECKPOINT + ".meta")
        prediction = "model/add:0"
        (train_op,) = tf.get_collection(tf.GraphKeys.TRAIN_OP)
        summary = add_summaries(graph)
        sess.run(tf.global_variables_initializer())
        for step in range(STEPS):
            if step % HISTOGRAM_EVERY == 0:
                writer.add_summary(sess.run(summary, feed), step)
            if step in PICTURED_STEPS:
                writer.add_summary(picture("predicted_against_true", draw(prices, sess.run(prediction, feed), step)), step)
            sess.run(train_op, feed)
        again = sess.run("error/Mean:0", feed)
        saver.restore(sess, CHECKPOINT)  # the last step shows the weights that the exercise has saved
        writer.add_summary(sess.run(summary, feed), STEPS)
        writer.add_summary(picture("predicted_against_true", draw(prices, sess.run(prediction, feed), STEPS)), STEPS)
        return again, sess.run("error/Mean:0", feed)


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    if not os.path.exists(CHECKPOINT + ".index"):
        raise SystemExit("{} is missing: run python exercises/ex03.py first".format(CHECKPOINT))
    shutil.rmtree(LOGDIR, ignore_errors=True)
    houses = boston()
    again, restored = train_again(houses.data, houses.target.reshape(-1, 1))
    print("MSE trained again {:.2f}, restored {:.2f}".format(again, restored))


if __name__ == "__main__":
    main()
