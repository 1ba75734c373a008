"""Questions of people without an account: confirmed by email, answered by email, and nothing said about a case."""
