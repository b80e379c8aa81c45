"""The operations of TensorFlow, by what they do."""

PLACEHOLDER_OPS = {"Placeholder", "PlaceholderV2"}
DEFAULT_OP = "PlaceholderWithDefault"  # may be fed, and has a value otherwise
ITERATOR_OPS = {"IteratorGetNext", "IteratorGetNextSync"}
QUEUE_OPS = {"QueueDequeueV2", "QueueDequeueManyV2", "QueueDequeueUpToV2"}
SOURCE_OPS = {*PLACEHOLDER_OPS, *ITERATOR_OPS, *QUEUE_OPS}  # where data enters
VARIABLE_OPS = {"VariableV2", "Variable", "VarHandleOp"}
ASSIGN_OPS = {"Assign", "AssignVariableOp"}
SCATTERING_OPS = {"ScatterAdd", "ScatterSub", "ResourceScatterAdd", "ResourceScatterSub"}  # they change some rows
ADDING_OPS = {"AssignAdd", "AssignSub", "AssignAddVariableOp", "AssignSubVariableOp", *SCATTERING_OPS}
RANDOM_OPS = {"RandomUniform", "RandomStandardNormal", "TruncatedNormal", "RandomUniformInt", "Multinomial"}
# These may give another value in each run, whatever they read.
CHANGING_OPS = {*SOURCE_OPS, *VARIABLE_OPS, *RANDOM_OPS, DEFAULT_OP}
SIZE_OPS = {"Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike"}  # they read the shape of a tensor, not its values
EXIT_OPS = ("Exit", "RefExit")  # of a loop
HANDING_ON_OPS = {"Identity", "Snapshot", "StopGradient", "PreventGradient"}
# Lists of tensors, such as tf.scan and tf.map_fn fill in a loop: they live in the memory of one call of a session.
LIST_OPS = {
    *("TensorArrayV3", "TensorArrayWriteV3", "TensorArrayReadV3", "TensorArrayGatherV3", "TensorArrayScatterV3"),
    *("TensorArrayConcatV3", "TensorArraySplitV3", "TensorArraySizeV3"),
    *("TensorListReserve", "EmptyTensorList", "TensorListFromTensor", "TensorListSetItem", "TensorListGetItem"),
    *("TensorListStack", "TensorListLength", "TensorListPushBack", "TensorListPopBack", "TensorListElementShape"),
}
# Of these, the first output is no value but refers to a list.
LIST_HANDLE_OPS = {
    *("TensorArrayV3", "TensorListReserve", "EmptyTensorList", "TensorListFromTensor", "TensorListSetItem"),
    *("TensorListPushBack", "TensorListPopBack"),
}
