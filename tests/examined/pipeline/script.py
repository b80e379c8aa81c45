"""The bright corners again, out of a tf.data pipeline."""

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

data = tf.data.Dataset.from_tensor_slices((pictures.astype(np.float32), kinds))
data = data.shuffle(500, seed=1).repeat().batch(25)
image, kind = tf.data.make_one_shot_iterator(data).get_next()
net = tf.layers.conv2d(image, 6, 3, activation=tf.nn.relu)
net = tf.layers.flatten(tf.layers.max_pooling2d(net, 2, 2))
net = tf.layers.dense(net, 20, activation=tf.nn.relu)
scores = tf.layers.dense(net, 4)
cost = tf.losses.sparse_softmax_cross_entropy(kind, scores)
train = tf.train.MomentumOptimizer(0.02, 0.9).minimize(cost)

with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for number in range(160):
        _, now = session.run([train, cost])
    print(now)
