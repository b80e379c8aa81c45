import io
import os

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow.compat.v1 as tf
from tensorboard.plugins.hparams import api as hp

from reference.datasets import letters

tf.disable_v2_behavior()
NAMES = ["logistic", "relu", "l2_and_dropout", "conv"]


def network(images, name, training):
    with tf.variable_scope(name, reuse=tf.AUTO_REUSE):
        glorot = tf.glorot_uniform_initializer(seed=4)
        if name == "conv":
            k = tf.get_variable("k", [3, 3, 1, 6], initializer=glorot)
            images = tf.nn.max_pool(
                tf.nn.relu(tf.nn.conv2d(images, k, [1, 1, 1, 1], "SAME")), [1, 4, 4, 1], [1, 4, 4, 1], "SAME"
            )
        values = tf.reshape(images, [-1, int(np.prod(images.shape[1:]))])
        penalty = 0.0
        if name in ("relu", "l2_and_dropout"):
            w = tf.get_variable("w", [784, 48], initializer=glorot)
            values = tf.nn.relu(values @ w + tf.get_variable("b", [48], initializer=tf.zeros_initializer()))
            if name == "l2_and_dropout":
                penalty = 2e-4 * tf.reduce_sum(w * w)
                if training:
                    values = tf.nn.dropout(values, rate=0.4)
        out = tf.get_variable("out", [values.shape[1], 10], initializer=glorot)
        bias = tf.get_variable("bias", [10], initializer=tf.zeros_initializer())
        return values @ out + bias, penalty


def draw(kernels):
    figure, axes = plt.subplots(2, 3)
    for ax, number in zip(axes.flat, range(6)):
        ax.imshow(kernels[:, :, 0, number], cmap="coolwarm")
        ax.axis("off")
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    plt.close(figure)
    return tf.Summary(
        value=[tf.Summary.Value(tag="kernels", image=tf.Summary.Image(encoded_image_string=picture.getvalue()))]
    )


with tf.Graph().as_default():
    tf.set_random_seed(3)
    np.random.seed(3)
    train, test = letters()
    x = tf.placeholder(tf.uint8, [None, 28, 28])
    y = tf.placeholder(tf.uint8, [None, 10])
    images = tf.expand_dims(tf.cast(x, tf.float32), 3) / 255
    labels = tf.cast(y, tf.float32)
    summaries, steps, shares = {}, [], {}
    for name in NAMES:
        logits, penalty = network(images, name, training=True)
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)) + penalty
        steps.append(tf.train.MomentumOptimizer(0.05, 0.9).minimize(loss))
        answers, _ = network(images, name, training=False)
        right = tf.equal(tf.argmax(answers, 1), tf.argmax(labels, 1))
        shares[name] = 100 * tf.reduce_mean(tf.cast(right, tf.float32))
        with tf.name_scope(name):
            summaries[name] = loss
    with tf.Session() as sess:
        writers = {name: tf.summary.FileWriter(os.path.join("logdir", "letters", "runs", name)) for name in NAMES}
        writers["conv"].add_graph(sess.graph)
        sess.run(tf.global_variables_initializer())
        kernels = [v for v in tf.trainable_variables() if v.name.startswith("conv/k")][0]
        writers["conv"].add_summary(draw(sess.run(kernels)), 0)
        one_hot = np.eye(10, dtype=np.uint8)
        for step in range(1, 501):
            at = np.random.choice(len(train[0]), 80, replace=False)
            now = sess.run([steps, summaries], {x: train[0][at], y: one_hot[train[1][at]]})[1]
            if step % 50 == 0:
                measured = sess.run(shares, {x: test[0], y: one_hot[test[1]]})
                for name in NAMES:
                    point = [
                        tf.Summary.Value(tag="loss", simple_value=now[name]),
                        tf.Summary.Value(tag="accuracy", simple_value=measured[name]),
                    ]
                    writers[name].add_summary(tf.Summary(value=point), step)
        writers["conv"].add_summary(draw(sess.run(kernels)), 500)
        tf.train.Saver(tf.trainable_variables()).save(sess, "logdir/letters/model.ckpt", global_step=500)
        for name in NAMES:
            text = hp.hparams_pb({"network": name, "rate": 0.05}).SerializeToString()
            writers[name].add_summary(tf.Summary.FromString(text))
            writers[name].close()
            print("%s: %.1f %% of the test letters" % (name, measured[name]))
