"""What is kept how long, and erased then; what a person takes along, or has deleted."""
