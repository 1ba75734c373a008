"""Load: what `make bench` measures and `make prove` proves. Nothing of the portal imports from here."""
