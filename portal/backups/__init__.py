"""Backups: one file with the whole database, written while the portal serves, and verified row by row."""
