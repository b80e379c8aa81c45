"""Workshop optimisers: four ways down the same bowl, after a plane that has no bottom.

An optimiser moves variables so that a number gets smaller. It does so for any number: on a plane, it walks on for ever. In a
bowl, each optimiser takes a way of its own.

    python exercises/workshops/optimisers.py
    tensorboard --logdir logdir/optimisers

In TensorBoard, open SCALARS. Tag `loss` shows five runs in one chart; hide `no_minimum`, and make the axis logarithmic:
gradient descent is a straight line in the end, momentum swings, AdaGrad begins slowly. `theta_2` shows who overshoots.
"""

import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import tensorflow.compat.v1 as tf

LOGDIR = os.path.join("logdir", "optimisers")
START = (2.0, 10.0)  # floats: an optimiser refuses variables of whole numbers
PLANE_STEPS = 50
BOWL_STEPS = 100


def plane(theta_1, theta_2):
    """Return θ₁ + θ₂ + 2, which has no minimum: its gradient is (1, 1) everywhere."""
    return theta_1 + theta_2 + 2.0


def bowl(theta_1, theta_2):
    """Return (θ₁ + 3)² + 10 (θ₂ − 1)², which is 0 at (−3, 1), and ten times as steep along θ₂."""
    return tf.square(theta_1 + 3.0) + 10.0 * tf.square(theta_2 - 1.0)


def bowl_optimisers():
    """Return an optimiser for each run; a rate that is good for one of them is bad for another."""
    return {
        "gradient_descent": tf.train.GradientDescentOptimizer(0.04),  # more than 0.1 would overshoot further each time
        "momentum": tf.train.MomentumOptimizer(0.01, momentum=0.9),
        "adagrad": tf.train.AdagradOptimizer(2.0),  # divides by the root of all squared gradients so far
        "adam": tf.train.AdamOptimizer(0.5),  # a step is about as long as the rate, however steep the bowl is
    }


def build_graph(function, optimiser):
    """Return the function at two variables, the step of an optimiser on it, and the summary of all three numbers."""
    with tf.name_scope("point"):
        theta_1 = tf.Variable(START[0], name="theta_1")
        theta_2 = tf.Variable(START[1], name="theta_2")
    with tf.name_scope("surface"):
        loss = function(theta_1, theta_2)
    with tf.name_scope("train"):
        train_op = optimiser.minimize(loss)
    scalars = (("loss", loss), ("theta_1", theta_1), ("theta_2", theta_2))
    summary = tf.summary.merge([tf.summary.scalar(tag, tensor) for tag, tensor in scalars])
    return loss, train_op, summary


def descend(run, function, optimiser, steps):
    """Walk down, log into a run of its own, and return the loss at the start and after each step."""
    loss, train_op, summary = build_graph(function, optimiser)
    losses = []
    with tf.Session() as sess, tf.summary.FileWriter(os.path.join(LOGDIR, run), sess.graph) as writer:
        sess.run(tf.global_variables_initializer())
        for step in range(steps):
            # One call for both would leave it open whether the loss is that before the step or after it.
            losses.append(sess.run(loss))
            writer.add_summary(sess.run(summary), step)
            sess.run(train_op)
        losses.append(sess.run(loss))
    return losses


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    shutil.rmtree(LOGDIR, ignore_errors=True)
    with tf.Graph().as_default():
        losses = descend("no_minimum", plane, tf.train.GradientDescentOptimizer(0.1), PLANE_STEPS)
    fall = losses[-2] - losses[-1]
    print("plane: {:.1f} -> {:.1f}, and {:.1f} less with each step: it has no minimum".format(losses[0], losses[-1], fall))
    for run, optimiser in bowl_optimisers().items():
        with tf.Graph().as_default():
            losses = descend(run, bowl, optimiser, BOWL_STEPS)
        print("{}: {:.0f} -> {:.1e} after {} steps".format(run, losses[0], losses[-1], BOWL_STEPS))


if __name__ == "__main__":
    main()
