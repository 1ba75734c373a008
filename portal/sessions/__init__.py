"""Server-side sessions."""
