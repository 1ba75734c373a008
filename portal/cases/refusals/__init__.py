"""Refusals: an officer's decisions, the last day, and the refusal letter."""
