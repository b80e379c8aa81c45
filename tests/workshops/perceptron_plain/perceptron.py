import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

tf.disable_v2_behavior()
tf.set_random_seed(1)
np.random.seed(1)

(x_train, y_train), (x_test, y_test) = mnist()
pair = (y_train == 0) | (y_train == 1)
images, classes = x_train[pair].reshape(-1, 784) / 255.0, y_train[pair].reshape(-1, 1)
pair = (y_test == 0) | (y_test == 1)
test_images, test_classes = x_test[pair].reshape(-1, 784) / 255.0, y_test[pair].reshape(-1, 1)

x = tf.placeholder(shape=[None, 784], dtype=tf.float32, name="x")
y = tf.placeholder(shape=[None, 1], dtype=tf.float32, name="y")
w = tf.Variable(tf.truncated_normal([784, 1], stddev=0.01), name="w")
b = tf.Variable(tf.zeros([1]), name="b")
out = tf.nn.sigmoid(tf.nn.bias_add(tf.matmul(x, w), b), name="out")
safe = tf.clip_by_value(out, 1e-6, 1 - 1e-6)
loss = tf.reduce_mean(-y * tf.log(safe) - (1 - y) * tf.log(1 - safe))
minimize = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
summary = tf.summary.scalar("loss", loss)
saver = tf.train.Saver()

with tf.Session() as sess:
    writer = tf.summary.FileWriter("logdir/perceptron", sess.graph)
    sess.run(tf.global_variables_initializer())
    for step in range(500):
        batch = np.random.randint(len(images), size=100)
        _, text = sess.run([minimize, summary], {x: images[batch], y: classes[batch]})
        writer.add_summary(text, step)
    probas = sess.run(out, {x: test_images})
    print("accuracy", np.mean((probas > 0.5) == test_classes))
    saver.save(sess, "logdir/perceptron/model.ckpt")
    writer.close()
