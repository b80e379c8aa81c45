import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()


def walk(name, optimizer, make):
    tf.reset_default_graph()
    a = tf.Variable(2.0)
    b = tf.Variable(10.0)
    value = make(a, b)
    step = optimizer.minimize(value)
    summary = tf.summary.scalar("loss", value)
    sess = tf.Session()
    writer = tf.summary.FileWriter("logdir/optimisers/" + name, sess.graph)
    sess.run(tf.global_variables_initializer())
    for i in range(60):
        out, text = sess.run([value, summary])
        writer.add_summary(text, i)
        sess.run(step)
    print(name, out)
    writer.close()


def plane(a, b):
    return a + b + 2


def bowl(a, b):
    return (a + 3) ** 2 + 10 * (b - 1) ** 2


walk("plane", tf.train.GradientDescentOptimizer(0.1), plane)
walk("descent", tf.train.GradientDescentOptimizer(0.04), bowl)
walk("momentum", tf.train.MomentumOptimizer(0.01, 0.8), bowl)
walk("adagrad", tf.train.AdagradOptimizer(3.0), bowl)
walk("adam", tf.train.AdamOptimizer(0.8), bowl)
