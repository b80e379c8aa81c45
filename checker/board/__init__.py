"""TensorBoard: its correction tab, addresses into it, and what a logdir holds."""
