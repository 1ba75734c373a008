"""Rolling rules: slots released by themselves, on run-days."""
