"""Exercise 02: linear regression predicts the price of a house from its number of rooms.

Placeholders receive the data, two trainable scalars describe the line, and gradient descent moves it step by step.

    python exercises/ex02.py
    tensorboard --logdir logdir/ex02

In TensorBoard, open SCALARS: `loss` falls towards 43.60, the error of least squares. Then open IMAGES: drag the step slider
of `fit`, and the line turns into place. GRAPHS shows the boxes standardise, model, error and train, as in `build_graph`.
"""

import io
import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import matplotlib.pyplot as plt
import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import boston

LOGDIR = os.path.join("logdir", "ex02")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")
ROOMS = 5  # column RM: mean number of rooms per dwelling
SEED = 2
STEPS = 200
LEARNING_RATE = 0.1
# The early steps move the line most. There are ten pictures because TensorBoard keeps ten images per tag by default.
PICTURED_STEPS = (0, 1, 2, 4, 8, 12, 20, 32, 64, STEPS - 1)


def make_data():
    """Return the rooms and the prices (thousands of dollars), both [506]."""
    houses = boston()
    return houses.data[:, ROOMS], houses.target


def build_graph(mean, deviation):
    """Build the regression and return its tensors by name. `mean` and `deviation` are those of the rooms."""
    tf.set_random_seed(SEED)
    x = tf.placeholder(tf.float32, shape=[None], name="rooms")  # [batch]
    y = tf.placeholder(tf.float32, shape=[None], name="price")  # [batch], like x: [batch, 1] - [batch] would broadcast
    # All numbers of rooms are near 6.3, so a change of the slope also shifts the line, and the descent is slow.
    # With standardised rooms, slope and intercept are independent: a hundred steps are enough instead of ten thousand.
    with tf.name_scope("standardise"):
        scaled = (x - mean) / deviation
    with tf.name_scope("model"):
        slope = tf.Variable(tf.random_uniform([], -1.0, 1.0, seed=SEED), name="slope")
        intercept = tf.Variable(0.0, name="intercept")
        prediction = slope * scaled + intercept
    # If this scope were called `loss`, the name would be taken, and the summary below would get the tag `loss_1`.
    with tf.name_scope("error"):
        loss = tf.reduce_mean(tf.square(prediction - y))
    with tf.name_scope("train"):
        train_op = tf.train.GradientDescentOptimizer(LEARNING_RATE).minimize(loss)
    # A summary is an operation, too: it must be run, and its result given to the writer.
    summary = tf.summary.scalar("loss", loss)
    return {"x": x, "y": y, "prediction": prediction, "loss": loss, "train_op": train_op, "summary": summary}


def train(model, rooms, prices):
    """Run gradient descent, log every step and save. Return the last loss and the prediction for every house."""
    saver = tf.train.Saver()
    feed = {model["x"]: rooms, model["y"]: prices}
    with tf.Session() as sess, tf.summary.FileWriter(LOGDIR, sess.graph) as writer:
        sess.run(tf.global_variables_initializer())
        for step in range(STEPS):
            loss, prediction, summary = sess.run([model["loss"], model["prediction"], model["summary"]], feed)
            writer.add_summary(summary, step)
            if step in PICTURED_STEPS:
                writer.add_summary(picture("fit", draw(rooms, prices, prediction, step, loss)), step)
            sess.run(model["train_op"], feed)
        saver.save(sess, CHECKPOINT)
        return sess.run([model["loss"], model["prediction"]], feed)


def restore(rooms, prices):
    """Build the same graph again, restore the checkpoint instead of training, and return the loss."""
    with tf.Graph().as_default(), tf.Session() as sess:
        model = build_graph(rooms.mean(), rooms.std())
        tf.train.Saver().restore(sess, CHECKPOINT)
        return sess.run(model["loss"], {model["x"]: rooms, model["y"]: prices})


def picture(tag, figure):
    """Return an image summary of a matplotlib figure, and close the figure."""
    png = io.BytesIO()
    figure.savefig(png, format="png")
    plt.close(figure)
    return tf.Summary(value=[tf.Summary.Value(tag=tag, image=tf.Summary.Image(encoded_image_string=png.getvalue()))])


def draw(rooms, prices, prediction, step, loss):
    """Return a figure with one point per house and the line of this step."""
    figure, axes = plt.subplots(figsize=(5, 4))
    axes.scatter(rooms, prices, s=8)
    order = np.argsort(rooms)
    axes.plot(rooms[order], prediction[order], color="tab:red")
    axes.set(xlabel="rooms", ylabel="price (1000 $)", ylim=(-5, 55), title="step {}: MSE {:.2f}".format(step, loss))
    return figure


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    rooms, prices = make_data()
    print("rooms {}, prices {}".format(rooms.shape, prices.shape))
    with tf.Graph().as_default():
        loss, prediction = train(build_graph(rooms.mean(), rooms.std()), rooms, prices)
    slope, intercept = np.polyfit(rooms, prediction, 1)  # from standardised rooms back to rooms
    print("price = {:.2f} * rooms {:+.2f}, in thousands of dollars".format(slope, intercept))
    print("after {} steps: MSE {:.2f}; restored from the checkpoint: {:.2f}".format(STEPS, loss, restore(rooms, prices)))
    draw(rooms, prices, prediction, STEPS, loss).savefig(os.path.join(LOGDIR, "fit.png"))
    if plt.get_backend().lower() != "agg":  # matplotlib falls back to agg where there is no display
        plt.show()


if __name__ == "__main__":
    main()
