import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()


def plane(x, y):
    return tf.add(x + x + x, y)


with tf.Graph().as_default() as graph, tf.Session() as sess:
    text = tf.constant(["un", "deux"])
    with tf.variable_scope("numbers", use_resource=True):
        a = tf.get_variable("a", initializer=3.0)
        b = tf.get_variable("b", initializer=2.0)
    squares = tf.square(a) + tf.square(b)
    x = tf.placeholder(tf.float32, name="first")
    y = tf.placeholder(tf.float32, name="second")
    line = tf.add(tf.multiply(3.0, x), 2.0)
    z = plane(x, y)
    scores = tf.placeholder_with_default([1.0, 3.0, 2.5, 5.0, 4.0, 2.0], [6])
    powers = tf.exp(scores - tf.reduce_max(scores))
    softmax = powers / tf.reduce_sum(powers)
    a.initializer.run()
    b.initializer.run()
    print([each.decode() for each in sess.run(text)], int(squares.eval()))
    print([float(line.eval({x: value})) for value in (3, 10, 100)])
    try:
        z.eval({x: 3})
        print("no error")
    except tf.errors.OpError:
        print("I forgot 'second'")
    print(z.eval({x: 3, y: 2}), z.eval({x: [1, 2, 3, 4, 5], y: [5, 4, 3, 2, 1]}), z.eval({x: [0.5] * 5, y: [0.25] * 5}))
    print(softmax.eval())
    tf.summary.FileWriter("logdir/hello", graph).close()
