"""Vipu as it runs: all services in one process, or one process per service, behind one address."""
