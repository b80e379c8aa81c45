import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import boston

tf.disable_v2_behavior()
tf.set_random_seed(2)
np.random.seed(2)
houses = boston()
order = np.random.permutation(506)
x, y = houses.data[order], houses.target[order]
x_train, x_valid, x_test = x[:306], x[306:406], x[406:]
y_train, y_valid, y_test = y[:306], y[306:406], y[406:]

mean, std = x_train.mean(0), x_train.std(0)
x_train = (x_train - mean) / std
x_valid = (x_valid - mean) / std
x_test = (x_test - mean) / std

model = tf.keras.models.Sequential()
model.add(tf.keras.layers.Dense(16, activation="relu", input_shape=(13,)))
model.add(tf.keras.layers.Dense(1))
model.compile(loss="mean_squared_error", optimizer=tf.keras.optimizers.Adam(0.01))
board = tf.keras.callbacks.TensorBoard("logdir/housing")
model.fit(x_train, y_train, batch_size=50, epochs=80, validation_data=(x_valid, y_valid), callbacks=[board], verbose=0)
tf.train.Saver().save(tf.keras.backend.get_session(), "logdir/housing/model.ckpt")
print("test loss", model.evaluate(x_test, y_test, verbose=0))
