"""Workshop hello: constants, sessions, variables, placeholders and vectors, side by side in a graph of our own.

A graph describes computations; a session carries out those that are asked for. What it needs for that, it must be given:
a variable needs its initialiser, a placeholder needs a feed. Both errors are seen here once, on purpose.

    python exercises/workshops/hello.py
    tensorboard --logdir logdir/hello

In TensorBoard, open GRAPHS. There is one box for each computation, and no line joins them. Double-click `line`: the numbers
3 and 2 are constants in it, although the script never calls tf.constant for them.
"""

import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import numpy as np
import tensorflow.compat.v1 as tf

LOGDIR = os.path.join("logdir", "hello")
INPUTS = (3, 10, 100)  # for 3x + 2
SCORES = (1.0, 3.0, 2.5, 5.0, 4.0, 2.0)  # of six classes, for the softmax
FRACTIONS = np.array([0.1, 0.3, 0.5, 0.7, 0.9])  # float64


def build_constants():
    """Return a text and the softmax of SCORES: nothing has to be given for them."""
    with tf.name_scope("message"):
        message = tf.constant("hello from a graph")
    with tf.name_scope("softmax"):
        softmax = tf.nn.softmax(tf.constant(SCORES))  # [6], its sum is 1
    return message, softmax


def build_squares():
    """Return 2*2 + 3*3, computed from two variables."""
    with tf.name_scope("squares"):
        two = tf.Variable(2, name="two")
        three = tf.Variable(3, name="three")
        return two * two + three * three


def build_line():
    """Return the placeholder x and 3x + 2."""
    with tf.name_scope("line"):
        x = tf.placeholder(tf.int32, shape=[], name="x")
        return x, 3 * x + 2  # 3 + x + 2 would give 8, 15 and 105


def build_plane(dtype, shape, scope):
    """Return the placeholders x and y, and 3x + y, all of this dtype and shape."""
    with tf.name_scope(scope):
        x = tf.placeholder(dtype, shape, name="x")
        y = tf.placeholder(dtype, shape, name="y")
        return x, y, 3 * x + y


def missing_variable(sess, squares):
    """Run what reads a variable before its initialiser has run, and return the name of the error."""
    try:
        return sess.run(squares)
    except tf.errors.FailedPreconditionError as error:
        return type(error).__name__


def missing_feed(sess, x, plane):
    """Run 3x + y with a value for x alone, and return the name of the placeholder that TensorFlow asks for."""
    try:
        return sess.run(plane, {x: 3})
    except tf.errors.InvalidArgumentError as error:
        return error.op.name


def run_with_numbers(sess, squares, x, line, plane):
    """Initialise the variables, run each formula with whole numbers, and print what it gives and what is missed."""
    error = missing_variable(sess, squares)
    sess.run(tf.global_variables_initializer())
    print("2*2 + 3*3 = {}, and before the initialiser: {}".format(sess.run(squares), error))
    print("3x + 2 for 3, 10 and 100:", *(sess.run(line, {x: value}) for value in INPUTS))
    x, y, formula = plane
    value, asked = sess.run(formula, {x: 3, y: 2}), missing_feed(sess, x, formula)
    print("3x + y for 3 and 2: {}; for 3 alone, {} is missing".format(value, asked))


def run_with_vectors(sess, whole_numbers, fractions):
    """Run 3x + y with vectors of five numbers, and print what it gives."""
    x, y, formula = whole_numbers
    summed = sess.run(formula, {x: np.arange(1, 6), y: np.arange(5, 0, -1)})
    # An int32 placeholder cuts decimals off without a word.
    cut = sess.run(formula, {x: FRACTIONS, y: FRACTIONS})
    x, y, formula = fractions
    kept = sess.run(formula, {x: FRACTIONS, y: FRACTIONS})
    print("vectors: {}; fractions as int32 {}, as float32 {}".format(summed, cut, kept))


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    np.set_printoptions(precision=3, suppress=True)
    shutil.rmtree(LOGDIR, ignore_errors=True)
    # Without this line, all operations would go into the default graph of the process.
    with tf.Graph().as_default() as graph:
        message, softmax = build_constants()
        squares = build_squares()
        x, line = build_line()
        plane = build_plane(tf.int32, [], "plane")
        whole_numbers = build_plane(tf.int32, [5], "whole_numbers")
        fractions = build_plane(tf.float32, [5], "fractions")
        with tf.Session(graph=graph) as sess:  # it fetches tensors, never a graph: sess.run(graph) is a TypeError
            run_with_numbers(sess, squares, x, line, plane)
            run_with_vectors(sess, whole_numbers, fractions)
            print("{}; softmax: {}".format(sess.run(message).decode(), sess.run(softmax)))
        tf.summary.FileWriter(LOGDIR, graph).close()


if __name__ == "__main__":
    main()
