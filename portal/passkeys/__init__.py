"""Passkeys: a key on the person's own device in the place of the password."""
