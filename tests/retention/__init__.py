"""What is kept how long; what people take along; accounts deleted."""
