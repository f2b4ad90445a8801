"""Many calls in few requests."""
