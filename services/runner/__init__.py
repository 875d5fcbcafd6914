"""Running Vipu: all services in one process, or one process per service, behind one address."""
