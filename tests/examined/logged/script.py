"""The bright corners with two runs of curves and a checkpoint."""

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
hidden = tf.layers.dense(tf.layers.flatten(image_ph), 20, activation=tf.nn.relu)
scores = tf.layers.dense(hidden, 4)
cost = tf.losses.sparse_softmax_cross_entropy(kind_ph, scores)
train = tf.train.AdamOptimizer(0.005).minimize(cost)
logged = tf.summary.scalar("cost", cost)
saver = tf.train.Saver()

with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    on_train = tf.summary.FileWriter("logs/train", session.graph)
    on_test = tf.summary.FileWriter("logs/test")
    for number in range(150):
        rows = rng.choice(500, 25)
        _, text = session.run([train, logged], {image_ph: pictures[rows], kind_ph: kinds[rows]})
        on_train.add_summary(text, number)
        if number % 10 == 0:
            on_test.add_summary(session.run(logged, {image_ph: test_pictures, kind_ph: test_kinds}), number)
    on_train.close()
    on_test.close()
    saver.save(session, "logs/corners")
