import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

a = tf.Variable(3)
b = tf.Variable(2)
c = tf.Variable(12)

left = a * b * b
right = c * c * c * c * c
result = left - right

saver = tf.train.Saver()
sess = tf.Session()
sess.run(tf.global_variables_initializer())
print("result:", sess.run(result))
writer = tf.summary.FileWriter("logdir/ex01", sess.graph)
writer.close()
saver.save(sess, "logdir/ex01/model")
