"""The technical code that all services share: it names no noun of the domain and imports no service."""
