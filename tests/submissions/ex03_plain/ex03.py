import io

import matplotlib.pyplot as plt
import tensorflow.compat.v1 as tf

from reference.datasets import boston

tf.disable_v2_behavior()
tf.set_random_seed(1)
houses = boston()
X_train, Y_train = houses.data, houses.target.reshape(-1, 1)
X_train = (X_train - X_train.mean(axis=0)) / X_train.std(axis=0)

X = tf.placeholder(tf.float32, [None, 13], name="X")
Y = tf.placeholder(tf.float32, [None, 1], name="Y")
W = tf.Variable(tf.zeros([13, 1]), name="W")
b = tf.Variable(tf.zeros([1]), name="b")
Y_pred = tf.add(tf.matmul(X, W), b)
loss = tf.reduce_mean(tf.square(Y - Y_pred))
optimizer = tf.train.AdamOptimizer(0.3).minimize(loss)
tf.summary.scalar("loss", loss)
tf.summary.histogram("W", W)
merged = tf.summary.merge_all()


def png(predicted):
    plt.figure(figsize=(4, 3))
    plt.scatter(Y_train, predicted)
    buffer = io.BytesIO()
    plt.savefig(buffer, format="png")
    return tf.Summary(value=[tf.Summary.Value(tag="pred", image=tf.Summary.Image(encoded_image_string=buffer.getvalue()))])


saver = tf.train.Saver()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    writer = tf.summary.FileWriter("logdir/ex03/", sess.graph)
    feed = {X: X_train, Y: Y_train}
    for i in range(300):
        _, s = sess.run([optimizer, merged], feed_dict=feed)
        writer.add_summary(s, i)
        if i % 100 == 0:
            writer.add_summary(png(sess.run(Y_pred, feed)), i)
    print("loss", sess.run(loss, feed))
    saver.save(sess, "logdir/ex03/model", global_step=300)
    writer.close()
