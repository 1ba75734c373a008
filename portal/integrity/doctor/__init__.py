"""The checks of `flask --app wsgi doctor`: one line each, with what to do."""
