"""The transactional outbox, and the carriers that deliver its messages."""
