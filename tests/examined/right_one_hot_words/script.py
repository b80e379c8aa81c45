"""Words as one-hot rows, and a network that tells which of two lists a word is from."""

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

WORDS, BATCH, STEPS = 120, 40, 300
random = np.random.RandomState(2)
tf.set_random_seed(2)
rows = np.eye(WORDS, dtype=np.float32)[random.randint(WORDS, size=900)]
lists = (rows.argmax(axis=1) < WORDS // 2).astype(np.int32)

words = tf.placeholder(tf.float32, [None, WORDS])
wanted = tf.placeholder(tf.int32, [None])
hidden = tf.nn.tanh(tf.matmul(words, tf.Variable(tf.random_normal([WORDS, 16], stddev=0.3, seed=1))))
scores = tf.matmul(hidden, tf.Variable(tf.random_normal([16, 2], stddev=0.3, seed=2)))
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=wanted, logits=scores))
train_op = tf.train.AdamOptimizer(0.02).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(STEPS):
        chosen = random.choice(900, BATCH)
        _, value = sess.run([train_op, loss], {words: rows[chosen], wanted: lists[chosen]})
    print("loss", value)
