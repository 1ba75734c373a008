"""What was handed in: document receipts, where originals are, and the passport that is asked for."""
