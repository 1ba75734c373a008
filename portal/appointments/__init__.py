"""Return appointments: slots, release, booking."""
