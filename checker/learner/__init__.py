"""The learner's road: a folder of their own, checks at every save, hints, progress."""
