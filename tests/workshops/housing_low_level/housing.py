import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import boston

tf.disable_v2_behavior()
np.random.seed(4)
tf.set_random_seed(4)
data = boston()
order = np.random.permutation(506)
X, Y = data.data[order], data.target[order].reshape(-1, 1)
mean, std = X[:300].mean(axis=0), X[:300].std(axis=0)
X = (X - mean) / std
X_train, Y_train = X[:300], Y[:300]
X_val, Y_val = X[300:400], Y[300:400]
X_test, Y_test = X[400:], Y[400:]

features = tf.placeholder(tf.float32, [None, 13], "features")
prices = tf.placeholder(tf.float32, [None, 1], "prices")
W1 = tf.Variable(tf.truncated_normal([13, 12], stddev=0.3, seed=1), name="W1")
b1 = tf.Variable(tf.zeros([12]), name="b1")
W2 = tf.Variable(tf.truncated_normal([12, 1], stddev=0.3, seed=2), name="W2")
b2 = tf.Variable(tf.zeros([1]), name="b2")
prediction = tf.matmul(tf.nn.relu(tf.matmul(features, W1) + b1), W2) + b2
loss = tf.reduce_mean(tf.square(prediction - prices))
train_step = tf.train.AdamOptimizer(0.02).minimize(loss)
loss_summary = tf.summary.scalar("loss", loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    train_writer = tf.summary.FileWriter("logdir/housing/train", sess.graph)
    val_writer = tf.summary.FileWriter("logdir/housing/validation")
    for epoch in range(150):
        for i in range(0, 300, 50):
            sess.run(train_step, {features: X_train[i : i + 50], prices: Y_train[i : i + 50]})
        train_writer.add_summary(sess.run(loss_summary, {features: X_train, prices: Y_train}), epoch)
        val_writer.add_summary(sess.run(loss_summary, {features: X_val, prices: Y_val}), epoch)
    train_writer.close()
    val_writer.close()
    tf.train.Saver().save(sess, "logdir/housing/model.ckpt")
    print("validation loss", sess.run(loss, {features: X_val, prices: Y_val}))
    print("test loss", sess.run(loss, {features: X_test, prices: Y_test}))
