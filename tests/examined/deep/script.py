"""Six layers of tanh units between two moons and their classes."""

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

random = np.random.RandomState(0)
tf.set_random_seed(0)
side = random.randint(2, size=400)
angles = random.uniform(0, np.pi, size=400)
x_moon = np.where(side, 1 - np.cos(angles), np.cos(angles))
y_moon = np.where(side, 0.5 - np.sin(angles), np.sin(angles))
moons = np.stack([x_moon, y_moon], axis=1) + 0.1 * random.normal(size=(400, 2))

points = tf.placeholder(tf.float32, [None, 2])
sides = tf.placeholder(tf.float32, [None, 1])


def layer(inputs, size, activation, number):
    width = int(inputs.shape[1])
    weights = tf.Variable(tf.random_normal([width, size], stddev=1.0 / np.sqrt(width), seed=number))
    biases = tf.Variable(tf.zeros([size]))
    return activation(tf.matmul(inputs, weights) + biases)


signal = points
for number in range(5):
    signal = layer(signal, 12, tf.nn.tanh, number)
logits = layer(signal, 1, tf.identity, 9)
loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=sides, logits=logits))
train_op = tf.train.AdamOptimizer(0.01).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(200):
        _, value = sess.run([train_op, loss], {points: moons, sides: side[:, None]})
    print("loss", value)
