"""Workshop tensors: shapes and dtypes, as the graph knows them and as a session finds them.

A tensor of the graph has a dtype, and a shape of which parts may be open. Its values are not there before a session runs.
So what asks for values has to be an operation, too: `==` compares two Python objects, tf.equal compares what they hold.

    python exercises/workshops/tensors.py
    tensorboard --logdir logdir/tensors

In TensorBoard, open GRAPHS and the box `products`. Each line carries the shape of its tensor: 3×2 and 2×3 meet, 2×2 leaves.
In the box `pairs`, the first size is a question mark.
"""

import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import numpy as np
import tensorflow.compat.v1 as tf

LOGDIR = os.path.join("logdir", "tensors")
ROWS = ((1, 2, 3), (4, 5, 6))
SEED = 4


def build_matrices():
    """Return W of NumPy and W of Python, both [2, 3] and int64, and whether they are equal, element by element."""
    with tf.name_scope("matrices"):
        from_numpy = tf.constant(np.array(ROWS, dtype=np.int64), name="from_numpy")  # the dtype is that of the array
        from_python = tf.constant(ROWS, dtype=tf.int64, name="from_python")  # it would be int32: TensorFlow's choice
        return from_numpy, from_python, tf.equal(from_numpy, from_python)


def build_products(matrix):
    """Return the numbers of a matrix in three rows, these with rows and columns exchanged, and the product of both."""
    with tf.name_scope("products"):
        tall = tf.reshape(matrix, [3, 2])  # the numbers keep their order: 1 2, 3 4, 5 6
        wide = tf.transpose(tall)  # [2, 3], but not the matrix: 1 3 5, 2 4 6
        return tall, wide, wide @ tall  # [2, 2]; the sign * would multiply element by element


def build_row(matrix):
    """Return the numbers of a matrix as one row: the size -1 is what is left."""
    with tf.name_scope("row"):
        return tf.reshape(matrix, [1, -1])


def build_pairs():
    """Return a placeholder for any number of numbers, and these in 25 pairs each: [?, 25, 2]."""
    with tf.name_scope("pairs"):
        numbers = tf.placeholder(tf.float64, [None], name="numbers")
        return numbers, tf.reshape(numbers, [-1, 25, 2])


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    shutil.rmtree(LOGDIR, ignore_errors=True)
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        from_numpy, from_python, equal = build_matrices()
        tall, wide, product = build_products(from_numpy)
        row = build_row(from_numpy)
        numbers, pairs = build_pairs()
        tf.summary.FileWriter(LOGDIR, graph).close()
        same, alike = from_numpy == from_python, sess.run(equal)
        print("W: {} {}; the same tensor: {}; equal: {}".format(from_numpy.shape, from_numpy.dtype.name, same, alike.all()))
        print("reshaped: {}; transposed: {}".format(*(each.tolist() for each in sess.run([tall, wide]))))
        print("product {}: {}; a row: {}".format(product.shape, *(each.tolist() for each in sess.run([product, row]))))
        sizes = [sess.run(pairs, {numbers: np.random.RandomState(SEED).rand(size)}).shape for size in (100, 200)]
        print("pairs: {} in the graph; {} and {} in the session".format(pairs.shape, *sizes))


if __name__ == "__main__":
    main()
