"""The problems that callers get for a service that does not answer."""

from services.kernel.web.errors import DomainError


class ServiceNotReachable(DomainError):
    status, code, retryable = 502, "service-not-reachable", True


class ServiceTooSlow(DomainError):
    status, code, retryable = 504, "service-too-slow", True
