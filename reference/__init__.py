"""The trusted side of the suite: the data and the right answers."""
