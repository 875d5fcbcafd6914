"""Background work: jobs, periodic tasks, leased rows, the outbox and requests to other services."""
