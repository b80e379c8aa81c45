"""Exercise 03: linear regression on all thirteen variables.

The line of exercise 02 becomes a plane: one weight per variable, a matrix product, and `tf.reduce_mean` over the houses.

    python exercises/ex03.py
    tensorboard --logdir logdir/ex03

In TensorBoard, open SCALARS: `loss` falls towards 21.89, half of the error with the rooms alone. In HISTOGRAMS, the
thirteen weights spread out step by step. In IMAGES, the points come closer and closer to the diagonal.
"""

import io
import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import matplotlib.pyplot as plt
import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import boston

LOGDIR = os.path.join("logdir", "ex03")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")
SEED = 3
STEPS = 400
LEARNING_RATE = 0.1
HISTOGRAM_EVERY = 10  # steps
PICTURED_STEPS = (0, 1, 2, 4, 8, 16, 32, 64, 128, STEPS - 1)  # TensorBoard keeps ten images per tag


def make_data():
    """Return the features [506, 13], the prices [506, 1] (thousands of dollars), and the names of the features."""
    houses = boston()
    return houses.data, houses.target.reshape(-1, 1), houses.feature_names


def build_graph(means, deviations):
    """Build the regression and return its tensors by name. `means` and `deviations` [13] are those of the features."""
    tf.set_random_seed(SEED)
    features = len(means)
    x = tf.placeholder(tf.float32, shape=[None, features], name="features")  # [batch, 13]
    # [batch, 1] like the prediction. With [batch], prediction - y would broadcast to [batch, batch]: no error is raised,
    # but the regression learns only the mean price.
    y = tf.placeholder(tf.float32, shape=[None, 1], name="price")
    # Taxes are hundreds, nitric oxides tenths: without scaling, no learning rate suits both. The graph does the scaling,
    # so it is saved with the model, and a restored model takes plain features.
    with tf.name_scope("standardise"):
        scaled = (x - means.astype(np.float32)) / deviations.astype(np.float32)
    with tf.name_scope("model"):
        weights = tf.Variable(tf.random_normal([features, 1], stddev=0.1, seed=SEED), name="weights")
        bias = tf.Variable(tf.zeros([1]), name="bias")
        prediction = tf.matmul(scaled, weights) + bias  # [batch, 1]
    with tf.name_scope("error"):
        loss = tf.reduce_mean(tf.square(prediction - y))
    with tf.name_scope("train"):
        train_op = tf.train.GradientDescentOptimizer(LEARNING_RATE).minimize(loss)
    loss_summary = tf.summary.scalar("loss", loss)
    weights_summary = tf.summary.histogram("weights", weights)
    return {
        "x": x,
        "y": y,
        "weights": weights,
        "prediction": prediction,
        "loss": loss,
        "train_op": train_op,
        "loss_summary": loss_summary,
        "weights_summary": weights_summary,
    }


def train(model, features, prices):
    """Run gradient descent, log it and save. Return the loss, the prediction [506, 1] and the weights [13, 1]."""
    saver = tf.train.Saver()
    feed = {model["x"]: features, model["y"]: prices}
    with tf.Session() as sess, tf.summary.FileWriter(LOGDIR, sess.graph) as writer:
        sess.run(tf.global_variables_initializer())
        for step in range(STEPS):
            writer.add_summary(sess.run(model["loss_summary"], feed), step)
            if step % HISTOGRAM_EVERY == 0:
                writer.add_summary(sess.run(model["weights_summary"]), step)
            if step in PICTURED_STEPS:
                figure = draw(prices, sess.run(model["prediction"], feed), step)
                writer.add_summary(picture("predicted_against_true", figure), step)
            sess.run(model["train_op"], feed)
        saver.save(sess, CHECKPOINT)
        return sess.run([model["loss"], model["prediction"], model["weights"]], feed)


def restore(features, prices):
    """Build the same graph again, restore the checkpoint instead of training, and return the loss."""
    with tf.Graph().as_default(), tf.Session() as sess:
        model = build_graph(features.mean(axis=0), features.std(axis=0))
        tf.train.Saver().restore(sess, CHECKPOINT)
        return sess.run(model["loss"], {model["x"]: features, model["y"]: prices})


def picture(tag, figure):
    """Return an image summary of a matplotlib figure, and close the figure."""
    png = io.BytesIO()
    figure.savefig(png, format="png")
    plt.close(figure)
    return tf.Summary(value=[tf.Summary.Value(tag=tag, image=tf.Summary.Image(encoded_image_string=png.getvalue()))])


def draw(prices, prediction, step):
    """Return a figure with one point per house. On the diagonal, the prediction is right."""
    figure, axes = plt.subplots(figsize=(5, 4))
    axes.scatter(prices[:, 0], prediction[:, 0], s=8)
    axes.plot([0, 50], [0, 50], color="tab:red")
    axes.set(xlabel="true price (1000 $)", ylabel="predicted", xlim=(0, 52), ylim=(-5, 52), title="step {}".format(step))
    return figure


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    features, prices, names = make_data()
    print("features {}, prices {}".format(features.shape, prices.shape))
    with tf.Graph().as_default():
        model = build_graph(features.mean(axis=0), features.std(axis=0))
        loss, prediction, weights = train(model, features, prices)
    print("after {} steps: MSE {:.2f}; restored: {:.2f}".format(STEPS, loss, restore(features, prices)))
    strongest = np.argsort(-np.abs(weights[:, 0]))[:3]
    print("strongest weights:", ", ".join("{} {:+.2f}".format(names[i], weights[i, 0]) for i in strongest))
    draw(prices, prediction, STEPS).savefig(os.path.join(LOGDIR, "predicted_against_true.png"))
    if plt.get_backend().lower() != "agg":  # matplotlib falls back to agg where there is no display
        plt.show()


if __name__ == "__main__":
    main()
