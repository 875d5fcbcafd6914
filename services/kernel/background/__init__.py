"""Background work: jobs, periodic tasks, the outbox and calls to other services."""
