"""Tour of exercise 04: what the network makes of a digit, before it gives an answer.

The hidden layer turns 784 pixels into 300 numbers. The PROJECTOR shows these 300 dimensions in three.

    python exercises/ex04.py
    python exercises/tours/ex04_projector.py
    tensorboard --logdir logdir/ex04_tour

In TensorBoard, open PROJECTOR (in the menu INACTIVE if there is no such tab). Each of the 500 points is a test digit, drawn
as its picture. Digits of one kind lie together, and those between two clouds are hard to read for a person, too.
"""

import os
import shutil

import matplotlib.pyplot as plt
import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

SAVED = os.path.join("logdir", "ex04", "saved")
LOGDIR = os.path.join("logdir", "ex04_tour", "projector")
DIGITS = 500
SIDE = 23  # the sprite is a square of SIDE * SIDE pictures, row by row; those after the last digit stay empty
CONFIG = """embeddings {
  tensor_name: "hidden_layer"
  metadata_path: "labels.tsv"
  sprite { image_path: "digits.png" single_image_dim: 28 single_image_dim: 28 }
}
"""


def hidden_layer(checkpoint, images):
    """Restore the network and return its hidden layer [500, 300] for images."""
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.train.import_meta_graph(checkpoint + ".meta").restore(sess, checkpoint)
        return sess.run("hidden/Relu:0", {"input/images:0": images.reshape(-1, 784) / 255})


def write_points(hidden):
    """Write the points as a variable in a checkpoint of its own: that is where the PROJECTOR reads them."""
    with tf.Graph().as_default(), tf.Session() as sess:
        points = tf.Variable(hidden, name="hidden_layer")
        sess.run(points.initializer)
        tf.train.Saver([points]).save(sess, os.path.join(LOGDIR, "points.ckpt"), write_meta_graph=False)


def write_sprite(images):
    """Write one picture of all digits, dark on light."""
    tiles = np.zeros([SIDE * SIDE, 28, 28], np.uint8)
    tiles[: len(images)] = images
    sprite = tiles.reshape(SIDE, SIDE, 28, 28).transpose(0, 2, 1, 3).reshape(SIDE * 28, SIDE * 28)
    plt.imsave(os.path.join(LOGDIR, "digits.png"), 255 - sprite, cmap="gray")


def text(tag, markdown):
    """Return a summary that TensorBoard shows as a page of TEXT."""
    metadata = tf.SummaryMetadata(plugin_data=tf.SummaryMetadata.PluginData(plugin_name="text"))
    tensor = tf.make_tensor_proto(markdown, tf.string)
    return tf.Summary(value=[tf.Summary.Value(tag=tag, metadata=metadata, tensor=tensor)])


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    checkpoint = tf.train.latest_checkpoint(SAVED)
    if checkpoint is None:
        raise SystemExit("no checkpoint in {}: run python exercises/ex04.py first".format(SAVED))
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(LOGDIR)
    images, labels = (values[:DIGITS] for values in mnist()[1])
    write_points(hidden_layer(checkpoint, images))
    write_sprite(images)
    np.savetxt(os.path.join(LOGDIR, "labels.tsv"), labels, fmt="%d")  # one label a line, without a heading
    with open(os.path.join(LOGDIR, "projector_config.pbtxt"), "w") as config:
        config.write(CONFIG)
    with tf.summary.FileWriter(LOGDIR) as writer:  # a folder is a run only if it holds a summary
        writer.add_summary(text("points", "Test digits, each as 300 numbers: the values of the hidden layer."), 0)
    print("{} points in {}".format(len(images), LOGDIR))


if __name__ == "__main__":
    main()
