"""Tour of exercise 05: Keras shows a graph of layers, and its TensorBoard callback writes more than one asks for.

The network is built again, its weights come from the checkpoint, and it trains on for three epochs.

    python exercises/ex05.py
    python exercises/tours/ex05.py
    tensorboard --logdir logdir/ex05_tour

In TensorBoard, open GRAPHS and the run `train`: *Conceptual graph* shows two layers, *Run graph* all operations. SCALARS
shows `loss` and `accuracy` for train and test. The run `callback` has its own tags: `epoch_loss` beside `epoch_val_loss`.
"""

import os
import shutil
import warnings

# By default, TensorFlow 2 uses Keras 3, which does not work in graph mode. This asks for the Keras before it.
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

CHECKPOINT = os.path.join("logdir", "ex05", "saved", "model.ckpt")
LOGDIR = os.path.join("logdir", "ex05_tour")
EPOCHS_BEFORE, EPOCHS = 5, 3  # those of the exercise, and ours
BATCH = 256  # images
PAGE = """## What the callback of Keras writes without being asked

`tf.keras.callbacks.TensorBoard(folder)` has written the run `callback`:

- Training and test are one run with four tags: {tags}. Two curves in one chart need the *same* tag in *two* runs, so they
  cannot be overlaid. The runs `train` and `test` come from a callback of our own, with the tags `loss` and `accuracy`.
- The graph (`write_graph=True`), with the optimiser's variables and the metrics' totals and counts.
- With `histogram_freq=1`, it would also write each weight, and every summary that is in the graph.
"""


def build_model():
    """Return the compiled network of the exercise. The names of its layers are those in the checkpoint."""
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [layers.Dense(300, activation="relu", input_shape=(784,), name="hidden"), layers.Dense(10, name="output")],
        name="digits",
    )
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.name_scope("accuracy"):
        accuracy = tf.keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    model.compile(optimizer=tf.keras.optimizers.Adam(2e-3), loss=loss, metrics=[accuracy])
    return model


def in_plugin(plugin, tag, content):
    """Return a summary of one string for a plugin of TensorBoard: `text`, or `graph_keras_model` for layers as JSON."""
    version = b"1" if plugin == "graph_keras_model" else b""  # without it, TensorBoard ignores the layers
    data = tf.SummaryMetadata.PluginData(plugin_name=plugin, content=version)
    tensor = tf.make_tensor_proto(content, tf.string)
    return tf.Summary(value=[tf.Summary.Value(tag=tag, metadata=tf.SummaryMetadata(plugin_data=data), tensor=tensor)])


def write_curves(train_writer, test_writer):
    """Return a callback that logs each epoch into two runs with the same tags."""

    def on_epoch_end(epoch, logs):
        for writer, prefix in ((train_writer, ""), (test_writer, "val_")):
            values = [tf.Summary.Value(tag=tag, simple_value=logs[prefix + tag]) for tag in ("loss", "accuracy")]
            writer.add_summary(tf.Summary(value=values), epoch)

    return tf.keras.callbacks.LambdaCallback(on_epoch_end=on_epoch_end)


def train_on(training, testing):
    """Restore the network and train on. Return the test accuracy before and after."""
    np.random.seed(5)  # fit shuffles the images with NumPy
    model = build_model()
    with tf.name_scope("restore"):
        sess = tf.keras.backend.get_session()
        tf.train.Saver(model.weights).restore(sess, CHECKPOINT)
    before = model.evaluate(*testing, verbose=0)[1]
    callback = tf.keras.callbacks.TensorBoard(os.path.join(LOGDIR, "callback"))
    train_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "train"))
    with train_writer, tf.summary.FileWriter(os.path.join(LOGDIR, "test")) as test_writer:
        train_writer.add_summary(in_plugin("graph_keras_model", "keras", model.to_json()), 0)
        tags = ", ".join("`epoch_{}`".format(name) for name in ("loss", "accuracy", "val_loss", "val_accuracy"))
        train_writer.add_summary(in_plugin("text", "what_the_callback_writes", PAGE.format(tags=tags)), 0)
        with tf.name_scope("train"):
            model.fit(
                *training,
                BATCH,
                EPOCHS_BEFORE + EPOCHS,
                verbose=0,
                validation_data=testing,
                initial_epoch=EPOCHS_BEFORE,  # the curves go on where those of the exercise end
                callbacks=[callback, write_curves(train_writer, test_writer)],
            )
        train_writer.add_graph(sess.graph)  # not earlier: `fit` builds the optimiser
    return before, model.evaluate(*testing, verbose=0)[1]


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    warnings.filterwarnings("ignore", message=".*state_updates")  # a warning of Keras about itself
    if not os.path.exists(CHECKPOINT + ".index"):
        raise SystemExit("{} is missing: run python exercises/ex05.py first".format(CHECKPOINT))
    shutil.rmtree(LOGDIR, ignore_errors=True)
    training, testing = [(images.reshape(-1, 784).astype(np.float32) / 255, labels) for images, labels in mnist()]
    with tf.Graph().as_default():
        print("test accuracy, restored {:.4f}, after more epochs {:.4f}".format(*train_on(training, testing)))


if __name__ == "__main__":
    main()
