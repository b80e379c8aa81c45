"""Exercise 05: the network of exercise 04 again, in a few lines of Keras.

Keras builds the same graph and runs it in its own session. We borrow that session to save a checkpoint.

    python exercises/ex05.py
    tensorboard --logdir logdir/ex05

In TensorBoard, open SCALARS: `loss` and `accuracy` show two curves each, those of the runs train and test. Where the
training accuracy still rises and the test accuracy does not, the network overfits. GRAPHS shows the layers under the
names that they have below, and the box train with all that Keras adds when it fits.
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

LOGDIR = os.path.join("logdir", "ex05")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")
SEED = 5
PIXELS = 28 * 28
HIDDEN = 300
CLASSES = 10
EPOCHS = 5
BATCH = 256  # images
LEARNING_RATE = 2e-3


def make_data():
    """Return (images, labels) for training and for testing: float32 [n, 784] in 0 … 1, and integers [n]."""
    return [(images.reshape(-1, PIXELS).astype(np.float32) / 255, labels) for images, labels in mnist()]


def build_model():
    """Return the compiled network. Its last layer gives logits, so the loss needs from_logits=True."""
    tf.set_random_seed(SEED)
    layers, initial = tf.keras.layers, tf.keras.initializers.glorot_uniform
    model = tf.keras.Sequential(
        [
            layers.Dense(HIDDEN, activation="relu", kernel_initializer=initial(SEED), input_shape=(PIXELS,), name="hidden"),
            layers.Dense(CLASSES, kernel_initializer=initial(SEED + 1), name="output"),
        ],
        name="digits",
    )
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.name_scope("accuracy"):  # a box for its two variables, total and count
        accuracy = tf.keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    model.compile(optimizer=tf.keras.optimizers.Adam(LEARNING_RATE), loss=loss, metrics=[accuracy])
    return model


def write_curves(train_writer, test_writer):
    """Return a callback that logs each epoch into two runs. They have the same tags, so TensorBoard overlays them."""

    def on_epoch_end(epoch, logs):
        for writer, prefix in ((train_writer, ""), (test_writer, "val_")):
            values = [tf.Summary.Value(tag=tag, simple_value=logs[prefix + tag]) for tag in ("loss", "accuracy")]
            writer.add_summary(tf.Summary(value=values), epoch)

    return tf.keras.callbacks.LambdaCallback(on_epoch_end=on_epoch_end)


def train(training, testing):
    """Build, fit and save the network. Return its number of parameters and its test accuracy."""
    np.random.seed(SEED)  # fit shuffles the images with NumPy
    model = build_model()
    train_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "train"))
    test_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "test"))
    with train_writer, test_writer:
        curves = write_curves(train_writer, test_writer)
        with tf.name_scope("train"):  # a box for the gradients and the optimiser, which Keras builds only now
            model.fit(*training, BATCH, EPOCHS, verbose=0, validation_data=testing, callbacks=[curves])
        sess = tf.keras.backend.get_session()
        train_writer.add_graph(sess.graph)
    tf.train.Saver(model.weights).save(sess, CHECKPOINT)
    return model.count_params(), model.evaluate(*testing, verbose=0)[1]


def restore(testing):
    """Build the same network in a new graph, restore the checkpoint, and return the test accuracy."""
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.keras.backend.set_session(sess)
        model = build_model()
        tf.train.Saver(model.weights).restore(sess, CHECKPOINT)
        return model.evaluate(*testing, verbose=0)[1]


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    warnings.filterwarnings("ignore", message=".*state_updates")  # a warning of Keras about itself
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    training, testing = make_data()
    print("training images {}, test images {}".format(training[0].shape, testing[0].shape))
    with tf.Graph().as_default():
        parameters, accuracy = train(training, testing)
    print("{:,} parameters; test accuracy {:.4f}".format(parameters, accuracy))
    print("restored from the checkpoint: test accuracy {:.4f}".format(restore(testing)))


if __name__ == "__main__":
    main()
