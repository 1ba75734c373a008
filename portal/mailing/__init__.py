"""What the portal writes to people: the mails, when they are due, and the worker that sends them."""
