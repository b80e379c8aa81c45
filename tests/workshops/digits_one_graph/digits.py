import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

tf.disable_v2_behavior()
tf.set_random_seed(3)
(x_train, y_train), (x_test, y_test) = mnist()
x_train, x_test = (x_train - 127.5) / 127.5, (x_test - 127.5) / 127.5
one_hot = np.eye(10)


def network():
    return tf.keras.Sequential(
        [
            tf.keras.layers.Flatten(input_shape=(28, 28)),
            tf.keras.layers.Dense(200, activation="tanh"),
            tf.keras.layers.Dense(10),
            tf.keras.layers.Activation("softmax"),
        ]
    )


first, second = network(), network()
second.set_weights(first.get_weights())
first.compile(tf.keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
second.compile(tf.keras.optimizers.Adam(0.001), "categorical_crossentropy", metrics=["accuracy"])
train, valid = slice(0, 8000), slice(8000, 10000)
histories = [
    model.fit(x_train[train], y[train], 50, 4, verbose=0, shuffle=False, validation_data=(x_train[valid], y[valid])).history
    for model, y in [(first, y_train), (second, one_hot[y_train])]
]
sess = tf.keras.backend.get_session()
for name, history in zip(["first", "second"], histories):
    for run, prefix in [("training", ""), ("valid", "val_")]:
        writer = tf.summary.FileWriter("logdir/digits/" + name + "/" + run, sess.graph)
        for epoch, value in enumerate(history[prefix + "loss"]):
            writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=value)]), epoch)
        writer.close()
tf.train.Saver().save(sess, "logdir/digits/both.ckpt")
print("test acc. with numbers", first.evaluate(x_test, y_test, verbose=0)[1])
print("test acc. with rows of ones and zeros", second.evaluate(x_test, one_hot[y_test], verbose=0)[1])
