"""Demand at a post: seats against waiting cases, waiting times, and what became of the seats."""
