"""Who is signed in, kept on the server."""
