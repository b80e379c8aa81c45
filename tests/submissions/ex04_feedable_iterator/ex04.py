import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

tf.disable_v2_behavior()
tf.set_random_seed(1)
(x_train, y_train), (x_test, y_test) = mnist()
x_train, y_train = x_train[:6000], y_train[:6000]


def dataset_of(images, labels, size):
    dataset = tf.data.Dataset.from_tensor_slices((images.reshape(-1, 784) / np.float32(255), labels.astype(np.int32)))
    return dataset.repeat().batch(size)


training, testing = dataset_of(x_train, y_train, 100), dataset_of(x_test, y_test, len(x_test))
handle = tf.placeholder(tf.string, [])
iterator = tf.data.Iterator.from_string_handle(
    handle, tf.data.get_output_types(training), tf.data.get_output_shapes(training)
)
train_iterator = tf.data.make_one_shot_iterator(training)
test_iterator = tf.data.make_one_shot_iterator(testing)

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


x, y = iterator.get_next()
logits = network(x)
cost = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
predicted = tf.argmax(logits, 1, output_type=tf.int32)
accuracy = tf.reduce_mean(tf.cast(tf.equal(predicted, y), tf.float32))
train = tf.train.AdamOptimizer(0.003).minimize(cost)
scalars = tf.summary.merge([tf.summary.scalar("loss", cost), tf.summary.scalar("accuracy", accuracy)])
digits = tf.summary.image("digits", tf.reshape(x, [-1, 28, 28, 1]), 4)
mistakes = tf.boolean_mask(x, tf.not_equal(predicted, y))
misread = tf.summary.image("misread", tf.reshape(mistakes, [-1, 28, 28, 1]), 4)
filters = tf.summary.image("weights", tf.reshape(tf.transpose(W1), [-1, 28, 28, 1]), 5)

saver = tf.train.Saver()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    train_writer = tf.summary.FileWriter("logdir/ex04/train", sess.graph)
    test_writer = tf.summary.FileWriter("logdir/ex04/test")
    of_training, of_test = sess.run([train_iterator.string_handle(), test_iterator.string_handle()])
    for step in range(360):
        text, _ = sess.run([scalars, train], {handle: of_training})
        train_writer.add_summary(text, step)
        if step % 20 == 19:
            test_writer.add_summary(sess.run(scalars, {handle: of_test}), step)
    answers = sess.run(predicted, {handle: of_test})
    test_writer.add_summary(sess.run(misread, {handle: of_test}), step)
    train_writer.add_summary(sess.run(digits, {handle: of_training}), step)
    train_writer.add_summary(sess.run(filters), step)
    train_writer.close()
    test_writer.close()
    saver.save(sess, "logdir/ex04/model.ckpt", global_step=step)
    print("accuracy", np.mean(answers == y_test))
