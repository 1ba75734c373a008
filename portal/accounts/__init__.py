"""Accounts: create one, log in and out, change password and language."""
