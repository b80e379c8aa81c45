"""Exercise 06: the network of exercise 05 gets clothes instead of digits. Why is it worse at them?

Fashion-MNIST has the shapes of MNIST: 28 * 28 grey pixels, ten classes. Only the data set changes, and the accuracy drops.

    python exercises/ex06.py
    tensorboard --logdir logdir/ex06

In TensorBoard, open SCALARS: `loss` and `accuracy` show the curves of the runs train and test. IMAGES shows
`confusion_matrix`, with one row per true class and one column per answer. Most mistakes are among shirts, pullovers and
coats; `most_confused` shows some.
"""

import io
import os
import shutil
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

# By default, TensorFlow 2 uses Keras 3, which does not work in graph mode. This asks for the Keras before it.
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import matplotlib.pyplot as plt
import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import FASHION_CLASSES, fashion_mnist

LOGDIR = os.path.join("logdir", "ex06")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")
SEED = 6
PIXELS = 28 * 28
HIDDEN = 300
CLASSES = 10
EPOCHS = 5
BATCH = 256  # images
LEARNING_RATE = 2e-3


def make_data():
    """Return (images, labels) for training and for testing: float32 [n, 784] in 0 … 1, and integers [n]."""
    return [(images.reshape(-1, PIXELS).astype(np.float32) / 255, labels) for images, labels in fashion_mnist()]


def build_model():
    """Return the compiled network. Its last layer gives logits, so the loss needs from_logits=True."""
    tf.set_random_seed(SEED)
    layers, initial = tf.keras.layers, tf.keras.initializers.glorot_uniform
    model = tf.keras.Sequential(
        [
            layers.Dense(HIDDEN, activation="relu", kernel_initializer=initial(SEED), input_shape=(PIXELS,), name="hidden"),
            layers.Dense(CLASSES, kernel_initializer=initial(SEED + 1), name="output"),
        ],
        name="garments",
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
    """Build, fit and save the network. Return its test accuracy and its confusion matrix [10, 10], in images."""
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
        answers = model.predict(testing[0]).argmax(axis=1)
        confusion = sess.run(tf.math.confusion_matrix(testing[1], answers, CLASSES))
        test_writer.add_summary(picture("confusion_matrix", draw_confusion(confusion)), EPOCHS)
        test_writer.add_summary(picture("most_confused", draw_confused(*testing, answers, confusion)), EPOCHS)
    tf.train.Saver(model.weights).save(sess, CHECKPOINT)
    return model.evaluate(*testing, verbose=0)[1], confusion


def restore(testing):
    """Build the same network in a new graph, restore the checkpoint, and return the test accuracy."""
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.keras.backend.set_session(sess)
        model = build_model()
        tf.train.Saver(model.weights).restore(sess, CHECKPOINT)
        return model.evaluate(*testing, verbose=0)[1]


def most_confused(confusion):
    """Return the two classes that are most often taken for each other."""
    mistakes = confusion + confusion.T
    np.fill_diagonal(mistakes, 0)
    return np.unravel_index(mistakes.argmax(), mistakes.shape)


def draw_confusion(confusion):
    """Return a figure of the confusion matrix with the names of the classes."""
    figure, axes = plt.subplots(figsize=(4.5, 4.5))  # TensorBoard shrinks pictures to 350 pixels: small ones stay readable
    axes.imshow(confusion, cmap="Blues")
    axes.set(xlabel="answer", ylabel="true class", xticks=range(CLASSES), yticks=range(CLASSES))
    axes.set_xticklabels(FASHION_CLASSES, rotation=45, ha="right")
    axes.set_yticklabels(FASHION_CLASSES)
    for row, column in np.ndindex(*confusion.shape):
        shade = "white" if confusion[row, column] > confusion.max() / 2 else "black"
        axes.text(column, row, confusion[row, column], ha="center", va="center", color=shade, fontsize=9)
    figure.tight_layout()
    return figure


def draw_confused(images, labels, answers, confusion):
    """Return a figure with garments of the two most confused classes, each taken for the other class."""
    pair = most_confused(confusion)
    wrong = np.flatnonzero((labels != answers) & np.isin(labels, pair) & np.isin(answers, pair))
    figure = plt.figure(figsize=(4.5, 3))
    for place, i in enumerate(wrong[:8], start=1):
        axes = figure.add_subplot(2, 4, place, xticks=[], yticks=[])
        axes.imshow(images[i].reshape(28, 28), cmap="gray_r")
        axes.set_title("{}\ntaken for {}".format(FASHION_CLASSES[labels[i]], FASHION_CLASSES[answers[i]]), fontsize=8)
    figure.tight_layout()
    return figure


def picture(tag, figure):
    """Return an image summary of a matplotlib figure, which stays open and is shown at the end."""
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return tf.Summary(value=[tf.Summary.Value(tag=tag, image=tf.Summary.Image(encoded_image_string=png.getvalue()))])


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    warnings.filterwarnings("ignore", message=".*state_updates")  # a warning of Keras about itself
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    training, testing = make_data()
    print("training images {}, test images {}".format(training[0].shape, testing[0].shape))
    with tf.Graph().as_default():
        accuracy, confusion = train(training, testing)
    print("test accuracy {:.4f}; restored from the checkpoint: {:.4f}".format(accuracy, restore(testing)))
    pair = most_confused(confusion)
    count = confusion[pair] + confusion[pair[::-1]]
    print("most confused: {} and {}, {} times".format(FASHION_CLASSES[pair[0]], FASHION_CLASSES[pair[1]], count))
    if plt.get_backend().lower() != "agg":  # matplotlib falls back to agg where there is no display
        plt.show()


if __name__ == "__main__":
    main()
