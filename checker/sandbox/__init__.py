"""The only room where a submission's code, or TensorFlow on a submission's files, ever runs."""
