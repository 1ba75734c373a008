"""Weekly patterns, and slots created from them or copied from another week."""
