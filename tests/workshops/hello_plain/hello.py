import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

text = tf.constant("bonjour")
a = tf.Variable(2)
b = tf.Variable(3)
squares = a * a + b * b
n = tf.placeholder(tf.int32)
line = 3 * n + 2
x = tf.placeholder(tf.int32)
y = tf.placeholder(tf.int32)
plane = 3 * x + y
u = tf.placeholder(tf.float32, shape=[5])
v = tf.placeholder(tf.float32, shape=[5])
halves = 3 * u + v
probabilities = tf.nn.softmax([1.0, 3.0, 2.5, 5.0, 4.0, 2.0])

sess = tf.Session()
sess.run(tf.global_variables_initializer())
print(sess.run(text).decode())
print(sess.run(squares))
print(sess.run(line, feed_dict={n: 3}), sess.run(line, feed_dict={n: 10}), sess.run(line, feed_dict={n: 100}))
try:
    sess.run(plane, feed_dict={x: 3})
except tf.errors.InvalidArgumentError as error:
    print(error)
print(sess.run(plane, feed_dict={x: 3, y: 2}))
print(sess.run(plane, feed_dict={x: np.array([1, 2, 3, 4, 5]), y: np.array([5, 4, 3, 2, 1])}))
np.random.seed(3)
some = np.random.uniform(size=[5])
print(sess.run(halves, feed_dict={u: some, v: some}))
print(sess.run(probabilities))
tf.summary.FileWriter("logdir/hello", sess.graph).close()
