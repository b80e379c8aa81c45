"""The self-test: the checker held against a corpus of right and wrong submissions, a folder each."""
