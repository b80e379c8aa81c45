# word2vec, after the tutorial of TensorFlow 1: the number 0 stands for all rare words
import collections
import math
import os
import re

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import fables

tf.disable_v2_behavior()

text = re.findall(r"[a-zàâçèéêîïôùûœ]+", fables()[0].lower())
count = [["UNK", -1]] + collections.Counter(text).most_common(999)
dictionary = {word: i for i, (word, _) in enumerate(count)}
reversed_dictionary = [word for word, _ in count]
data = [dictionary.get(word, 0) for word in text]
vocabulary_size = len(dictionary)

batch_size = 128
embedding_size = 64
num_sampled = 64

pairs = []
for i in range(len(data)):
    for j in range(max(0, i - 2), min(len(data), i + 3)):
        if i != j and data[i] and data[j]:
            pairs.append((data[i], data[j]))
pairs = np.array(pairs)
np.random.seed(3)
tf.set_random_seed(3)

train_inputs = tf.placeholder(tf.int32, shape=[batch_size])
train_labels = tf.placeholder(tf.int32, shape=[batch_size, 1])
embeddings = tf.Variable(tf.random_uniform([vocabulary_size, embedding_size], -1.0, 1.0, seed=3))
embed = tf.nn.embedding_lookup(embeddings, train_inputs)
nce_weights = tf.Variable(
    tf.truncated_normal([vocabulary_size, embedding_size], stddev=1.0 / math.sqrt(embedding_size), seed=3)
)
nce_biases = tf.Variable(tf.zeros([vocabulary_size]))
loss = tf.reduce_mean(
    tf.nn.nce_loss(
        weights=nce_weights,
        biases=nce_biases,
        labels=train_labels,
        inputs=embed,
        num_sampled=num_sampled,
        num_classes=vocabulary_size,
    )
)
tf.summary.scalar("loss", loss)
optimizer = tf.train.GradientDescentOptimizer(1.0).minimize(loss)
norm = tf.sqrt(tf.reduce_sum(tf.square(embeddings), 1, keepdims=True))
normalized_embeddings = embeddings / norm
valid_examples = [dictionary[word] for word in ["le", "il", "est", "dans", "mon", "lion"]]
valid_dataset = tf.constant(valid_examples, dtype=tf.int32)
similarity = tf.matmul(tf.nn.embedding_lookup(normalized_embeddings, valid_dataset), normalized_embeddings, transpose_b=True)
merged = tf.summary.merge_all()
report = tf.placeholder(tf.string)
neighbours = tf.summary.text("neighbours", report)
saver = tf.train.Saver()

log_dir = "logdir/embedding"
writer = tf.summary.FileWriter(log_dir, tf.get_default_graph())
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    average_loss = 0
    for step in range(8000):
        some = pairs[np.random.randint(0, len(pairs), batch_size)]
        feed = {train_inputs: some[:, 0], train_labels: some[:, 1:]}
        _, summary, loss_val = session.run([optimizer, merged, loss], feed_dict=feed)
        average_loss += loss_val
        if step % 100 == 0:
            writer.add_summary(summary, step)
        if step % 4000 == 3999:
            print("Average loss at step ", step, ": ", average_loss / 4000)
            average_loss = 0
    sim = similarity.eval()
    lines = []
    for i, number in enumerate(valid_examples):
        nearest = (-sim[i, :]).argsort()[1:9]
        words = [reversed_dictionary[k] for k in nearest]
        lines.append("Nearest to %s: %s" % (reversed_dictionary[number], ", ".join(words)))
        print(lines[-1])
    writer.add_summary(session.run(neighbours, {report: "\n\n".join(lines)}), 8000)
    with open(os.path.join(log_dir, "metadata.tsv"), "w", encoding="utf-8") as f:
        for word in reversed_dictionary:
            f.write(word + "\n")
    saver.save(session, os.path.join(log_dir, "model.ckpt"))
    with open(os.path.join(log_dir, "projector_config.pbtxt"), "w") as f:
        f.write('embeddings { tensor_name: "%s" metadata_path: "metadata.tsv" }\n' % embeddings.name)
writer.close()
