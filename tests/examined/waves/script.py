"""A regression: six columns, and a target that two hidden layers of tanh units follow."""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()
rng = np.random.RandomState(3)
tf.set_random_seed(3)

rows_x = rng.uniform(-1, 1, size=(400, 6))
rows_t = (np.sin(2 * rows_x[:, :1]) + rows_x[:, 1:2] * rows_x[:, 2:3] - 0.4).astype(np.float32)
known_x, new_x, known_t, new_t = rows_x[:300], rows_x[300:], rows_t[:300], rows_t[300:]

x = tf.placeholder(tf.float32, [None, 6], name="x")
t = tf.placeholder(tf.float32, [None, 1], name="t")
h = tf.layers.dense(x, 24, activation=tf.nn.tanh)
h = tf.layers.dense(h, 24, activation=tf.nn.tanh)
p = tf.layers.dense(h, 1)
error = tf.losses.mean_squared_error(t, p)
step = tf.train.AdamOptimizer(0.01).minimize(error)

with tf.Session() as s:
    s.run(tf.global_variables_initializer())
    for i in range(200):
        picked = rng.choice(300, 40)
        _, e = s.run([step, error], {x: known_x[picked], t: known_t[picked]})
        if i % 40 == 0:
            print(i, e)
    print(s.run(error, {x: new_x, t: new_t}))
