"""Races: many clients at once, through the real server."""
