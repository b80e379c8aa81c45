"""The checks, one file an exercise; what several exercises share lies beside them."""
