"""Imports of case files: parsed in a bounded process, checked cell by cell, stored all or not at all."""
