"""Readers of what a script leaves behind. None of them imports pytest or TensorFlow."""
