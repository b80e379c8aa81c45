"""Pictures with a bright square in one of four corners, and a convolutional network of tf.layers."""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()
rng = np.random.RandomState(3)
tf.set_random_seed(3)

SIDE = 10


def corners(count):
    kind = rng.randint(4, size=count)
    picture = rng.randint(0, 90, size=(count, SIDE, SIDE, 1))
    for image, corner in zip(picture, kind):
        row, column = divmod(corner, 2)
        image[row * 6 : row * 6 + 3, column * 6 : column * 6 + 3] += 150
    return picture, kind


pictures, kinds = corners(500)
test_pictures, test_kinds = corners(150)
pictures, test_pictures = pictures / 255.0, test_pictures / 255.0

image_ph = tf.placeholder(tf.float32, [None, SIDE, SIDE, 1], name="image")
kind_ph = tf.placeholder(tf.int64, [None], name="kind")
net = tf.layers.conv2d(image_ph, 6, 3, activation=tf.nn.relu)
net = tf.layers.max_pooling2d(net, 2, 2)
net = tf.layers.flatten(net)
net = tf.layers.dense(net, 20, activation=tf.nn.relu)
scores = tf.layers.dense(net, 4)
cost = tf.losses.sparse_softmax_cross_entropy(kind_ph, scores)
train = tf.train.MomentumOptimizer(0.02, 0.9).minimize(cost)
hits = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(scores, axis=1), kind_ph), tf.float32))

with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for epoch in range(8):
        order = rng.permutation(500)
        for start in range(0, 500, 25):
            rows = order[start : start + 25]
            _, now = session.run([train, cost], {image_ph: pictures[rows], kind_ph: kinds[rows]})
        print(epoch, now, session.run(hits, {image_ph: test_pictures, kind_ph: test_kinds}))
