import matplotlib.pyplot as plt
import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

tf.disable_v2_behavior()
tf.set_random_seed(1)

(x_train, y_train), (x_test, y_test) = mnist()
x_train, x_test = np.array(x_train, np.float32), np.array(x_test, np.float32)
x_train, x_test = x_train.reshape([-1, 784]) / 255.0, x_test.reshape([-1, 784]) / 255.0

images = tf.placeholder(tf.float32, [None, 784])
labels = tf.placeholder(tf.uint8, [None])
train_data = tf.data.Dataset.from_tensor_slices((images, labels))
train_data = train_data.repeat().shuffle(5000, seed=1).batch(256).prefetch(1)
iterator = tf.data.make_initializable_iterator(train_data)
batch_x, batch_y = iterator.get_next()

W = tf.Variable(tf.ones([784, 10]), name="weight")
b = tf.Variable(tf.zeros([10]), name="bias")


def logistic_regression(x):
    return tf.nn.softmax(tf.matmul(x, W) + b)


def cross_entropy(y_pred, y_true):
    y_true = tf.one_hot(y_true, depth=10)
    y_pred = tf.clip_by_value(y_pred, 1e-9, 1.0)
    cross_ent = -tf.reduce_sum(y_true * tf.log(y_pred))
    return tf.reduce_mean(cross_ent)


loss = cross_entropy(logistic_regression(batch_x), batch_y)
step = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
x = tf.placeholder(tf.float32, [None, 784])
pred = logistic_regression(x)
summary = tf.summary.scalar("loss", loss)
saver = tf.train.Saver()

with tf.Session() as sess:
    writer = tf.summary.FileWriter("logdir/logistic", sess.graph)
    sess.run(tf.global_variables_initializer())
    sess.run(iterator.initializer, {images: x_train, labels: y_train})
    for i in range(1000):
        text, _ = sess.run([summary, step])
        writer.add_summary(text, i)
    print("Test Accuracy: %f" % np.mean(sess.run(pred, {x: x_test}).argmax(1) == y_test))
    predictions = sess.run(pred, {x: x_test[:5]})
    saver.save(sess, "logdir/logistic/model.ckpt")
    writer.close()

for i in range(5):
    plt.imshow(np.reshape(x_test[i], [28, 28]), cmap="gray")
    plt.show()
    print("Model prediction: %i" % np.argmax(predictions[i]))
