"""Refusals: what an officer decides about one, its last day, and the refusal letter."""
