"""A PostgreSQL cluster of three under Patroni, two portals on it, and a primary that is repeatedly killed."""
