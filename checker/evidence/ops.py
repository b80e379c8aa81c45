"""The operations of TensorFlow, by what they do."""

PLACEHOLDER_OPS = {"Placeholder", "PlaceholderV2"}
DEFAULT_OP = "PlaceholderWithDefault"  # may be fed
ITERATOR_OPS = {"IteratorGetNext", "IteratorGetNextSync"}
QUEUE_OPS = {"QueueDequeueV2", "QueueDequeueManyV2", "QueueDequeueUpToV2"}
SOURCE_OPS = {*PLACEHOLDER_OPS, *ITERATOR_OPS, *QUEUE_OPS}  # where data enters
VARIABLE_OPS = {"VariableV2", "Variable", "VarHandleOp"}
ASSIGN_OPS = {"Assign", "AssignVariableOp"}
ADDING_OPS = {"AssignAdd", "AssignSub", "AssignAddVariableOp", "AssignSubVariableOp"}
RANDOM_OPS = {"RandomUniform", "RandomStandardNormal", "TruncatedNormal", "RandomUniformInt", "Multinomial"}
# What gives another value each time, whatever it reads.
CHANGING_OPS = {*SOURCE_OPS, *VARIABLE_OPS, *RANDOM_OPS, DEFAULT_OP}
SIZE_OPS = {"Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike"}  # to which the values they read mean nothing
EXIT_OPS = ("Exit", "RefExit")  # of a loop
HANDING_ON_OPS = {"Identity", "Snapshot", "StopGradient", "PreventGradient"}
