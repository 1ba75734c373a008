"""The calendar of free times, and the fast path that makes it cheap (docs/decisions/speed.md)."""
