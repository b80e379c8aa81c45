from math import pi

import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

a = tf.placeholder(tf.float32, shape=(), name="a")
b = tf.placeholder(tf.float32, shape=(), name="b")
with tf.name_scope("formula"):
    with tf.device("/gpu:0"):
        radicand = a + tf.sin(b)
    with tf.device("/cpu:0"):
        y = tf.sqrt(radicand)
config = tf.ConfigProto()
config.allow_soft_placement = True
with tf.Session(config=config) as sess:
    feed = {a: 3, b: pi / 2.0}
    (res,) = sess.run([y], feed_dict=feed)
    print("y: {}".format(res))
    tf.summary.FileWriter("logdir/formula", sess.graph).close()
