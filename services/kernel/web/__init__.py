"""HTTP: the application, its routes, problems, versions and idempotency."""
