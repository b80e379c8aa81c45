"""TensorBoard as the place where a correction is seen."""
