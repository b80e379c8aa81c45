import matplotlib.pyplot as plt
import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import boston

tf.disable_v2_behavior()
tf.set_random_seed(1)
houses = boston()
X_train, Y_train = houses.data[:, 5], houses.target
X_scaled = (X_train - X_train.mean()) / X_train.std()

x = tf.placeholder(tf.float32, [None])
y = tf.placeholder(tf.float32, [None])
W = tf.Variable(tf.random_uniform(()))
b = tf.Variable(0.0)
prediction = W * x + b
cost = tf.losses.mean_squared_error(y, prediction)
train = tf.train.GradientDescentOptimizer(0.1).minimize(cost)
summary = tf.summary.scalar("loss", cost)
line = tf.placeholder(tf.uint8, [1, 300, 400, 3])
line_summary = tf.summary.image("line", line)


def draw(values):
    figure = plt.figure(figsize=(4, 3), dpi=100)
    plt.scatter(X_train, Y_train)
    plt.plot(X_train, values, color="red")
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[None, :, :, :3]


saver = tf.train.Saver()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    writer = tf.summary.FileWriter("logdir/ex02", sess.graph)
    for step in range(60):
        feed = {x: X_scaled, y: Y_train}
        text, _ = sess.run([summary, train], feed)
        writer.add_summary(text, step)
        if step % 20 == 0:
            picture = draw(sess.run(prediction, feed))
            writer.add_summary(sess.run(line_summary, {line: picture}), step)
    writer.close()
    saver.save(sess, "logdir/ex02/model.ckpt")
    draw(sess.run(prediction, feed))
    plt.show()
    print("cost", sess.run(cost, feed))
