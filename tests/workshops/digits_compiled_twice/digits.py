import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow.compat.v1 import keras

from reference.datasets import mnist

tf.disable_v2_behavior()
(x_train, y_train), (x_test, y_test) = mnist()
x_train = x_train.reshape(-1, 784).astype("float32") / 255
x_test = x_test.reshape(-1, 784).astype("float32") / 255

inputs = keras.layers.Input(shape=(784,))
hidden = keras.layers.Dense(256, activation="relu")(inputs)
hidden = keras.layers.Dense(128, activation="relu")(hidden)
model = keras.Model(inputs, keras.layers.Dense(10)(hidden))
start = model.get_weights()
os.makedirs("logdir/digits")

for name, loss, labels, test_labels in [
    ("a", keras.losses.SparseCategoricalCrossentropy(from_logits=True), y_train, y_test),
    ("b", keras.losses.CategoricalCrossentropy(from_logits=True), np.eye(10)[y_train], np.eye(10)[y_test]),
]:
    model.set_weights(start)
    model.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.5), loss=loss, metrics=["accuracy"])
    np.random.seed(0)
    history = model.fit(x_train, labels, batch_size=100, epochs=4, validation_split=0.2, verbose=0).history
    tf.train.Saver(model.weights).save(keras.backend.get_session(), "logdir/digits/" + name + ".ckpt")
    for part in ["train", "val"]:
        with tf.summary.FileWriter("logdir/digits/" + name + "_" + part) as writer:
            for epoch, value in enumerate(history["loss" if part == "train" else "val_loss"]):
                writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=value)]), epoch)
            if name == "b" and part == "train":
                writer.add_graph(keras.backend.get_session().graph)
    print("test accuracy", model.evaluate(x_test, test_labels, verbose=0)[-1])
