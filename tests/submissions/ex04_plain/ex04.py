import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

tf.disable_v2_behavior()
tf.set_random_seed(1)
(x_train, y_train), (x_test, y_test) = mnist()
x_train = x_train[:10000].reshape(-1, 784) / 255.0
x_test = x_test.reshape(-1, 784) / 255.0
y_train = y_train[:10000]

x = tf.placeholder(tf.float32, [None, 784])
y = tf.placeholder(tf.int32, [None])
W1 = tf.Variable(tf.truncated_normal([784, 300], stddev=0.05))
b1 = tf.Variable(tf.zeros([300]))
W2 = tf.Variable(tf.truncated_normal([300, 10], stddev=0.05))
b2 = tf.Variable(tf.zeros([10]))
hidden = tf.nn.sigmoid(tf.matmul(x, W1) + b1)
logits = tf.matmul(hidden, W2) + b2
cost = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
predicted = tf.cast(tf.argmax(logits, 1), tf.int32)
accuracy = tf.reduce_mean(tf.cast(tf.equal(predicted, y), tf.float32))
train = tf.train.AdamOptimizer(0.003).minimize(cost)

scalars = tf.summary.merge([tf.summary.scalar("loss", cost), tf.summary.scalar("accuracy", accuracy)])
digits = tf.summary.image("digits", tf.reshape(x, [-1, 28, 28, 1]), 3)
filters = tf.summary.image("weights", tf.reshape(tf.transpose(W1), [-1, 28, 28, 1]), 5)
mistakes = tf.summary.image("mistakes", tf.reshape(x, [-1, 28, 28, 1]), 5)

saver = tf.train.Saver()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    train_writer = tf.summary.FileWriter("logdir/ex04/train", sess.graph)
    test_writer = tf.summary.FileWriter("logdir/ex04/test")
    train_writer.add_summary(sess.run(digits, {x: x_train}), 0)
    step = 0
    for epoch in range(6):
        for start in range(0, 10000, 100):
            feed = {x: x_train[start : start + 100], y: y_train[start : start + 100]}
            if step % 20 == 0:
                train_writer.add_summary(sess.run(scalars, feed), step)
                test_writer.add_summary(sess.run(scalars, {x: x_test[:500], y: y_test[:500]}), step)
            sess.run(train, feed)
            step += 1
    answers = sess.run(predicted, {x: x_test})
    wrong = x_test[np.flatnonzero(answers != y_test)]
    test_writer.add_summary(sess.run(mistakes, {x: wrong}), step)
    train_writer.add_summary(sess.run(filters), step)
    train_writer.close()
    test_writer.close()
    saver.save(sess, "logdir/ex04/model.ckpt", global_step=step)
    print("accuracy", np.mean(answers == y_test))
