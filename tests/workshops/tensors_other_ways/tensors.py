import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

with tf.Graph().as_default(), tf.Session() as sess:
    rows = tf.constant([[1, 2, 3], [4, 5, 6]])
    wide = tf.cast(rows, tf.int64)
    other = tf.convert_to_tensor(np.arange(1, 7).reshape(2, 3))
    alike = tf.reduce_all(tf.equal(other, wide))
    tall = tf.reshape(other, tf.stack([tf.constant(3), -1]))
    turned = tf.transpose(tall, perm=[1, 0])
    squared = tf.matmul(tall, tall, transpose_a=True)
    line = tf.expand_dims(tf.reshape(other, [-1]), 0)
    many = tf.constant(np.random.RandomState(0).random_sample((100,)))
    pairs = tf.reshape(many, (-1, 25, 2))
    values = sess.run({"alike": alike, "turned": turned, "squared": squared, "line": line})
    print(other.dtype.name, other.get_shape().as_list(), values["alike"], pairs.shape)
    print(values["turned"].tolist(), *values["squared"].ravel())
    tf.summary.FileWriter("logdir/tensors", sess.graph).close()
