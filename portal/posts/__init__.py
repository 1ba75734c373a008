"""Posts: embassies and consulates, and their settings."""
