import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

a = tf.placeholder(tf.float32)
b = tf.placeholder(tf.float32)
y = tf.sqrt(a + tf.sin(b))
sess = tf.Session()
print(sess.run(y, {a: np.array([1.0, 4.0]), b: np.array([0.0, 0.5])}))
tf.summary.FileWriter("logdir/root", sess.graph).close()
