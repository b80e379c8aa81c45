"""What one input may cost a reader."""

LONGEST_S = 10
MOST_MIB = 4_000  # of address space; the interpreter with NumPy and protobuf takes some 500 of them
MOST_RESIDENT_MIB = 1_000
LARGEST_INPUT = 64 << 10  # bytes
