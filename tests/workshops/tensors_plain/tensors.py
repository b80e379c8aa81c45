import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

a = np.array([[1, 2, 3], [4, 5, 6]])
tf_a = tf.constant(a)
b = tf.constant([[1, 2, 3], [4, 5, 6]], dtype=tf.int64)
print(tf_a.shape, tf_a.dtype, b.shape, b.dtype)
equal = tf.equal(tf_a, b)
reshaped = tf.reshape(b, (3, 2))
transposed = tf.transpose(reshaped)
product = transposed @ reshaped
row = tf.reshape(b, (1, -1))
c = tf.placeholder(tf.float32, [None])
groups = tf.reshape(c, (-1, 25, 2))

sess = tf.Session()
for tensor in (equal, reshaped, transposed, product, row):
    print(sess.run(tensor))
print(sess.run(groups, feed_dict={c: np.random.random_sample((100,))}).shape)
tf.summary.FileWriter("logdir/tensors", sess.graph).close()
