import os

import numpy as np
import tensorflow.compat.v1 as tf
from tensorboard.plugins.hparams import api as hp

from reference.datasets import letters

tf.disable_v2_behavior()
tf.set_random_seed(1)
np.random.seed(1)

(x_train, y_train), (x_test, y_test) = letters()
x_train, x_test = x_train[..., None] / 255.0, x_test[..., None] / 255.0

x = tf.placeholder(tf.float32, [None, 28, 28, 1])
y = tf.placeholder(tf.int64, [None])
keep = tf.placeholder(tf.float32)


def weights(*shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=(2 / np.prod(shape[:-1])) ** 0.5, seed=2))


def layer(inputs, size):
    W = weights(int(inputs.shape[1]), size)
    return tf.matmul(inputs, W) + tf.Variable(tf.zeros([size])), W


flat = tf.reshape(x, [-1, 784])
first, _ = layer(flat, 10)

hidden, _ = layer(flat, 64)
second, _ = layer(tf.nn.relu(hidden), 10)

hidden, W1 = layer(flat, 64)
dropped = tf.nn.dropout(tf.nn.relu(hidden), rate=1 - keep)
third, W2 = layer(dropped, 10)

filters = weights(5, 5, 1, 8)
maps = tf.nn.relu(tf.nn.conv2d(x, filters, [1, 2, 2, 1], "SAME") + tf.Variable(tf.zeros([8])))
maps = tf.nn.relu(tf.nn.conv2d(maps, weights(5, 5, 8, 16), [1, 2, 2, 1], "SAME"))
fourth, _ = layer(tf.reshape(maps, [-1, 7 * 7 * 16]), 10)

scores = {"logistic": first, "relu": second, "regularised": third, "convolution": fourth}
losses = {
    name: tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=s)) for name, s in scores.items()
}
losses["regularised"] += 1e-4 * (tf.nn.l2_loss(W1) + tf.nn.l2_loss(W2))
accuracies = {name: tf.reduce_mean(tf.to_float(tf.equal(tf.argmax(s, 1), y))) for name, s in scores.items()}
steps = [tf.train.AdamOptimizer(0.002).minimize(loss) for loss in losses.values()]
pictures = tf.summary.image("filters", tf.transpose(filters, [3, 0, 1, 2]), max_outputs=8)

sess = tf.Session()
sess.run(tf.global_variables_initializer())
writers = {name: tf.summary.FileWriter("logdir/letters/" + name) for name in scores}
writers["logistic"].add_graph(sess.graph)
for name, writer in writers.items():
    chosen = hp.hparams_pb({"model": name, "keep": 0.7 if name == "regularised" else 1.0})
    writer.add_summary(tf.Summary.FromString(chosen.SerializeToString()))


def value(tag, number):
    return tf.Summary(value=[tf.Summary.Value(tag=tag, simple_value=number)])


writers["convolution"].add_summary(sess.run(pictures), 0)
for step in range(400):
    batch = np.random.randint(0, len(y_train), 64)
    _, found = sess.run([steps, losses], {x: x_train[batch], y: y_train[batch], keep: 0.7})
    if step % 25 == 24:
        measured = sess.run(accuracies, {x: x_test, y: y_test, keep: 1.0})
        for name, writer in writers.items():
            writer.add_summary(value("loss", found[name]), step)
            writer.add_summary(value("accuracy", measured[name]), step)
writers["convolution"].add_summary(sess.run(pictures), 400)
os.makedirs("logdir/letters/saved", exist_ok=True)
tf.train.Saver().save(sess, "logdir/letters/saved/model")
for name, number in sess.run(accuracies, {x: x_test, y: y_test, keep: 1.0}).items():
    print(name, number)
for writer in writers.values():
    writer.close()
