"""What opens an account, and what no longer does: docs/keys.md, held to what the portal does."""
