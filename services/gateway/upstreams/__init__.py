"""The services behind the gateway: typed requests with deadlines, a breaker and a cache."""
