"""The door: check-in, today's list, missed appointments."""
