import math

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()


def choose(operation):
    return "/job:localhost/device:GPU:3" if operation.type == "Cos" else "/device:CPU:0"


graph = tf.Graph()
with graph.as_default(), graph.device(choose):
    angle = tf.placeholder_with_default(np.zeros([2], np.float32), [None])
    with tf.variable_scope("below_the_root"):
        wave = tf.cos(math.pi / 2 - angle)
        offset = tf.placeholder(tf.float32, [None])
        below = tf.add_n([wave, offset])
    with tf.variable_scope("above"):
        result = below**0.5
        shown = tf.identity(tf.reshape(result, [-1]), name="shown")

session = tf.Session(graph=graph, config=tf.ConfigProto(allow_soft_placement=True, log_device_placement=False))
for value in session.run(shown, {offset: [3.0, 8.0], angle: [math.pi / 2, math.pi / 2]}):
    print("%.3f" % value)
writer = tf.summary.FileWriter("./logdir/formula")
writer.add_graph(graph)
writer.close()
