"""Slots: the times that a post offers: drafts, releases, closures."""
