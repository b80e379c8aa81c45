"""Tour of exercise 02: how could the training be faster and more precise? Try it out, 18 times.

Nine learning rates meet raw and standardised rooms. Each pair is a run of its own, and HPARAMS compares all of them.

    python exercises/ex02.py
    python exercises/tours/ex02_sweep.py
    tensorboard --logdir logdir/ex02_sweep

In TensorBoard, open HPARAMS. TABLE VIEW has one row per run. PARALLEL COORDINATES VIEW draws each run as a line across
learning rate, rooms, final loss and steps: standardised rooms lead to a small loss for nearly every learning rate.

A run has *diverged* when its loss exceeds `CEILING`. It is stopped, its `final_loss` is `CEILING`, and its status is
failure: infinite numbers and NaN can be neither sorted nor drawn.
"""

import os
import shutil

import tensorflow.compat.v1 as tf
from tensorboard.plugins.hparams import api as hp
from tensorboard.plugins.hparams import api_pb2
from tensorboard.plugins.hparams import summary as hparams_summary

from reference.datasets import boston

CHECKPOINT = os.path.join("logdir", "ex02", "saved", "model.ckpt")
LOGDIR = os.path.join("logdir", "ex02_sweep")
LEARNING_RATES = (0.001, 0.003, 0.01, 0.02, 0.03, 0.1, 0.3, 0.9, 1.2)
ROOMS = ("raw", "standardised")
SEED = 2  # that of the exercise: all runs begin with the same line
STEPS = 200
GOOD = 44.0  # mean squared error; least squares reaches 43.60
CEILING = 1000.0  # mean squared error; the first line has about 600


def exercise_loss(rooms, prices):
    """Restore the graph and the line of the exercise and return its loss."""
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.train.import_meta_graph(CHECKPOINT + ".meta").restore(sess, CHECKPOINT)
        return sess.run("error/Mean:0", {"rooms:0": rooms, "price:0": prices})


def build_graph():
    """Build the regression once for all runs: data and learning rate are fed. Return the tensors by name."""
    tf.set_random_seed(SEED)
    x = tf.placeholder(tf.float32, [None], name="rooms")
    y = tf.placeholder(tf.float32, [None], name="price")
    rate = tf.placeholder(tf.float32, [], name="learning_rate")
    slope = tf.Variable(tf.random_uniform([], -1.0, 1.0, seed=SEED), name="slope")
    intercept = tf.Variable(0.0, name="intercept")
    loss = tf.reduce_mean(tf.square(slope * x + intercept - y))
    train_op = tf.train.GradientDescentOptimizer(rate).minimize(loss)
    return {"x": x, "y": y, "rate": rate, "loss": loss, "train_op": train_op}


def scalar(tag, value):
    """Return a summary of one number."""
    return tf.Summary(value=[tf.Summary.Value(tag=tag, simple_value=value)])


def converted(summary):
    """Return a summary of TensorBoard as one of TensorFlow: the two have the same bytes, but not the same class."""
    return tf.Summary.FromString(summary.SerializeToString())


def describe_experiment():
    """Tell HPARAMS, in the folder above the runs, which columns there are."""
    hparams = [hp.HParam("learning_rate", hp.Discrete(LEARNING_RATES)), hp.HParam("rooms", hp.Discrete(ROOMS))]
    metrics = [hp.Metric("final_loss", display_name="final loss"), hp.Metric("steps_to_good", display_name="steps to 44")]
    with tf.summary.FileWriter(LOGDIR) as writer:
        writer.add_summary(converted(hp.hparams_config_pb(hparams, metrics)))


def train(sess, model, feed, name):
    """Train one line in a run of its own and return its final loss and the steps that it took to become good."""
    rate = feed[model["rate"]]
    run = "{}_{}".format(name, rate)
    steps_to_good = STEPS  # also for those that never become good
    with tf.summary.FileWriter(os.path.join(LOGDIR, run)) as writer:
        writer.add_summary(converted(hp.hparams_pb({"learning_rate": rate, "rooms": name}, trial_id=run)))
        sess.run(tf.get_collection("initialiser"))
        for step in range(STEPS + 1):
            loss = float(sess.run(model["loss"], feed))
            if not loss < CEILING:  # true for NaN, too
                break
            writer.add_summary(scalar("loss", loss), step)
            if loss < GOOD:
                steps_to_good = min(step, steps_to_good)
            sess.run(model["train_op"], feed)
        final_loss = loss if loss < CEILING else CEILING
        writer.add_summary(scalar("final_loss", final_loss), STEPS)
        writer.add_summary(scalar("steps_to_good", steps_to_good), STEPS)
        status = api_pb2.STATUS_SUCCESS if loss < CEILING else api_pb2.STATUS_FAILURE
        writer.add_summary(converted(hparams_summary.session_end_pb(status)))
    return final_loss, steps_to_good


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    if not os.path.exists(CHECKPOINT + ".index"):
        raise SystemExit("{} is missing: run python exercises/ex02.py first".format(CHECKPOINT))
    shutil.rmtree(LOGDIR, ignore_errors=True)
    raw, prices = boston().data[:, 5], boston().target
    inputs = {"raw": raw, "standardised": (raw - raw.mean()) / raw.std()}
    print("the line of exercise 02, restored: MSE {:.2f}".format(exercise_loss(raw, prices)))
    describe_experiment()
    with tf.Graph().as_default(), tf.Session() as sess:
        model = build_graph()
        tf.add_to_collection("initialiser", tf.global_variables_initializer())
        for name in ROOMS:
            data = {model["x"]: inputs[name], model["y"]: prices}
            results = [train(sess, model, {**data, model["rate"]: rate}, name) for rate in LEARNING_RATES]
            loss, _, rate = min((loss, steps, rate) for (loss, steps), rate in zip(results, LEARNING_RATES))
            diverged = sum(loss == CEILING for loss, _ in results)
            print("{}: best MSE {:.2f} with rate {}; {} of {} diverged".format(name, loss, rate, diverged, len(results)))


if __name__ == "__main__":
    main()
