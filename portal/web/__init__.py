"""HTTP: the server interface, concurrency, access control, CSRF, security headers, error pages, caching."""
