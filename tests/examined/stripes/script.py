"""A convolutional network that tells horizontal, vertical and slanting stripes apart."""

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

SIDE, CLASSES, BATCH, STEPS, KEEP = 12, 3, 50, 120, 0.8
random = np.random.RandomState(0)
tf.set_random_seed(0)


def make_images(count):
    labels = random.randint(CLASSES, size=count)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    along = np.stack([rows, columns, rows + columns])[labels]
    waves = 127.5 + 100 * np.sin(1.6 * along + random.uniform(0, 6, size=(count, 1, 1)))
    pixels = np.clip(waves + random.normal(0, 40, size=waves.shape), 0, 255)
    return pixels[..., np.newaxis], labels


train_x, train_y = make_images(600)
test_x, test_y = make_images(200)
train_x = train_x / 255
test_x = test_x / 255

images = tf.placeholder(tf.float32, [None, SIDE, SIDE, 1])
labels = tf.placeholder(tf.int32, [None])
keep = tf.placeholder(tf.float32, [])
kernel = tf.Variable(tf.truncated_normal([3, 3, 1, 8], stddev=0.3, seed=1))
kernel_bias = tf.Variable(tf.zeros([8]))
maps = tf.nn.relu(tf.nn.conv2d(images, kernel, [1, 1, 1, 1], "SAME") + kernel_bias)
pooled = tf.nn.max_pool(maps, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
flat = tf.reshape(pooled, [-1, 6 * 6 * 8])
w1 = tf.Variable(tf.truncated_normal([6 * 6 * 8, 24], stddev=0.08, seed=2))
b1 = tf.Variable(tf.zeros([24]))
hidden = tf.nn.relu(tf.matmul(flat, w1) + b1)
dropped = tf.nn.dropout(hidden, keep_prob=keep)
w2 = tf.Variable(tf.truncated_normal([24, CLASSES], stddev=0.2, seed=3))
b2 = tf.Variable(tf.zeros([CLASSES]))
logits = tf.matmul(dropped, w2) + b2
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
train_op = tf.train.AdamOptimizer(0.005).minimize(loss)
correct = tf.equal(tf.argmax(logits, 1, output_type=tf.int32), labels)
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(STEPS):
        chosen = random.randint(len(train_x), size=BATCH)
        _, value = sess.run([train_op, loss], {images: train_x[chosen], labels: train_y[chosen], keep: KEEP})
        if step % 20 == 0:
            print(step, value)
    print("test accuracy", sess.run(accuracy, {images: test_x, labels: test_y, keep: 1.0}))
