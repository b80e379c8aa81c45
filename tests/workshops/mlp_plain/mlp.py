import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

tf.disable_v2_behavior()
tf.set_random_seed(1)
np.random.seed(1)

(x_train, y_train), (x_test, y_test) = mnist()
images, classes = x_train.reshape(-1, 784) / 255.0, np.eye(10)[y_train]
new_images = x_test.reshape(-1, 784) / 255.0


def layer(input_layer, input_size, output_size):
    w = tf.Variable(tf.truncated_normal([input_size, output_size], stddev=0.1))
    bias = tf.Variable(tf.zeros([output_size]))
    return tf.nn.bias_add(tf.matmul(input_layer, w), bias)


x = tf.placeholder(tf.float32, [None, 784])
y = tf.placeholder(tf.float32, [None, 10])
prev_layer, prev_size = x, 784
for size in [64, 32, 16]:
    prev_layer = tf.nn.relu(layer(prev_layer, prev_size, size))
    prev_size = size
classif = layer(prev_layer, prev_size, 10)
out = tf.nn.softmax(classif)
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=classif))
minimize = tf.train.AdamOptimizer(1e-3).minimize(loss)
summary = tf.summary.scalar("loss", loss)
saver = tf.train.Saver()

with tf.Session() as sess:
    writer = tf.summary.FileWriter("logdir/mlp", sess.graph)
    sess.run(tf.global_variables_initializer())
    for step in range(600):
        batch = np.random.randint(len(images), size=100)
        text, _ = sess.run([summary, minimize], {x: images[batch], y: classes[batch]})
        writer.add_summary(text, step)
    probas = sess.run(out, {x: new_images})
    print("accuracy", np.mean(probas.argmax(1) == y_test))
    saver.save(sess, "logdir/mlp/model.ckpt")
    writer.close()
