"""The only room where a submission's code runs, and where TensorFlow reads a submission's files."""
