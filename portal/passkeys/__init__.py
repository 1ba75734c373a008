"""Passkeys: a key on the person's own device instead of the password."""
