"""Exercise tides: a wave is fitted to the height of the sea, and tells the height of the days that follow."""

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

table = np.genfromtxt("data/tides.csv", delimiter=",", names=True)
print("{} hours".format(len(table["hour"])))

# 1. Two placeholders: the hours and the heights.

# 2. Three variables, and the wave that they make of the hours: tf.Variable, tf.cos, tf.sin.

# 3. The mean squared error, its summary with the tag "loss", and an optimiser: tf.train.GradientDescentOptimizer.

# 4. A session that trains, a FileWriter and a Saver that write below logdir/tides. Print the root of the error.
