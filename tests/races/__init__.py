"""Races: many at once, through the real server."""
