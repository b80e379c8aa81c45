"""A network of two layers that tells four clouds of points apart."""

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

CLASSES, COLUMNS, BATCH, STEPS = 4, 20, 50, 200
random = np.random.RandomState(0)
tf.set_random_seed(0)
centres = random.normal(size=(CLASSES, COLUMNS))
labels = random.randint(CLASSES, size=800)
points = centres[labels] + 0.5 * random.normal(size=(800, COLUMNS))
points = (points - points.mean(axis=0)) / points.std(axis=0)
wanted = np.eye(CLASSES)[labels]
train_x, train_y, test_x, test_y = points[:600], wanted[:600], points[600:], wanted[600:]

x = tf.placeholder(tf.float32, [None, COLUMNS])
y = tf.placeholder(tf.float32, [None, CLASSES])
w1 = tf.Variable(tf.truncated_normal([COLUMNS, 32], stddev=0.2, seed=1))
b1 = tf.Variable(tf.zeros([32]))
hidden = tf.nn.relu(tf.matmul(x, w1) + b1)
w2 = tf.Variable(tf.truncated_normal([32, CLASSES], stddev=0.2, seed=2))
b2 = tf.Variable(tf.zeros([CLASSES]))
logits = tf.matmul(hidden, w2) + b2
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits))
train_op = tf.train.AdamOptimizer(0.01).minimize(loss)
correct = tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(STEPS):
        chosen = random.randint(len(train_x), size=BATCH)
        _, value = sess.run([train_op, loss], {x: train_x[chosen], y: train_y[chosen]})
        if step % 20 == 0:
            print(step, value)
    print("test accuracy", sess.run(accuracy, {x: test_x, y: test_y}))
