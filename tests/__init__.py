"""Sentences about the service."""
