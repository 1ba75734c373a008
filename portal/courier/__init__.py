"""Packages by courier: registration, courier offices (agencies), intake, return."""
