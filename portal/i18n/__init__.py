"""Internationalization: languages, text direction, catalogues, dates and names."""
