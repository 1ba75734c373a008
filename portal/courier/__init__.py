"""Packages by courier: registration, agencies, intake, return."""
