"""A convolutional network with batch normalisation, written with tf.layers."""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

random = np.random.RandomState(0)
tf.set_random_seed(0)
labels = random.randint(2, size=500)
rows = np.mgrid[:10, :10][0]
images = 0.5 + 0.3 * np.sin(np.where(labels, 1.0, 2.0)[:, None, None] * rows + random.uniform(0, 6, size=(500, 1, 1)))
images = (images + 0.1 * random.normal(size=images.shape))[..., np.newaxis]

x = tf.placeholder(tf.float32, [None, 10, 10, 1])
y = tf.placeholder(tf.int64, [None])
training = tf.placeholder(tf.bool, [])
maps = tf.layers.conv2d(x, 6, 3, padding="same", use_bias=False)
maps = tf.nn.relu(tf.layers.batch_normalization(maps, training=training))
pooled = tf.layers.max_pooling2d(maps, 2, 2)
logits = tf.layers.dense(tf.layers.flatten(pooled), 2)
loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
    train_op = tf.train.AdamOptimizer(0.01).minimize(loss)
accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.float32))

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(100):
        chosen = random.randint(400, size=40)
        _, value = sess.run([train_op, loss], {x: images[chosen], y: labels[chosen], training: True})
    print("loss", value)
    print("accuracy", sess.run(accuracy, {x: images[400:], y: labels[400:], training: False}))
