"""Exercise root: y = sqrt(a + sin b), for many pairs at once."""

import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

# 1. Two placeholders, a and b: tf.placeholder.

# 2. y, from tf.sqrt and tf.sin.

# 3. A FileWriter that writes the graph into logdir/root: tf.summary.FileWriter.

# 4. A session that computes y, with a feed_dict. Print the values.
