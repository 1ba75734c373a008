"""Slots: the times a post offers, drafted, released, closed."""
