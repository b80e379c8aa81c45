"""One-hot characters, time before batch, tf.while_loop, and the state in variables of the graph."""

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import fables

tf.disable_v2_behavior()
tf.enable_resource_variables()

STREAMS, LENGTH, UNITS = 25, 40, 80
training, testing = fables()
alphabet = sorted(set(training))
index = dict(zip(alphabet, range(len(alphabet))))
A = len(alphabet)

characters = tf.placeholder(tf.float32, [LENGTH + 1, STREAMS, A], "characters")
past, future = characters[:-1], characters[1:]
memory = tf.get_variable("memory", [STREAMS, UNITS], trainable=False, initializer=tf.zeros_initializer())
output = tf.get_variable("output", [STREAMS, UNITS], trainable=False, initializer=tf.zeros_initializer())
kernel = tf.get_variable("kernel", [A + UNITS, 4 * UNITS], initializer=tf.glorot_uniform_initializer(seed=1))
bias = tf.get_variable("bias", [4 * UNITS], initializer=tf.zeros_initializer())
top = tf.get_variable("top", [UNITS, A], initializer=tf.glorot_uniform_initializer(seed=2))


def cell(t, c, h, seen):
    z = tf.matmul(tf.concat([past[t], h], 1), kernel) + bias
    j, f, i, o = tf.split(z, 4, axis=1)
    c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
    h = tf.tanh(c) * tf.sigmoid(o)
    return t + 1, c, h, seen.write(t, h)


empty = tf.TensorArray(tf.float32, LENGTH)
_, last_c, last_h, seen = tf.while_loop(lambda t, *_: t < LENGTH, cell, [0, memory.read_value(), output.read_value(), empty])
scores = tf.reshape(tf.matmul(tf.reshape(seen.stack(), [-1, UNITS]), top), [LENGTH, STREAMS, A])
cross_entropy = tf.nn.softmax_cross_entropy_with_logits_v2(labels=future, logits=scores)
bits = tf.reduce_mean(cross_entropy) / tf.log(2.0)
optimizer = tf.train.RMSPropOptimizer(0.003)
pairs = optimizer.compute_gradients(bits, [kernel, bias, top])
pairs = [(tf.clip_by_value(g, -0.5, 0.5), v) for g, v in pairs]
step = tf.train.get_or_create_global_step()
keep = tf.group(memory.assign(last_c), output.assign(last_h))
forget = tf.group(memory.assign(tf.zeros_like(memory)), output.assign(tf.zeros_like(output)))
with tf.control_dependencies([last_c, last_h, scores]):
    train = tf.group(optimizer.apply_gradients(pairs, global_step=step), keep)
summary = tf.summary.scalar("loss", bits)
told = tf.placeholder(tf.string, [3])
page = tf.summary.text("told", told)


def pieces(text):
    numbers = np.array([index[c] for c in text])
    size = (len(numbers) - 1) // STREAMS // LENGTH * LENGTH
    for start in range(0, size, LENGTH):
        rows = [numbers[s * size + start : s * size + start + LENGTH + 1] for s in range(STREAMS)]
        yield np.eye(A)[np.array(rows).T]


saver = tf.train.Saver()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    a = tf.summary.FileWriter("logdir/sequences/training", sess.graph)
    b = tf.summary.FileWriter("logdir/sequences/test")
    for epoch in range(6):
        sess.run(forget)
        for piece in pieces(training):
            curve, _, n = sess.run([summary, train, step], {characters: piece})
            if n % 20 == 0:
                a.add_summary(curve, n)
        sess.run(forget)
        values = [sess.run([bits, keep], {characters: piece})[0] for piece in pieces(testing)]
        b.add_summary(tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=np.mean(values))]), n)
        print("%d: %.2f" % (epoch, np.mean(values)))
    random = np.random.RandomState(0)
    lines = []
    for temperature in 0.5, 0.8, 1.2:
        piece = next(pieces(testing))
        line = ""
        for _ in range(80):
            sess.run(forget)
            s = sess.run(scores, {characters: piece})[-1, 0] / temperature
            s = np.exp(s - s.max())
            k = random.choice(A, p=s / s.sum())
            line += alphabet[k]
            piece[LENGTH, :] = np.eye(A)[k]
            piece = np.concatenate([piece[1:], piece[:1]])
        lines.append("%.1f %s" % (temperature, line.replace("\n", " / ")))
    b.add_summary(sess.run(page, {told: lines}), n)
    saver.save(sess, "logdir/sequences/lstm", global_step=step)
    a.close()
    b.close()
