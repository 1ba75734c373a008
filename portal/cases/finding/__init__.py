"""Whose case it is: proofs, claims, and requests to find a case that did not match."""
