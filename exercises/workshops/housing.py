"""Workshop housing: regression with validation, and a scaler that knows the training rows only.

The columns of a table have units of their own, from rooms to dollars. They are standardised before they are fed: less a
mean, divided by a deviation. Both numbers are learnt from data, like weights, so they may come from the training rows alone.

    python exercises/workshops/housing.py
    tensorboard --logdir logdir/housing

In TensorBoard, open SCALARS: `loss` shows training and validation, squared prices in both. The houses are those of
California, where `python -m checker data --full california` has fetched them, else those of Boston.
"""

import os
import shutil
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

# By default, TensorFlow 2 uses Keras 3, which does not work in graph mode. This asks for the Keras before it.
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import boston, california, is_fetched

LOGDIR = os.path.join("logdir", "housing")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")
SEED = 14
HIDDEN = 10
LEARNING_RATE = 3e-3
BATCH = 64  # houses
EPOCHS = 100
ROWS = 2000  # at most, so that California takes seconds, too
KEPT_BACK = 0.2  # of the rows for validation, and as many for the test


def make_data():
    """Return (features, prices) to train, to validate and to test: float64 [n, 13], or [n, 8], and [n]."""
    houses = california() if is_fetched("california") else boston()
    order = np.random.RandomState(SEED).permutation(len(houses.target))[:ROWS]
    part = int(KEPT_BACK * len(order))
    rows = order[2 * part :], order[:part], order[part : 2 * part]
    return [(houses.data[each], houses.target[each]) for each in rows]


def fit_scaler(features):
    """Return mean and deviation [columns] of the training rows."""
    return features.mean(axis=0), features.std(axis=0)


def scale(features, scaler):
    """Return features in deviations from the mean; validation and test get the numbers of the training, too."""
    mean, deviation = scaler
    return (features - mean) / deviation


def build_model(columns):
    """Return the compiled network: ten ReLUs, and one output without an activation, the price."""
    tf.set_random_seed(SEED)
    layers, initial = tf.keras.layers, tf.keras.initializers.glorot_uniform
    hidden = layers.Dense(HIDDEN, "relu", kernel_initializer=initial(SEED), input_shape=(columns,), name="hidden")
    output = layers.Dense(1, kernel_initializer=initial(SEED + 1), name="price")
    model = tf.keras.Sequential([hidden, output], name="housing")
    model.compile(optimizer=tf.keras.optimizers.SGD(LEARNING_RATE), loss="mean_squared_error")
    return model


def write_curves(writers):
    """Return a callback that logs each epoch into the runs train and validation, with the same tag."""

    def on_epoch_end(epoch, logs):
        for prefix, writer in writers.items():
            value = tf.Summary.Value(tag="loss", simple_value=logs[prefix + "loss"])
            writer.add_summary(tf.Summary(value=[value]), epoch)

    return tf.keras.callbacks.LambdaCallback(on_epoch_end=on_epoch_end)


def train(training, validation):
    """Build, fit and save the network on scaled features. Return it."""
    np.random.seed(SEED)  # fit shuffles the rows with NumPy
    model = build_model(training[0].shape[1])
    train_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "train"))
    validation_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "validation"))
    with train_writer, validation_writer:
        curves = write_curves({"": train_writer, "val_": validation_writer})
        with tf.name_scope("train"):  # a box for the gradients and the optimiser, which Keras builds only now
            model.fit(*training, BATCH, EPOCHS, 0, [curves], validation_data=validation)
        sess = tf.keras.backend.get_session()
        train_writer.add_graph(sess.graph)
    tf.train.Saver(model.weights).save(sess, CHECKPOINT)
    return model


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    warnings.filterwarnings("ignore", message=".*state_updates")  # a warning of Keras about itself
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    parts = make_data()
    scaler = fit_scaler(parts[0][0])
    training, validation, testing = [(scale(features, scaler), prices) for features, prices in parts]
    print(
        "mean of the first column: {:.4f} in training, {:.4f} in validation".format(scaler[0][0], parts[1][0][:, 0].mean())
    )
    model = train(training, validation)
    for name, part in (("validation", validation), ("test", testing)):
        print("{}: loss {:.4f}".format(name, model.evaluate(*part, verbose=0)))


if __name__ == "__main__":
    main()
