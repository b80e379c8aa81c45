import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

hours, heights = np.loadtxt("data/tides.csv", delimiter=",", skiprows=1, unpack=True)

t = tf.placeholder(tf.float32, [None, 1])
h = tf.placeholder(tf.float32, [None, 1])
angle = 6.2831853 * t / 12.42
features = tf.concat([tf.ones_like(t), tf.cos(angle), tf.sin(angle)], 1)
w = tf.get_variable("w", [3, 1], initializer=tf.random_normal_initializer(seed=1))
loss = tf.losses.mean_squared_error(h, tf.matmul(features, w))
step = tf.train.get_or_create_global_step()
train = tf.train.GradientDescentOptimizer(0.3).minimize(loss, global_step=step)
tf.summary.scalar("loss", loss)
merged = tf.summary.merge_all()

sess = tf.Session()
sess.run(tf.global_variables_initializer())
writer = tf.summary.FileWriter("logdir/tides", sess.graph)
feed = {t: hours[:, None], h: heights[:, None]}
for _ in range(100):
    sess.run(train, feed)
    writer.add_summary(sess.run(merged, feed), sess.run(step))
writer.close()
tf.train.Saver().save(sess, "logdir/tides/model", global_step=step)
print("trained on", len(hours), "hours")
print(sess.run(loss, feed) ** 0.5)
