"""The texts of emails, when they are due, and the worker that sends them."""
