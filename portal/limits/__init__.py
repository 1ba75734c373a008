"""Limits on how often something may be tried, counted on the portal's own database."""
