"""A linear model of three columns, fitted by gradient descent."""

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

random = np.random.RandomState(0)
tf.set_random_seed(0)
columns = random.normal(size=(200, 3))
prices = columns @ [[2.0], [-1.0], [0.5]] + 3 + 0.3 * random.normal(size=(200, 1))

x = tf.placeholder(tf.float32, [None, 3])
y = tf.placeholder(tf.float32, [None, 1])
w = tf.Variable(tf.zeros([3, 1]))
b = tf.Variable(tf.zeros([1]))
prediction = tf.matmul(x, w) + b
loss = tf.reduce_mean(tf.square(prediction - y))
train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(100):
        _, value = sess.run([train_op, loss], {x: columns, y: prices})
    print("loss", value)
