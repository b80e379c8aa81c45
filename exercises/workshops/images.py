"""Workshop images: a network learns pictures by heart, and the curves of its loss tell when that begins.

It trains for long, on few images. The loss of training falls to nearly 0. That of validation falls first, and then rises:
from its lowest point on, what the network learns holds for the training images only. This is called overfitting.

    python exercises/workshops/images.py
    tensorboard --logdir logdir/images

In TensorBoard, open SCALARS: `loss` shows both curves, which part. In `accuracy` they part less: the answers stay right
or wrong, while the network becomes ever more certain of them. The pictures are those of CIFAR-10, where
`python -m checker data --full cifar10` has fetched them, else the garments of Fashion-MNIST.
"""

import os
import shutil
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

# By default, TensorFlow 2 uses Keras 3, which does not work in graph mode. This asks for the Keras before it.
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import cifar10, fashion_mnist, is_fetched

LOGDIR = os.path.join("logdir", "images")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")
SEED = 13
CLASSES = 10
HIDDEN = (256, 256, 128)
TRAINED = 2000  # images; with all of them, overfitting comes later and takes longer to see
VALIDATED = 1000  # images
LEARNING_RATE = 3e-4  # of Adam; a higher one makes the curves rough
BATCH = 64  # images
EPOCHS = 30


def make_data():
    """Return (images, labels) to train, to validate and to test: float32 in -1 … 1, and integers [n]."""
    (images, labels), testing = cifar10() if is_fetched("cifar10") else fashion_mnist()
    first, last = slice(0, TRAINED), slice(TRAINED, TRAINED + VALIDATED)
    parts = (images[first], labels[first]), (images[last], labels[last]), testing
    return [((pixels.astype(np.float32) - 127.5) / 127.5, classes) for pixels, classes in parts]


def build_model(shape):
    """Return the compiled network for images of a shape, such as [28, 28] or [32, 32, 3]."""
    tf.set_random_seed(SEED)
    layers, initial = tf.keras.layers, tf.keras.initializers.glorot_uniform
    model = tf.keras.Sequential([layers.Flatten(input_shape=shape, name="pixels")], name="images")
    for number, size in enumerate(HIDDEN, start=1):
        kernel = initial(SEED + number)
        model.add(layers.Dense(size, "relu", kernel_initializer=kernel, name="hidden_{}".format(number)))
    model.add(layers.Dense(CLASSES, "softmax", kernel_initializer=initial(SEED), name="output"))
    optimizer = tf.keras.optimizers.Adam(LEARNING_RATE)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["acc"])  # its name in the logs
    return model


def write_curves(writers):
    """Return a callback that logs each epoch into the runs train and validation, with the same tags."""

    def on_epoch_end(epoch, logs):
        for prefix, writer in writers.items():
            named = {"loss": logs[prefix + "loss"], "accuracy": logs[prefix + "acc"]}
            values = [tf.Summary.Value(tag=tag, simple_value=value) for tag, value in named.items()]
            writer.add_summary(tf.Summary(value=values), epoch)

    return tf.keras.callbacks.LambdaCallback(on_epoch_end=on_epoch_end)


def train(training, validation):
    """Build, fit and save the network. Return it with its history: lists of one number per epoch."""
    np.random.seed(SEED)  # fit shuffles the images with NumPy
    model = build_model(training[0].shape[1:])
    train_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "train"))
    validation_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "validation"))
    with train_writer, validation_writer:
        curves = write_curves({"": train_writer, "val_": validation_writer})
        with tf.name_scope("train"):  # a box for the gradients and the optimiser, which Keras builds only now
            fitted = model.fit(*training, BATCH, EPOCHS, 0, [curves], validation_data=validation)
        sess = tf.keras.backend.get_session()
        train_writer.add_graph(sess.graph)
    tf.train.Saver(model.weights).save(sess, CHECKPOINT)
    return model, fitted.history


def tell_overfitting(history):
    """Print in which epoch the validation was best, and how far the two losses are apart then and in the end."""
    best = int(np.argmin(history["val_loss"]))  # epochs are counted from 0, as the steps in TensorBoard
    print("the loss of validation is lowest in epoch {}; from then on, the network overfits".format(best))
    told = "{:12}loss of training {:.3f}, of validation {:.3f}"
    for when, epoch in (("then", best), ("in the end", -1)):
        print(told.format(when + ":", history["loss"][epoch], history["val_loss"][epoch]))


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    warnings.filterwarnings("ignore", message=".*state_updates")  # a warning of Keras about itself
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    training, validation, testing = make_data()
    model, history = train(training, validation)
    tell_overfitting(history)
    print("test accuracy {:.4f}".format(model.evaluate(*testing, verbose=0)[1]))


if __name__ == "__main__":
    main()
