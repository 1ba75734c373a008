"""The doors to everything else: front page, dashboard, and what a balancer asks."""
