"""The checks: one file per exercise, and the checks that several exercises share."""
