"""Retention: how long data is kept, and erasing it; downloading one's data, and deleting one's account."""
