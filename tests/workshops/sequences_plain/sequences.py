import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import fables

tf.disable_v2_behavior()
tf.set_random_seed(4)
np.random.seed(4)

train_text, test_text = fables()
chars = sorted(set(train_text))
ids = {c: i for i, c in enumerate(chars)}
V, H, B, T = len(chars), 100, 40, 20

x = tf.placeholder(tf.int32, [B, T])
y = tf.placeholder(tf.int32, [B, T])
c0 = tf.placeholder(tf.float32, [B, H])
h0 = tf.placeholder(tf.float32, [B, H])
Wx = tf.Variable(tf.random_normal([V, 4 * H], stddev=0.1, seed=1))
Wh = tf.Variable(tf.random_normal([H, 4 * H], stddev=0.1, seed=2))
b = tf.Variable(tf.zeros([4 * H]))
Wo = tf.Variable(tf.random_normal([H, V], stddev=0.1, seed=3))
bo = tf.Variable(tf.zeros([V]))
c, h = c0, h0
loss = 0
outputs = []
# unrolled: one cell after the other
for t in range(T):
    i, f, o, g = tf.split(tf.nn.embedding_lookup(Wx, x[:, t]) + tf.matmul(h, Wh) + b, 4, 1)
    c = tf.sigmoid(f + 1) * c + tf.sigmoid(i) * tf.tanh(g)
    h = tf.sigmoid(o) * tf.tanh(c)
    logits = tf.matmul(h, Wo) + bo
    outputs.append(logits)
    loss += tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y[:, t], logits=logits)) / T
bpc = loss / np.log(2)
opt = tf.train.AdamOptimizer(0.005)
grads = opt.compute_gradients(loss)
clipped, _ = tf.clip_by_global_norm([g for g, v in grads], 1.0)
train = opt.apply_gradients(zip(clipped, [v for g, v in grads]))
scalar = tf.summary.scalar("bpc", bpc)
text = tf.placeholder(tf.string)
page = tf.summary.text("sample", text)


def batches(text):
    data = np.array([ids[ch] for ch in text])
    n = (len(data) - 1) // (B * T)
    a = data[: n * B * T].reshape(B, -1)
    z = data[1 : n * B * T + 1].reshape(B, -1)
    return [(a[:, k : k + T], z[:, k : k + T]) for k in range(0, n * T, T)]


train_writer = tf.summary.FileWriter("logdir/sequences/train", tf.get_default_graph())
test_writer = tf.summary.FileWriter("logdir/sequences/test")
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    step = 0
    for epoch in range(5):
        state = [np.zeros([B, H]), np.zeros([B, H])]
        for a, z in batches(train_text):
            s, _, *state = sess.run([scalar, train, c, h], {x: a, y: z, c0: state[0], h0: state[1]})
            if step % 25 == 0:
                train_writer.add_summary(s, step)
            step += 1
        state = [np.zeros([B, H]), np.zeros([B, H])]
        total = []
        for a, z in batches(test_text):
            value, *state = sess.run([bpc, c, h], {x: a, y: z, c0: state[0], h0: state[1]})
            total.append(value)
        print("epoch", epoch, "bits per character on the test text", np.mean(total))
        test_writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="bpc", simple_value=np.mean(total))]), step)
    for temperature in (0.5, 0.8, 1.2):
        # B samples at once; a piece of the text, then one character after the other in its first column
        state = [np.zeros([B, H]), np.zeros([B, H])]
        piece = batches(test_text)[0][0]
        written = ""
        for k in range(100):
            out = sess.run(outputs[-1], {x: piece, c0: state[0], h0: state[1]})[0] / temperature
            p = np.exp(out - out.max())
            n = np.random.choice(V, p=p / p.sum())
            written += chars[n]
            piece = np.concatenate([piece[:, 1:], np.full([B, 1], n)], 1)
        test_writer.add_summary(sess.run(page, {text: written}), int(10 * temperature))
    tf.train.Saver().save(sess, "logdir/sequences/model")
train_writer.close()
test_writer.close()
