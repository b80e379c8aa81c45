"""Negative sampling by hand: the words to compare with are drawn in NumPy, as often as they come."""

import re
from collections import Counter

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import fables

tf.disable_v2_behavior()
random = np.random.RandomState(5)
tf.set_random_seed(5)

words = re.findall(r"\w+", fables()[0].lower())
common = Counter(words).most_common(600)
vocab = [w for w, n in common]
share = np.array([n for w, n in common], float) ** 0.75
share /= share.sum()
index = {w: i for i, w in enumerate(vocab)}
ids = np.array([index[w] for w in words if w in index])
pairs = np.concatenate([np.stack([ids[:-d], ids[d:]], 1) for d in (1, 2, 3)])
pairs = np.concatenate([pairs, pairs[:, ::-1]])

with tf.name_scope("input"):
    center = tf.placeholder(tf.int32, [None], "center")
    context = tf.placeholder(tf.int32, [None], "context")
    noise = tf.placeholder(tf.int32, [None, 8], "noise")
with tf.name_scope("model"):
    inner = tf.Variable(tf.random_normal([600, 30], stddev=0.3, seed=1), name="inner")
    outer = tf.Variable(tf.random_normal([600, 30], stddev=0.3, seed=2), name="outer")
    v = tf.gather(inner, center)
    good = tf.reduce_sum(v * tf.gather(outer, context), axis=1)
    bad = tf.einsum("bd,bkd->bk", v, tf.gather(outer, noise))
with tf.name_scope("objective"):
    cost = -tf.reduce_mean(tf.log_sigmoid(good) + tf.reduce_sum(tf.log_sigmoid(-bad), axis=1))
    step = tf.train.AdamOptimizer(0.01).minimize(cost)
curve = tf.summary.scalar("loss", cost)
page = tf.placeholder(tf.string, [])
text = tf.summary.text("neighbours", page)

with tf.Session() as sess:
    writer = tf.summary.FileWriter("logdir/embedding/run", sess.graph)
    sess.run(tf.global_variables_initializer())
    for i in range(3000):
        batch = pairs[random.choice(len(pairs), 300)]
        feed = {center: batch[:, 0], context: batch[:, 1], noise: random.choice(600, [300, 8], p=share)}
        s, _ = sess.run([curve, step], feed)
        if i % 30 == 0:
            writer.add_summary(s, i)
    a = sess.run(inner)
    told = ""
    for w in ["un", "vous", "dit", "fut"]:
        far = np.sum((a - a[index[w]]) ** 2, axis=1)
        told += w + ": " + " ".join(vocab[k] for k in far.argsort()[:8]) + "\n"
    print(told)
    writer.add_summary(sess.run(text, {page: told}), 3000)
    tf.train.Saver([inner, outer]).save(sess, "logdir/embedding/run/vectors")
    writer.close()
np.savetxt("logdir/embedding/run/labels.tsv", vocab, fmt="%s", encoding="utf-8")
with open("logdir/embedding/run/projector_config.pbtxt", "w") as f:
    f.write('embeddings {\n  tensor_name: "model/inner:0"\n  metadata_path: "labels.tsv"\n}\n')
