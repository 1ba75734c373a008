"""Demand at a glance: seats against people, how long they wait, what became of the seats."""
