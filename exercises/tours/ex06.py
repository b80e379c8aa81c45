"""Tour of exercise 06: does more training help with clothes? Train on from the checkpoint and see.

    python exercises/ex06.py
    python exercises/tours/ex06.py
    tensorboard --logdir logdir/ex06_tour

In TensorBoard, open TEXT: it asks a question, names three pictures of IMAGES and PR CURVES, and leaves the answer to you.
"""

import io
import os
import shutil
import warnings

# By default, TensorFlow 2 uses Keras 3, which does not work in graph mode. This asks for the Keras before it.
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import matplotlib.pyplot as plt
import numpy as np
import tensorflow.compat.v1 as tf
from tensorboard.summary import v1 as board

from reference.datasets import FASHION_CLASSES, fashion_mnist

CHECKPOINT = os.path.join("logdir", "ex06", "saved", "model.ckpt")
LOGDIR = os.path.join("logdir", "ex06_tour")
EPOCHS_BEFORE, EPOCHS, BATCH = 5, 3, 256  # epochs of the exercise; our own; images
PAGE = """## Why is the accuracy mediocre?

1. **IMAGES**, `confusion_matrix`: which rows spread out? Drag the step slider: does an epoch more change that?
2. **IMAGES**, `most_confused`: could you tell these garments apart yourself, from 28 · 28 grey pixels?
3. **PR CURVES**: `Trouser` hugs the corner, `Shirt` does not. Both had equally many training images, more or less.

What would you change first: the network, the training, or the data? Which page would show that it helped?
"""


def build_model():
    """Return the compiled network of the exercise. The names of its layers are those in the checkpoint."""
    layers = tf.keras.layers
    hidden = layers.Dense(300, activation="relu", input_shape=(784,), name="hidden")
    model = tf.keras.Sequential([hidden, layers.Dense(10, name="output")], name="garments")
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(tf.keras.optimizers.Adam(2e-3), loss)
    return model


def draw_confusion(confusion, epoch):
    """Return a figure of the confusion matrix. TensorBoard shrinks it, so its letters are large."""
    figure, axes = plt.subplots(figsize=(8, 8))
    axes.imshow(confusion, cmap="Blues")
    axes.set(yticks=range(10), yticklabels=FASHION_CLASSES, xticks=range(10), xticklabels=FASHION_CLASSES)
    axes.tick_params(labelsize=15)
    axes.tick_params("x", rotation=90)
    axes.set_title("answers of each true class, epoch {}".format(epoch), fontsize=16)
    for (row, column), count in np.ndenumerate(confusion):
        axes.text(column, row, count, ha="center", va="center", size=16, color="wk"[int(count < confusion.max() / 2)])
    return figure


def draw_confused(images, labels, answers, confusion):
    """Return a figure with garments of the two classes that are most often taken for each other."""
    mistakes = confusion + confusion.T - 2 * np.diag(confusion.diagonal())
    pair = np.unravel_index(mistakes.argmax(), mistakes.shape)
    wrong = np.flatnonzero((labels != answers) & np.isin(labels, pair) & np.isin(answers, pair))
    figure, grid = plt.subplots(2, 3, figsize=(7, 6))
    for axes, i in zip(grid.flat, wrong):
        axes.imshow(images[i].reshape(28, 28), cmap="gray_r")
        axes.set_title("{}\nread as {}".format(FASHION_CLASSES[labels[i]], FASHION_CLASSES[answers[i]]), fontsize=16)
        axes.axis("off")
    return figure


def picture(tag, figure):
    """Return an image summary of a matplotlib figure, and close the figure."""
    png = io.BytesIO()
    figure.savefig(png, format="png", bbox_inches="tight")
    plt.close(figure)
    return tf.Summary(value=[tf.Summary.Value(tag=tag, image=tf.Summary.Image(encoded_image_string=png.getvalue()))])


def write_mistakes(writer, logits, testing, epoch):
    """Write the confusion matrix, the most confused garments and two PR curves. They need a graph of their own."""
    answers = logits.argmax(axis=1)
    with tf.Graph().as_default(), tf.Session() as sess:
        confusion = sess.run(tf.math.confusion_matrix(testing[1], answers, 10))
        chances = tf.nn.softmax(logits)
        for name, index in (("Shirt", 6), ("Trouser", 1)):
            curve = board.pr_curve(name, labels=tf.constant(testing[1] == index), predictions=chances[:, index])
            writer.add_summary(sess.run(curve), epoch)
    writer.add_summary(picture("confusion_matrix", draw_confusion(confusion, epoch)), epoch)
    writer.add_summary(picture("most_confused", draw_confused(*testing, answers, confusion)), epoch)


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    warnings.filterwarnings("ignore", message=".*state_updates")  # a warning of Keras about itself
    if not os.path.exists(CHECKPOINT + ".index"):
        raise SystemExit("{} is missing: run python exercises/ex06.py first".format(CHECKPOINT))
    shutil.rmtree(os.path.join(LOGDIR, "test"), ignore_errors=True)
    training, testing = [(images.reshape(-1, 784).astype(np.float32) / 255, labels) for images, labels in fashion_mnist()]
    np.random.seed(6)  # fit shuffles the images with NumPy
    with tf.Graph().as_default(), tf.summary.FileWriter(os.path.join(LOGDIR, "test")) as writer:
        model = build_model()
        tf.train.Saver(model.weights).restore(tf.keras.backend.get_session(), CHECKPOINT)
        for epoch in range(EPOCHS_BEFORE, EPOCHS_BEFORE + EPOCHS + 1):
            write_mistakes(writer, model.predict(testing[0]), testing, epoch)
            if epoch < EPOCHS_BEFORE + EPOCHS:
                model.fit(*training, BATCH, 1, verbose=0)
        text = tf.SummaryMetadata(plugin_data=tf.SummaryMetadata.PluginData(plugin_name="text"))
        page = tf.Summary.Value(tag="open_question", metadata=text, tensor=tf.make_tensor_proto(PAGE, tf.string))
        writer.add_summary(tf.Summary(value=[page]), epoch)
    print("{} confusion matrices in {}".format(EPOCHS + 1, LOGDIR))


if __name__ == "__main__":
    main()
