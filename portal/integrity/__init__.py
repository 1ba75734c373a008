"""Integrity: `check` verifies the data against the rules, `doctor` examines an installation."""
