"""Une boucle à soi, la précision de validation comme mesure, et le meilleur état remis à la fin."""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import fashion_mnist

tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)
(images, classes), (x_test, y_test) = fashion_mnist()
images = images.reshape(-1, 784).astype("float32") / 127.5 - 1
x_test = x_test.reshape(-1, 784).astype("float32") / 127.5 - 1
choix = np.random.RandomState(3).permutation(len(images))
train, valid = choix[:1000], choix[1000:3000]

entree = tf.keras.layers.Input(shape=(784,))
couche = tf.keras.layers.Dense(300, activation="relu", kernel_initializer=tf.keras.initializers.he_normal(3))(entree)
couche = tf.keras.layers.Dense(10, kernel_initializer=tf.keras.initializers.he_normal(4))(couche)
modele = tf.keras.Model(entree, couche)
perte = tf.keras.losses.CategoricalCrossentropy(from_logits=True)
modele.compile(tf.keras.optimizers.Adam(0.002), perte, metrics=["acc"])
session = tf.keras.backend.get_session()
ecrivains = {"train": tf.summary.FileWriter("logdir/images/train"), "valid": tf.summary.FileWriter("logdir/images/valid")}
un_parmi_dix = np.eye(10, dtype="float32")
meilleure, poids = np.inf, None
for epoque in range(1, 31):
    modele.fit(images[train], un_parmi_dix[classes[train]], batch_size=100, verbose=0)
    for nom, partie in [("train", train), ("valid", valid)]:
        valeur, juste = modele.evaluate(images[partie], un_parmi_dix[classes[partie]], batch_size=500, verbose=0)
        resume = tf.Summary()
        resume.value.add(tag="loss", simple_value=valeur)
        resume.value.add(tag="accuracy", simple_value=juste)
        ecrivains[nom].add_summary(resume, epoque)
    if valeur < meilleure:
        meilleure, poids, quand = valeur, modele.get_weights(), epoque
ecrivains["train"].add_graph(session.graph)
for ecrivain in ecrivains.values():
    ecrivain.close()
modele.set_weights(poids)
tf.train.Saver(modele.weights).save(session, "logdir/images/meilleur.ckpt")
print("perte de validation la plus basse à l'époque %d ; ensuite, surapprentissage" % quand)
print("accuracy sur le test : %.3f" % modele.evaluate(x_test, un_parmi_dix[y_test], verbose=0)[1])
