"""Questions of applicants about their own case, and the answers of the post."""
