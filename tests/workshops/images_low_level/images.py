# same network without keras, i like it better
import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import fashion_mnist

tf.disable_v2_behavior()
np.random.seed(3)
tf.set_random_seed(3)
(images, labels), (test_images, test_labels) = fashion_mnist()
images = images.reshape(-1, 784) / 255.0
test_images = test_images.reshape(-1, 784) / 255.0
train_x, train_y = images[:2000], labels[:2000]
valid_x, valid_y = images[2000:3000], labels[2000:3000]

x = tf.placeholder(tf.float32, [None, 784])
y = tf.placeholder(tf.int64, [None])
sizes = [784, 256, 128, 10]
out = x
for i in range(3):
    w = tf.Variable(tf.truncated_normal([sizes[i], sizes[i + 1]], stddev=(2.0 / sizes[i]) ** 0.5, seed=i))
    b = tf.Variable(tf.zeros([sizes[i + 1]]))
    out = tf.matmul(out, w) + b
    if i < 2:
        out = tf.nn.relu(out)
loss = tf.losses.sparse_softmax_cross_entropy(y, out)
accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(out, 1), y), tf.float32))
train = tf.train.AdamOptimizer(1e-3).minimize(loss)
merged = tf.summary.scalar("loss", loss)
saver = tf.train.Saver()

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    train_writer = tf.summary.FileWriter("logdir/images/train", sess.graph)
    valid_writer = tf.summary.FileWriter("logdir/images/valid")
    losses = []
    for epoch in range(30):
        order = np.random.permutation(2000)
        for i in range(0, 2000, 50):
            rows = order[i : i + 50]
            sess.run(train, {x: train_x[rows], y: train_y[rows]})
        train_writer.add_summary(sess.run(merged, {x: train_x, y: train_y}), epoch)
        summary, value = sess.run([merged, loss], {x: valid_x, y: valid_y})
        valid_writer.add_summary(summary, epoch)
        losses.append(value)
    train_writer.close()
    valid_writer.close()
    saver.save(sess, "logdir/images/model.ckpt")
    print("best epoch", np.argmin(losses))
    print("test accuracy", sess.run(accuracy, {x: test_images, y: test_labels}))
