import collections

import numpy as np
import tensorflow.compat.v1 as tf
from tensorboard.plugins import projector

from reference.datasets import fables

tf.disable_v2_behavior()
tf.enable_resource_variables()
np.random.seed(0)
tf.set_random_seed(0)


def words_of(text):
    for sign in '.,;:!?"()-\n':
        text = text.replace(sign, " ")
    return text.lower().replace("'", "' ").split()


training = words_of(fables()[0])
counts = collections.Counter(training)
vocabulary = sorted(word for word in counts if counts[word] > 2)  # by the alphabet
number = {word: i for i, word in enumerate(vocabulary)}
ids = np.array([number[word] for word in training if word in number])
center = np.concatenate([ids[1:], ids[:-1]])
context = np.concatenate([ids[:-1], ids[1:]])
order = np.random.permutation(len(center))

# The pairs are in the graph: nothing is fed.
dataset = tf.data.Dataset.from_tensor_slices((center[order], context[order])).repeat().batch(500)
x, y = tf.data.make_one_shot_iterator(dataset).get_next()
V, D = len(vocabulary), 40
E = tf.get_variable("E", [V, D], initializer=tf.random_normal_initializer(stddev=0.1, seed=1))
W = tf.get_variable("W", [V, D], initializer=tf.random_normal_initializer(stddev=0.1, seed=2))
b = tf.get_variable("b", [V], initializer=tf.zeros_initializer())
sampler = tf.nn.uniform_candidate_sampler(tf.reshape(y, [-1, 1]), 1, 200, True, V, seed=3)
losses = tf.nn.sampled_softmax_loss(
    W, b, tf.reshape(y, [-1, 1]), tf.nn.embedding_lookup(E, x), 200, V, sampled_values=sampler
)
loss = tf.reduce_mean(losses)
step = tf.train.get_or_create_global_step()
train = tf.train.AdamOptimizer(0.005).minimize(loss, global_step=step)
scalar = tf.summary.scalar("loss", loss)
shown = tf.placeholder(tf.string, [None, 7])
page = tf.summary.text("nearest_words", shown)

with tf.Session() as sess, tf.summary.FileWriter("logdir/embedding", sess.graph) as writer:
    sess.run(tf.global_variables_initializer())
    for i in range(2500):
        if i % 50 == 0:
            writer.add_summary(sess.run(scalar), i)
        sess.run(train)
    vectors = sess.run(E)
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    table = []
    for word in ("je", "le", "il", "son"):
        best = np.argsort(vectors @ -vectors[number[word]])[:7]
        table.append([vocabulary[i] for i in best])
        print(word, "->")
        for i in best[1:]:
            print("   ", vocabulary[i], round(float(vectors[i] @ vectors[number[word]]), 3))
    writer.add_summary(sess.run(page, {shown: table}), 0)
    tf.train.Saver().save(sess, "logdir/embedding/save/embedding.ckpt", global_step=step)
    with open("logdir/embedding/words.tsv", "w", encoding="utf-8") as file:
        file.write("word\tcount\n")
        for word in vocabulary:
            file.write("%s\t%d\n" % (word, counts[word]))
    config = projector.ProjectorConfig()
    config.model_checkpoint_path = tf.train.latest_checkpoint("logdir/embedding/save")
    one = config.embeddings.add()
    one.tensor_name = "E"
    one.metadata_path = "words.tsv"
    projector.visualize_embeddings(writer, config)
