"""Rolling rules: slots released automatically, on run-days."""
