"""Papers: references, signed codes, PDF, calendar files and fonts."""
