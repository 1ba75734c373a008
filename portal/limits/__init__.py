"""Rate limits, counted in the portal's own database or in a Redis."""
