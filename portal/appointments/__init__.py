"""Return appointments: book, change, cancel, papers."""
