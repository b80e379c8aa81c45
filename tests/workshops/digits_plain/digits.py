import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

tf.disable_v2_behavior()
(x_train, y_train), (x_test, y_test) = mnist()
x_train, x_test = x_train / 255.0, x_test / 255.0

for kind, loss in [("numbers", "sparse_categorical_crossentropy"), ("one_hot", "categorical_crossentropy")]:
    tf.keras.backend.clear_session()
    tf.set_random_seed(42)
    np.random.seed(42)
    labels, test_labels = y_train, y_test
    if kind == "one_hot":
        labels, test_labels = tf.keras.utils.to_categorical(y_train, 10), tf.keras.utils.to_categorical(y_test, 10)
    model = tf.keras.models.Sequential()
    model.add(tf.keras.layers.Flatten(input_shape=(28, 28)))
    for size in [128, 64]:
        model.add(
            tf.keras.layers.Dense(size, activation="relu", kernel_initializer=tf.keras.initializers.glorot_uniform(size))
        )
    model.add(tf.keras.layers.Dense(10, activation="softmax", kernel_initializer=tf.keras.initializers.glorot_uniform(10)))
    model.compile(loss=loss, optimizer=tf.keras.optimizers.SGD(0.05), metrics=["accuracy"])
    board = tf.keras.callbacks.TensorBoard("logdir/digits/" + kind)
    model.fit(x_train, labels, batch_size=64, epochs=8, validation_split=0.25, callbacks=[board], verbose=0)
    tf.train.Saver().save(tf.keras.backend.get_session(), "logdir/digits/" + kind + "/model.ckpt")
    print(kind, "test loss and accuracy:", model.evaluate(x_test, test_labels, verbose=0))
