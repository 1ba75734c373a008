"""The status of a case: what anyone may know of it, and the whole story for its owner."""
