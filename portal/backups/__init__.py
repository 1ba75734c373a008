"""Backups: one file that holds the whole database, made while the portal serves, and verified row by row."""
