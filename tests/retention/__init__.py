"""Retention, downloads of one's data, and deleted accounts."""
