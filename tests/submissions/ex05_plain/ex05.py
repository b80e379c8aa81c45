import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

tf.disable_v2_behavior()
tf.set_random_seed(1)
np.random.seed(1)
(x_train, y_train), (x_test, y_test) = mnist()
x_train, y_train = x_train[:6000] / 255.0, y_train[:6000]
x_test, y_test = x_test[:500] / 255.0, y_test[:500]

model = tf.keras.models.Sequential()
model.add(tf.keras.layers.Flatten(input_shape=(28, 28)))
model.add(tf.keras.layers.Dense(300, activation="relu"))
model.add(tf.keras.layers.Dense(10, activation="softmax"))
model.compile(optimizer=tf.keras.optimizers.Adam(0.002), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
board = tf.keras.callbacks.TensorBoard("logdir/ex05")
model.fit(x_train, y_train, batch_size=100, epochs=4, validation_data=(x_test, y_test), callbacks=[board], verbose=0)
saver = tf.train.Saver()
os.makedirs("logdir/ex05", exist_ok=True)
saver.save(tf.keras.backend.get_session(), "logdir/ex05/model.ckpt")
print(model.evaluate(x_test, y_test, verbose=0))
