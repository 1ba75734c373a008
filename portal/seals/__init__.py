"""The sealed journal: a chain of hashes over its entries, in the order of sealing, with signed heads (R6)."""
