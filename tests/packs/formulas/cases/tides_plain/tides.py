import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

STEPS = 60
table = np.genfromtxt("data/tides.csv", delimiter=",", names=True)
hours = tf.placeholder(tf.float32, [None])
heights = tf.placeholder(tf.float32, [None])
mean, cosine, sine = tf.Variable(0.0), tf.Variable(0.0), tf.Variable(0.0)
angle = hours * 2 * np.pi / 12.42
prediction = mean + cosine * tf.cos(angle) + sine * tf.sin(angle)
loss = tf.reduce_mean(tf.square(prediction - heights))
train = tf.train.GradientDescentOptimizer(0.4).minimize(loss)
summary = tf.summary.scalar("loss", loss)

sess = tf.Session()
sess.run(tf.global_variables_initializer())
writer = tf.summary.FileWriter("logdir/tides", sess.graph)
feed = {hours: table["hour"], heights: table["height"]}
for step in range(STEPS):
    writer.add_summary(sess.run(summary, feed), step)
    sess.run(train, feed)
writer.close()
tf.train.Saver().save(sess, "logdir/tides/model")
print("error: %.3f m" % np.sqrt(sess.run(loss, feed)))
