"""The demonstration: invented posts' settings, cases, slots and accounts; never for production."""
