"""Weekly patterns, and slots made from them or from another week."""
