"""Observability: logs, metrics, heartbeats of processes, and messages for operators."""
