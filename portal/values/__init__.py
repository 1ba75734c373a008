"""Values that people type, each normalised in one place, for storing, comparing, looking up and limiting (R17)."""
