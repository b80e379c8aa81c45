import io
import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import matplotlib.pyplot as plt
import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import fashion_mnist

tf.disable_v2_behavior()
tf.set_random_seed(1)
np.random.seed(1)
(x_train, y_train), (x_test, y_test) = fashion_mnist()
x_train, y_train = x_train[:6000] / 255.0, y_train[:6000]
x_test, y_test = x_test[:1500] / 255.0, y_test[:1500]

model = tf.keras.models.Sequential()
model.add(tf.keras.layers.Flatten(input_shape=(28, 28)))
model.add(tf.keras.layers.Dense(300, activation="relu"))
model.add(tf.keras.layers.Dense(10))
loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer=tf.keras.optimizers.Adam(0.002), loss=loss, metrics=["accuracy"])
board = tf.keras.callbacks.TensorBoard("logdir/ex06")
model.fit(x_train, y_train, batch_size=100, epochs=4, validation_data=(x_test, y_test), callbacks=[board], verbose=0)

answers = model.predict(x_test).argmax(axis=1)
matrix = np.zeros((10, 10))
for truth, answer in zip(y_test, answers):
    matrix[truth, answer] += 1
plt.matshow(matrix)
buffer = io.BytesIO()
plt.savefig(buffer, format="png")
image = tf.Summary.Image(encoded_image_string=buffer.getvalue())
writer = tf.summary.FileWriter("logdir/ex06/test")
writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="confusion", image=image)]), 4)
writer.close()

wrong = np.flatnonzero(answers != y_test)
plt.figure()
for i in range(4):
    plt.subplot(1, 4, i + 1)
    plt.imshow(x_test[wrong[i]])
plt.savefig("logdir/ex06/wrong.png")
tf.train.Saver().save(tf.keras.backend.get_session(), "logdir/ex06/model.ckpt")
print(model.evaluate(x_test, y_test, verbose=0))
