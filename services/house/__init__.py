"""The whole house in one process or one command: the only place that knows all four services."""
