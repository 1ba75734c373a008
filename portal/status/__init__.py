"""Where a case stands: what everybody may know of it, and the whole story for its owner."""
