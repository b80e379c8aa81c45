"""Workshop digits: the ten digits in Keras, with a validation set, and the same training for two kinds of labels.

`validation_split` keeps the last images of the training set back. No step uses them, and each epoch ends with their loss:
what it says of new images can be seen while the network trains. The test images are used once, by `evaluate`.

    python exercises/workshops/digits.py
    tensorboard --logdir logdir/digits

In TensorBoard, open SCALARS: `loss` and `accuracy` show training and validation, of class numbers (sparse) and of one-hot
labels. The curves of the two lie upon each other: from equal weights, on equal batches, both losses are one and the same.
"""

import os
import shutil
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

# By default, TensorFlow 2 uses Keras 3, which does not work in graph mode. This asks for the Keras before it.
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

LOGDIR = os.path.join("logdir", "digits")
SEED = 12
CLASSES = 10
HIDDEN = (256, 256, 128)
LEARNING_RATE = 3e-4  # of Adam; the gradient descent of the document, at 0.001, takes twenty epochs and more
BATCH = 64  # images
EPOCHS = 10
VALIDATION = 0.25  # of the training images, the last ones
LOSSES = {"sparse": "sparse_categorical_crossentropy", "one_hot": "categorical_crossentropy"}


def make_data():
    """Return (images, labels) for training and for testing: float32 [n, 28, 28] in -1 … 1, and integers [n]."""
    return [((images.astype(np.float32) - 127.5) / 127.5, labels) for images, labels in mnist()]


def as_labels(labels, kind):
    """Return labels as the loss of a kind takes them: class numbers [n], or rows [n, 10] with a single 1."""
    return np.eye(CLASSES, dtype=np.float32)[labels] if kind == "one_hot" else labels


def build_model(kind):
    """Return the compiled network. Its weights begin with the same numbers for both kinds of labels."""
    tf.set_random_seed(SEED)
    layers, initial = tf.keras.layers, tf.keras.initializers.glorot_uniform
    model = tf.keras.Sequential([layers.Flatten(input_shape=(28, 28), name="pixels")], name=kind)
    for number, size in enumerate(HIDDEN, start=1):
        kernel = initial(SEED + number)
        model.add(layers.Dense(size, "relu", kernel_initializer=kernel, name="hidden_{}".format(number)))
    model.add(layers.Dense(CLASSES, "softmax", kernel_initializer=initial(SEED), name="output"))
    optimizer = tf.keras.optimizers.Adam(LEARNING_RATE)
    model.compile(optimizer=optimizer, loss=LOSSES[kind], metrics=["acc"])  # its name in the logs
    return model


def write_curves(writers):
    """Return a callback that logs each epoch into the runs train and validation, with the same tags."""

    def on_epoch_end(epoch, logs):
        for prefix, writer in writers.items():
            named = {"loss": logs[prefix + "loss"], "accuracy": logs[prefix + "acc"]}
            values = [tf.Summary.Value(tag=tag, simple_value=value) for tag, value in named.items()]
            writer.add_summary(tf.Summary(value=values), epoch)

    return tf.keras.callbacks.LambdaCallback(on_epoch_end=on_epoch_end)


def train(kind, training, testing):
    """Train, save and evaluate the network on labels of a kind. Return its history, its test loss and accuracy."""
    np.random.seed(SEED)  # fit shuffles the images with NumPy: both trainings see them in the same order
    model = build_model(kind)
    images, labels = training[0], as_labels(training[1], kind)
    train_writer = tf.summary.FileWriter(os.path.join(LOGDIR, kind, "train"))
    validation_writer = tf.summary.FileWriter(os.path.join(LOGDIR, kind, "validation"))
    with train_writer, validation_writer:
        curves = write_curves({"": train_writer, "val_": validation_writer})
        with tf.name_scope("train"):  # a box for the gradients and the optimiser, which Keras builds only now
            fitted = model.fit(images, labels, BATCH, EPOCHS, 0, [curves], VALIDATION)
        sess = tf.keras.backend.get_session()
        train_writer.add_graph(sess.graph)
    folder = os.path.join(LOGDIR, kind, "saved")
    os.makedirs(folder)
    tf.train.Saver(model.weights).save(sess, os.path.join(folder, "model.ckpt"))
    return fitted.history, model.evaluate(testing[0], as_labels(testing[1], kind), verbose=0)


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    warnings.filterwarnings("ignore", message=".*state_updates")  # a warning of Keras about itself
    shutil.rmtree(LOGDIR, ignore_errors=True)
    training, testing = make_data()
    for kind in LOSSES:
        with tf.Graph().as_default(), tf.Session().as_default() as sess:  # a graph for each network
            tf.keras.backend.set_session(sess)
            history, (loss, accuracy) = train(kind, training, testing)
        told = "{:8}validation loss {:.4f}, test loss {:.4f}, test accuracy {:.4f}"
        print(told.format(kind, history["val_loss"][-1], loss, accuracy))


if __name__ == "__main__":
    main()
