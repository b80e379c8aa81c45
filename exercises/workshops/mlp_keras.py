"""Workshop mlp_keras: the network of workshop mlp once more, in a fifth of the lines.

In the functional API of Keras, a layer is a function of tensors: `layers.Dense(64)(images)`. A model is what lies between an
input and an output. `compile` takes the loss and the optimiser, `fit` trains, and `predict` answers images without labels.

    python exercises/workshops/mlp_keras.py
    tensorboard --logdir logdir/mlp_keras

In TensorBoard, open SCALARS: `loss` and `accuracy` each show two curves, those of the runs train and test, with one point
per epoch. GRAPHS shows the boxes of the four layers, and all that Keras adds.
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

LOGDIR = os.path.join("logdir", "mlp_keras")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")
SEED = 10
PIXELS = 28 * 28
HIDDEN = (64, 32, 16)
CLASSES = 10
LEARNING_RATE = 3e-3
BATCH = 100  # images
EPOCHS = 8
UNKNOWN = 12  # test images that are answered in the end


def make_data():
    """Return (images, one-hot labels) for training and for testing: float32 [n, 784] in 0 … 1, and [n, 10]."""
    one_hot = np.eye(CLASSES, dtype=np.float32)
    return [(images.reshape(-1, PIXELS).astype(np.float32) / 255, one_hot[labels]) for images, labels in mnist()]


def build_model():
    """Return the compiled network. Its only softmax is that of the last layer, which the loss expects."""
    tf.set_random_seed(SEED)
    layers, initial = tf.keras.layers, tf.keras.initializers.glorot_uniform
    images = values = layers.Input(shape=(PIXELS,), name="images")
    for number, size in enumerate(HIDDEN, start=1):
        dense = layers.Dense(size, "sigmoid", kernel_initializer=initial(SEED + number), name="hidden_{}".format(number))
        values = dense(values)
    output = layers.Dense(CLASSES, "softmax", kernel_initializer=initial(SEED), name="output")
    model = tf.keras.Model(inputs=images, outputs=output(values), name="mlp")
    with tf.name_scope("accuracy"):  # a box for its two variables, total and count
        accuracy = tf.keras.metrics.CategoricalAccuracy(name="accuracy")
    optimizer = tf.keras.optimizers.Adam(LEARNING_RATE)  # the SGD of the document takes hundreds of epochs
    model.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=[accuracy])
    return model


def write_curves(train_writer, test_writer):
    """Return a callback that logs each epoch into two runs. They have the same tags, so TensorBoard overlays them."""

    def on_epoch_end(epoch, logs):
        for writer, prefix in ((train_writer, ""), (test_writer, "val_")):
            values = [tf.Summary.Value(tag=tag, simple_value=logs[prefix + tag]) for tag in ("loss", "accuracy")]
            writer.add_summary(tf.Summary(value=values), epoch)

    return tf.keras.callbacks.LambdaCallback(on_epoch_end=on_epoch_end)


def train(training, testing):
    """Build, fit and save the network. Return the model."""
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
    return model


def infer(model, images):
    """Return the class [n] of images whose class is unknown: Keras feeds the images, and no labels."""
    return model.predict(images, batch_size=BATCH).argmax(axis=1)


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    warnings.filterwarnings("ignore", message=".*state_updates")  # a warning of Keras about itself
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    training, testing = make_data()
    model = train(training, testing)
    print("parameters {:,}".format(model.count_params()))
    print("test accuracy {:.4f}".format(model.evaluate(*testing, verbose=0)[1]))
    answers = infer(model, testing[0][:UNKNOWN])
    print("answers for {} images of unknown class: {}".format(UNKNOWN, " ".join(map(str, answers))))


if __name__ == "__main__":
    main()
