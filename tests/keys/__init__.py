"""What opens an account, and what no longer does: docs/keys.md, compared with the portal."""
