"""What `flask --app wsgi doctor` looks at: one line a check, with what to do."""
