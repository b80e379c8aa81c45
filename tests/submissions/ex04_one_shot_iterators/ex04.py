import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

tf.disable_v2_behavior()
tf.set_random_seed(1)
(x_train, y_train), (x_test, y_test) = mnist()
x_train, y_train = x_train[:6000], y_train[:6000]


def scaled(image, label):
    return tf.cast(image, tf.float32) / 255.0, tf.cast(label, tf.int32)


training = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(6000, seed=1).repeat().batch(100).map(scaled)
testing = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(len(x_test)).map(scaled).repeat()

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


x, y = tf.data.make_one_shot_iterator(training).get_next()
x_all, y_all = tf.data.make_one_shot_iterator(testing).get_next()
logits, test_logits = network(x), network(x_all)
sparse = tf.nn.sparse_softmax_cross_entropy_with_logits
cost = tf.reduce_mean(sparse(labels=y, logits=logits))
test_cost = tf.reduce_mean(sparse(labels=y_all, logits=test_logits))
train = tf.train.AdamOptimizer(0.003).minimize(cost)


def right(scores, labels):
    return tf.reduce_mean(tf.cast(tf.equal(tf.argmax(scores, 1), tf.cast(labels, tf.int64)), tf.float32))


def summaries(loss, accuracy):
    return tf.Summary(
        value=[tf.Summary.Value(tag="loss", simple_value=loss), tf.Summary.Value(tag="accuracy", simple_value=accuracy)]
    )


accuracy, test_accuracy = right(logits, y), right(test_logits, y_all)
predicted = tf.argmax(test_logits, 1)
images = tf.placeholder(tf.uint8, [None, 28, 28])
digits = tf.summary.image("digits", images[..., None], 4)
filters = tf.summary.image("weights", tf.reshape(tf.transpose(W1), [-1, 28, 28, 1]), 5)

saver = tf.train.Saver()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    train_writer = tf.summary.FileWriter("logdir/ex04/train", sess.graph)
    test_writer = tf.summary.FileWriter("logdir/ex04/test")
    for step in range(361):
        if step % 20 == 0:
            train_writer.add_summary(summaries(*sess.run([cost, accuracy])), step)
            test_writer.add_summary(summaries(*sess.run([test_cost, test_accuracy])), step)
        sess.run(train)
    answers = sess.run(predicted)
    train_writer.add_summary(sess.run(digits, {images: x_train}), step)
    test_writer.add_summary(sess.run(digits, {images: x_test[answers != y_test]}), step)
    train_writer.add_summary(sess.run(filters), step)
    train_writer.close()
    test_writer.close()
    saver.save(sess, "logdir/ex04/model.ckpt", global_step=step)
    print("accuracy", np.mean(answers == y_test))
