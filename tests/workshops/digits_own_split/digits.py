"""Shuffled by hand, half of the images for validation, a loop of its own over the epochs."""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)
K = tf.keras.backend
(images, digits), (x_test, y_test) = mnist()
order = np.random.RandomState(7).permutation(len(images))
images, digits = images[order].reshape(-1, 784) / 255.0, digits[order]
x_test = x_test.reshape(-1, 784) / 255.0
half = len(images) // 2


def to_rows(classes):
    return (classes[:, None] == np.arange(10)).astype(np.float32)


for name in ["sparse", "onehot"]:
    with tf.Graph().as_default():
        K.set_session(tf.Session())
        model = tf.keras.Sequential()
        random = tf.keras.initializers.RandomNormal(stddev=0.05, seed=1)
        model.add(tf.keras.layers.Dense(300, "relu", input_dim=784, kernel_initializer=random))
        model.add(tf.keras.layers.Dense(10, "softmax", kernel_initializer=random))
        answers, test_answers = (digits, y_test) if name == "sparse" else (to_rows(digits), to_rows(y_test))
        loss = "sparse_categorical_crossentropy" if name == "sparse" else "categorical_crossentropy"
        model.compile("adam", loss, metrics=["acc"])
        writers = [tf.summary.FileWriter("logdir/digits/%s-%s" % (name, part)) for part in ("train", "validation")]
        for epoch in range(5):
            model.fit(images[:half], answers[:half], 100, verbose=0, shuffle=False)
            for writer, part in zip(writers, (slice(0, half), slice(half, None))):
                value, share = model.evaluate(images[part], answers[part], batch_size=1000, verbose=0)
                summary = tf.Summary()
                summary.value.add(tag="loss", simple_value=value)
                summary.value.add(tag="accuracy", simple_value=share)
                writer.add_summary(summary, epoch)
        writers[0].add_graph(K.get_session().graph)
        for writer in writers:
            writer.close()
        tf.train.Saver(model.trainable_weights).save(K.get_session(), "logdir/digits/%s.ckpt" % name)
        print("%s: %.1f %% accuracy" % (name, 100 * model.evaluate(x_test, test_answers, verbose=0)[1]))
