import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()
random = np.random.RandomState(5)
points = random.uniform(0, 1, [100, 1])
heights = 0.3 + 0.1 * points

with tf.Graph().as_default():
    tf.set_random_seed(5)
    position = tf.placeholder(tf.float32, [None, 1])
    height = tf.placeholder(tf.float32, [None, 1])
    slope = tf.get_variable("slope", [1, 1], initializer=tf.random_uniform_initializer(-1, 1, seed=5))
    start = tf.get_variable("start", [1], initializer=tf.zeros_initializer())
    guess = tf.matmul(position, slope) + start
    error = tf.losses.mean_squared_error(height, guess)
    count = tf.train.get_or_create_global_step()
    step = tf.train.MomentumOptimizer(0.2, 0.8).minimize(error, global_step=count)
    tf.summary.scalar("loss", error)
    merged = tf.summary.merge_all()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        writer = tf.summary.FileWriter("logdir/line/run", tf.get_default_graph())
        for _ in range(400):
            text, at, _ = sess.run([merged, count, step], {position: points, height: heights})
            writer.add_summary(text, at)
        found = sess.run([slope, start])
        print("y = %.4f x + %.4f" % tuple(float(each.ravel()[0]) for each in found))
        tf.train.Saver().save(sess, "logdir/line/run/model", global_step=count)
        writer.close()
