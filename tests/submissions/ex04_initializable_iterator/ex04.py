import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

tf.disable_v2_behavior()
tf.set_random_seed(1)
(x_train, y_train), (x_test, y_test) = mnist()
x_train, y_train = x_train[:6000], y_train[:6000]


images = tf.placeholder(tf.uint8, [None, 28, 28])
labels = tf.placeholder(tf.int32, [None])
size = tf.placeholder(tf.int64, [])
iterator = tf.data.make_initializable_iterator(tf.data.Dataset.from_tensor_slices((images, labels)).batch(size))

with tf.variable_scope("hidden"):
    W1 = tf.get_variable("W", [784, 300])
    b1 = tf.get_variable("b", [300], initializer=tf.zeros_initializer())
with tf.variable_scope("scores"):
    W2 = tf.get_variable("W", [300, 10])
    b2 = tf.get_variable("b", [10], initializer=tf.zeros_initializer())


def network(images):
    pixels = tf.reshape(images, [-1, 784])
    hidden = tf.nn.relu(tf.matmul(pixels, W1) + b1)
    return tf.matmul(hidden, W2) + b2


batch, y = iterator.get_next()
x = tf.cast(batch, tf.float32) / 255.0
logits = network(x)
cost = tf.losses.sparse_softmax_cross_entropy(labels=y, logits=logits)
predicted = tf.argmax(logits, 1, output_type=tf.int32)
accuracy = tf.reduce_mean(tf.cast(tf.equal(predicted, y), tf.float32))
train = tf.train.AdamOptimizer(0.003).minimize(cost)
scalars = tf.summary.merge([tf.summary.scalar("loss", cost), tf.summary.scalar("accuracy", accuracy)])
digits = tf.summary.image("digits", x[..., None], 4)
filters = tf.summary.image("weights", tf.reshape(tf.transpose(W1), [-1, 28, 28, 1]), 5)

saver = tf.train.Saver()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    train_writer = tf.summary.FileWriter("logdir/ex04/train", sess.graph)
    test_writer = tf.summary.FileWriter("logdir/ex04/test")

    def start(some_images, some_labels, batch_size):
        sess.run(iterator.initializer, {images: some_images, labels: some_labels, size: batch_size})

    step = 0
    for epoch in range(6):
        start(x_train, y_train, 100)
        while True:
            try:
                if step % 20:
                    sess.run(train)
                else:
                    text, _ = sess.run([scalars, train])
                    train_writer.add_summary(text, step)
            except tf.errors.OutOfRangeError:
                break
            step += 1
        start(x_test, y_test, len(x_test))
        text, answers = sess.run([scalars, predicted])
        test_writer.add_summary(text, step)
    wrong = answers != y_test
    start(x_test[wrong], y_test[wrong], 4)
    test_writer.add_summary(sess.run(digits), step)
    start(x_train, y_train, 4)
    train_writer.add_summary(sess.run(digits), step)
    train_writer.add_summary(sess.run(filters), step)
    train_writer.close()
    test_writer.close()
    saver.save(sess, "logdir/ex04/model.ckpt", global_step=step)
    print("accuracy", np.mean(answers == y_test))
