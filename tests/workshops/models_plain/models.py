import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()
tf.set_random_seed(1)
Activation, Dense, Input = tf.keras.layers.Activation, tf.keras.layers.Dense, tf.keras.layers.Input

inputs = Input(shape=(10,))
hid = Dense(1)(inputs)
out = Activation("sigmoid")(hid)
tf.keras.Model(inputs=inputs, outputs=out, name="FuncAPI").summary()

first = tf.keras.Sequential(
    [
        tf.keras.layers.InputLayer(input_shape=(784,)),
        Dense(256, name="dense1"),
        Activation("relu", name="relu1"),
        Dense(256, name="dense2"),
        Activation("relu", name="relu2"),
        Dense(128, name="dense3"),
        Activation("relu"),
        Dense(10, name="logits"),
        Activation("softmax", name="clf"),
    ],
    name="SeqAPI",
)
first.summary()

inputs = Input(shape=(784,))
x = Dense(256, "relu")(inputs)
x = Dense(256, "relu")(x)
x = Dense(128, "relu")(x)
second = tf.keras.Model(inputs, Dense(10, "softmax")(x))


class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.a = Dense(256, "relu")
        self.b = Dense(256, "relu")
        self.c = Dense(128, "relu")
        self.d = Dense(10, "softmax")

    def call(self, x):
        return self.d(self.c(self.b(self.a(x))))


third = Net()
third(tf.placeholder(tf.float32, [None, 784]))
second.set_weights(first.get_weights())
third.set_weights(first.get_weights())
weights, biases = first.get_layer("dense1").get_weights()
print(weights.shape, biases.shape)
sess = tf.keras.backend.get_session()
tf.summary.FileWriter("logdir/models", sess.graph).close()
tf.train.Saver(tf.trainable_variables()).save(sess, "logdir/models/model.ckpt")
