"""One field by which staff find a case: number, name, passport, reference, tracking number, telephone, email."""
