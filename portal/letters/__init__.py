"""What the portal writes to people: the letters, when they are due, and the worker that sends them."""
