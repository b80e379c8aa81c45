"""The trusted side of the suite: the data, and what the right answers are."""
