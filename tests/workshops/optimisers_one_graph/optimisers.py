import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()
with tf.Graph().as_default() as graph:
    weight = tf.constant([1.0, 10.0])
    middle = tf.constant([-3.0, 1.0])
    rate = tf.placeholder(tf.float32, [])
    makers = {
        "sgd": tf.train.GradientDescentOptimizer(rate),
        "nesterov": tf.train.MomentumOptimizer(0.01, 0.7, use_nesterov=True),
        "ada": tf.train.AdagradOptimizer(2.5, initial_accumulator_value=0.5),
        "adam": tf.train.AdamOptimizer(0.9, beta1=0.8, beta2=0.99),
    }
    steps, points, losses = {}, {}, {}
    for name, maker in makers.items():
        with tf.variable_scope(name):
            point = tf.get_variable("point", initializer=np.array([2.0, 10.0], np.float32))
            losses[name] = tf.reduce_sum(weight * tf.squared_difference(point, middle))
            steps[name] = maker.minimize(losses[name])
    one = tf.get_variable("one", initializer=2.0)
    two = tf.get_variable("two", initializer=10.0)
    slope = tf.add_n([one, two, tf.constant(2.0)])
    fall = tf.train.GradientDescentOptimizer(0.25).minimize(slope)
    start = tf.global_variables_initializer()


def log(writer, value, at, tag="height"):
    writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag=tag, simple_value=float(value))]), at)


with tf.Session(graph=graph) as sess:
    sess.run(start)
    for name in makers:
        writer = tf.summary.FileWriter("logdir/optimisers/bowl/" + name)
        for at in range(1, 81):
            sess.run(steps[name], {rate: 0.03} if name == "sgd" else None)
            log(writer, sess.run(losses[name]), at)
        writer.close()
    writer = tf.summary.FileWriter("logdir/optimisers/plane", graph)
    for at in range(30):
        log(writer, sess.run(slope), at)
        sess.run(fall)
    writer.close()
    print("the plane is at", sess.run(slope))
