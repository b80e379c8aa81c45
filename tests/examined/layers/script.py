"""Stripes again, with layers of Keras in graph mode."""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

random = np.random.RandomState(0)
tf.set_random_seed(0)
classes = random.randint(3, size=400)
rows, columns = np.mgrid[:10, :10]
along = np.stack([rows, columns, rows + columns])[classes]
pixels = 128 + 100 * np.sin(1.6 * along + random.uniform(0, 6, size=(400, 1, 1)))
pictures = (pixels / 255)[..., np.newaxis]

model = tf.keras.Sequential(
    [
        tf.keras.layers.Conv2D(6, 3, activation="relu", input_shape=(10, 10, 1)),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(16, activation="relu"),
        tf.keras.layers.Dense(3),
    ]
)
model.compile(
    optimizer=tf.keras.optimizers.Adam(0.005),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(pictures[:300], classes[:300], epochs=8, batch_size=30, verbose=0)
print(model.evaluate(pictures[300:], classes[300:], verbose=0))
