"""Encryption of personal fields, keyed digests, and files that only their owner can read."""
