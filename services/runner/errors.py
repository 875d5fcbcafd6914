"""What the front answers for a service that does not."""

from services.kernel.web.errors import DomainError, Titles


class ServiceNotReachable(DomainError):
    status, code, retryable = 502, "service-not-reachable", True
    titles = Titles(
        fi="Palveluun ei saada yhteyttä",
        sv="Tjänsten kan inte nås",
        en="The service cannot be reached",
    )


class ServiceTooSlow(DomainError):
    status, code, retryable = 504, "service-too-slow", True
    titles = Titles(
        fi="Palvelu ei vastannut ajoissa",
        sv="Tjänsten svarade inte i tid",
        en="The service did not answer in time",
    )
