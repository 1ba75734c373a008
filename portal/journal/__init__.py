"""The journal: an append-only audit log of who changed what and when, sealed into a hash chain (R6)."""
