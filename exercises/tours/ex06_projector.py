"""Tour of exercise 06: which garments look alike to the network, before it gives an answer.

The hidden layer turns 784 pixels into 300 numbers. The PROJECTOR shows these 300 dimensions in three.

    python exercises/ex06.py
    python exercises/tours/ex06_projector.py
    tensorboard --logdir logdir/ex06_tour

In TensorBoard, open PROJECTOR (in the menu INACTIVE if there is no such tab). Each of the 500 points is a test garment,
drawn as its picture. Shoes lie on one side; shirts, coats and pullovers share one cloud.
"""

import os
import shutil

import matplotlib.pyplot as plt
import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import FASHION_CLASSES, fashion_mnist

CHECKPOINT = os.path.join("logdir", "ex06", "saved", "model.ckpt")
LOGDIR = os.path.join("logdir", "ex06_tour", "projector")
GARMENTS = 500
SIDE = 23  # the sprite is a square of SIDE * SIDE pictures, row by row; those after the last garment stay empty
CONFIG = """embeddings {
  tensor_name: "hidden_layer"
  metadata_path: "labels.tsv"
  sprite { image_path: "garments.png" single_image_dim: 28 single_image_dim: 28 }
}
"""


def hidden_layer(images):
    """Build the hidden layer of the exercise, restore its weights by name, and return its output [500, 300]."""
    with tf.Graph().as_default(), tf.Session() as sess:
        kernel = tf.get_variable("hidden/kernel", [784, 300])  # a Saver knows variables by their names alone
        bias = tf.get_variable("hidden/bias", [300])
        tf.train.Saver([kernel, bias]).restore(sess, CHECKPOINT)
        pixels = (images.reshape(-1, 784) / 255).astype(np.float32)
        return sess.run(tf.nn.relu(tf.matmul(pixels, kernel) + bias))


def write_points(hidden):
    """Write the points as a variable in a checkpoint of its own: that is where the PROJECTOR reads them."""
    with tf.Graph().as_default(), tf.Session() as sess:
        points = tf.Variable(hidden, name="hidden_layer")
        sess.run(points.initializer)
        tf.train.Saver([points]).save(sess, os.path.join(LOGDIR, "points.ckpt"), write_meta_graph=False)


def write_sprite(images):
    """Write one picture of all garments, dark on light."""
    tiles = np.zeros([SIDE * SIDE, 28, 28], np.uint8)
    tiles[: len(images)] = images
    sprite = tiles.reshape(SIDE, SIDE, 28, 28).transpose(0, 2, 1, 3).reshape(SIDE * 28, SIDE * 28)
    plt.imsave(os.path.join(LOGDIR, "garments.png"), 255 - sprite, cmap="gray")


def text(tag, markdown):
    """Return a summary that TensorBoard shows as a page of TEXT."""
    metadata = tf.SummaryMetadata(plugin_data=tf.SummaryMetadata.PluginData(plugin_name="text"))
    tensor = tf.make_tensor_proto(markdown, tf.string)
    return tf.Summary(value=[tf.Summary.Value(tag=tag, metadata=metadata, tensor=tensor)])


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    if not os.path.exists(CHECKPOINT + ".index"):
        raise SystemExit("{} is missing: run python exercises/ex06.py first".format(CHECKPOINT))
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(LOGDIR)
    images, labels = (values[:GARMENTS] for values in fashion_mnist()[1])
    write_points(hidden_layer(images))
    write_sprite(images)
    names = [FASHION_CLASSES[label] for label in labels]
    np.savetxt(os.path.join(LOGDIR, "labels.tsv"), names, fmt="%s")  # one label a line, without a heading
    with open(os.path.join(LOGDIR, "projector_config.pbtxt"), "w") as config:
        config.write(CONFIG)
    with tf.summary.FileWriter(LOGDIR) as writer:  # a folder is a run only if it holds a summary
        writer.add_summary(text("points", "Test garments, each as 300 numbers: the values of the hidden layer."), 0)
    print("{} points in {}".format(len(images), LOGDIR))


if __name__ == "__main__":
    main()
