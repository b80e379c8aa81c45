import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import mnist

tf.disable_v2_behavior()
tf.set_random_seed(1)
np.random.seed(1)
(x_train, y_train), (x_test, y_test) = mnist()
x_train, x_test = x_train.reshape(-1, 784) / 255.0, x_test.reshape(-1, 784) / 255.0

image = tf.keras.layers.Input(shape=(784,))
x = image
for size in [64, 32, 16]:
    x = tf.keras.layers.Dense(size, activation="relu", use_bias=True)(x)
x = tf.keras.layers.Dense(10, activation="softmax")(x)
model = tf.keras.Model(inputs=[image], outputs=[x])
model.compile(optimizer=tf.keras.optimizers.Adam(0.002), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
board = tf.keras.callbacks.TensorBoard("logdir/mlp_keras")
model.fit(x_train, y_train, batch_size=100, epochs=4, callbacks=[board], verbose=0)
y_pred = model.predict(x_test, batch_size=100)
print("accuracy", np.mean(y_pred.argmax(1) == y_test))
os.makedirs("logdir/mlp_keras", exist_ok=True)
tf.train.Saver().save(tf.keras.backend.get_session(), "logdir/mlp_keras/model.ckpt")
