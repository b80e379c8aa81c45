import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import fashion_mnist

tf.disable_v2_behavior()
tf.set_random_seed(1)
np.random.seed(1)
(x_train, y_train), (x_test, y_test) = fashion_mnist()
x_train, x_test = x_train / 255.0, x_test / 255.0
x_valid, y_valid = x_train[8000:], y_train[8000:]
x_train, y_train = x_train[:1500], y_train[:1500]

model = tf.keras.Sequential()
model.add(tf.keras.layers.Flatten(input_shape=(28, 28)))
model.add(tf.keras.layers.Dense(256, activation="relu"))
model.add(tf.keras.layers.Dense(128, activation="relu"))
model.add(tf.keras.layers.Dense(10, activation="softmax"))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
board = tf.keras.callbacks.TensorBoard("logdir/images")
history = model.fit(
    x_train, y_train, batch_size=50, epochs=25, validation_data=(x_valid, y_valid), callbacks=[board], verbose=0
).history
tf.train.Saver().save(tf.keras.backend.get_session(), "logdir/images/model.ckpt")
print("best epoch:", 1 + np.argmin(history["val_loss"]), "of", len(history["val_loss"]))
print("test accuracy", model.evaluate(x_test, y_test, verbose=0)[1])
