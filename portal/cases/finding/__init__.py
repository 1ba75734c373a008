"""Matching and claiming cases: proofs, claims, and requests to find a case that did not match."""
