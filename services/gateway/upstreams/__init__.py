"""Upstreams: the services behind the gateway, with typed requests, deadlines, a circuit breaker and a cache."""
