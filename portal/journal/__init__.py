"""The journal: who changed what and when, and the sealed chain of hashes over its entries (R6)."""
