import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()
tf.set_random_seed(1)
np.random.seed(1)

x_data = np.random.rand(100).astype(np.float32)
y_data = x_data * 0.1 + 0.3
W = tf.Variable(tf.random_uniform([1], -1.0, 1.0))
b = tf.Variable(tf.zeros([1]))
y = W * x_data + b
loss = tf.reduce_mean(tf.square(y - y_data))
optimizer = tf.train.GradientDescentOptimizer(0.5)
train = optimizer.minimize(loss)
summary = tf.summary.scalar("loss", loss)
saver = tf.train.Saver()

sess = tf.Session()
writer = tf.summary.FileWriter("logdir/line", sess.graph)
sess.run(tf.global_variables_initializer())
for step in range(201):
    sess.run(train)
    writer.add_summary(sess.run(summary), step)
    if step % 20 == 0:
        print(step, sess.run(W), sess.run(b))
saver.save(sess, "logdir/line/model.ckpt")
writer.close()
