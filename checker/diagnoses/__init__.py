"""What can be said of any training script, without a subject: one function per diagnosis."""
