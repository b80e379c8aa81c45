"""A recurrent network, unrolled, that tells whether a series of numbers ends above its beginning."""

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

LENGTH, UNITS, STEPS, RATE = 24, 16, 200, 0.02
random = np.random.RandomState(5)
tf.set_random_seed(5)
walks = 0.5 * np.cumsum(random.normal(size=(500, LENGTH)), axis=1)
above = (walks[:, -1] > walks[:, 0]).astype(np.int32)

series = tf.placeholder(tf.float32, [None, LENGTH])
ends_above = tf.placeholder(tf.int32, [None])
inwards = tf.Variable(tf.random_normal([1, UNITS], stddev=0.5, seed=1))
onwards = tf.Variable(tf.random_normal([UNITS, UNITS], stddev=0.9 / np.sqrt(UNITS), seed=2))
bias = tf.Variable(tf.zeros([UNITS]))
state = tf.zeros([tf.shape(series)[0], UNITS])
for step in range(LENGTH):
    state = tf.nn.tanh(tf.matmul(series[:, step : step + 1], inwards) + tf.matmul(state, onwards) + bias)
scores = tf.matmul(state, tf.Variable(tf.random_normal([UNITS, 2], stddev=0.3, seed=3)))
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=ends_above, logits=scores))
optimiser = tf.train.GradientDescentOptimizer(RATE)
pairs = optimiser.compute_gradients(loss)
train_op = optimiser.apply_gradients(pairs)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(STEPS):
        rows = random.choice(500, 50)
        _, value = sess.run([train_op, loss], {series: walks[rows], ends_above: above[rows]})
        if step % 40 == 0:
            print(step, value)
