"""Readers of what a script leaves behind. None imports pytest; none imports TensorFlow."""
