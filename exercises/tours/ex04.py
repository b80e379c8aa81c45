"""Tour of exercise 04: look into the network, with every page of TensorBoard that says something about it.

The checkpoint gives graph and weights. We add summaries to the graph and train on for 60 steps.

    python exercises/ex04.py
    python exercises/tours/ex04.py
    tensorboard --logdir logdir/ex04_tour

In TensorBoard, open TEXT first: the page of the run `train` lists what there is.
"""

import os
import shutil

import numpy as np
import tensorflow.compat.v1 as tf
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.summary import v1 as board

from reference.datasets import mnist

SAVED = os.path.join("logdir", "ex04", "saved")
LOGDIR = os.path.join("logdir", "ex04_tour")
STEPS, BATCH, EVERY = 60, 128, 10  # EVERY: steps between two points
TEST_SAMPLE = 1000  # images of the test curves
PAGE = """## What to look at in the tour of exercise 04

| page | choose | what it tells |
|---|---|---|
| HISTOGRAMS | `tour/gradient_of_hidden/weights` | the peak at 0: a pixel that is black in the whole batch teaches nothing |
| GRAPHS | tag `step_{step}`, then *Compute time* | which boxes the time of one training step goes to |
| PR CURVES | run `test` | the curve of 8 lies below that of 1: more eights are missed, more others are taken for one |
| CUSTOM SCALARS | group *training and test* | one chart of the loss and one of the accuracy, with both runs |
"""


def add_summaries(graph):
    """Add the summaries in one scope, so that the graph shows one box more. Return curves, gradients and PR curves."""
    labels, logits = graph.get_tensor_by_name("input/labels:0"), graph.get_tensor_by_name("output/add:0")
    loss, accuracy = graph.get_tensor_by_name("error/Mean:0"), graph.get_tensor_by_name("metrics/Mean:0")
    weights = tf.trainable_variables()
    with tf.name_scope("tour"):
        curves = [tf.summary.scalar("loss", loss), tf.summary.scalar("accuracy", accuracy)]
        pairs = zip(weights, tf.gradients(loss, weights))
        histograms = [tf.summary.histogram("gradient_of_" + weight.op.name, gradient) for weight, gradient in pairs]
        chances = tf.nn.softmax(logits)
        pr = [
            board.pr_curve("digit_{}".format(digit), labels=tf.equal(labels, digit), predictions=chances[:, digit])
            for digit in (1, 8)
        ]
        return tf.summary.merge(curves), tf.summary.merge(histograms), tf.summary.merge(pr)


def train_on(sess, graph, training, testing):
    """Train on from the checkpoint. Write curves, gradients, PR curves, and what one step costs. Return the last step."""
    curves, gradients, pr_curves = add_summaries(graph)
    step_tensor, (train_op,) = tf.train.get_global_step(), tf.get_collection(tf.GraphKeys.TRAIN_OP)
    test_feed = {"input/images:0": testing[0], "input/labels:0": testing[1]}
    sample = {name: values[:TEST_SAMPLE] for name, values in test_feed.items()}
    train_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "train"), graph)
    test_writer = tf.summary.FileWriter(os.path.join(LOGDIR, "test"))
    order = np.random.RandomState(4)
    with train_writer, test_writer:
        for i in range(STEPS + 1):
            chosen = order.randint(len(training[0]), size=BATCH)
            feed = {"input/images:0": training[0][chosen], "input/labels:0": training[1][chosen]}
            step = int(sess.run(step_tensor))
            if i % EVERY == 0:
                for summary in sess.run([curves, gradients], feed):
                    train_writer.add_summary(summary, step)
                test_writer.add_summary(sess.run(curves, sample), step)
            if i in (0, STEPS):
                test_writer.add_summary(sess.run(pr_curves, test_feed), step)
            if i < STEPS - 1:
                sess.run(train_op, feed)
            elif i == STEPS - 1:  # not the first step: that one also pays for setting everything up
                metadata = tf.RunMetadata()
                sess.run(train_op, feed, tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), metadata)
                train_writer.add_run_metadata(metadata, "step_{}".format(step), step)
        train_writer.add_summary(describe_charts(), step)
        train_writer.add_summary(text("what_to_look_at", PAGE.format(step=step - 1)), step)
    return step


def describe_charts():
    """Return the layout of CUSTOM SCALARS: each chart takes every run's curves whose tag fits the pattern."""
    charts = [
        layout_pb2.Chart(title=tag, multiline=layout_pb2.MultilineChartContent(tag=["^tour/{}$".format(tag)]))
        for tag in ("loss", "accuracy")
    ]
    category = layout_pb2.Category(title="training and test", chart=charts)
    summary = board.custom_scalar_pb(layout_pb2.Layout(category=[category]))
    return tf.Summary.FromString(summary.SerializeToString())  # the same bytes, as TensorFlow's own class


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
    for run in ("train", "test"):
        shutil.rmtree(os.path.join(LOGDIR, run), ignore_errors=True)
    training, testing = [(images.reshape(-1, 784).astype(np.float32) / 255, labels) for images, labels in mnist()]
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        tf.train.import_meta_graph(checkpoint + ".meta").restore(sess, checkpoint)
        step = train_on(sess, graph, training, testing)
    print("trained on from {} to step {}".format(checkpoint, step))


if __name__ == "__main__":
    main()
