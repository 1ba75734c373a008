"""Values that people type, each normalized in one place, for storing, comparing, looking up and rate limits (R17)."""
