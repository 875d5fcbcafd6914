"""Failures of tickets."""

from services.kernel.web.errors import DomainError, Titles


class BatchInUse(DomainError):
    """The batch belongs to another survey."""

    status, code = 409, "batch-in-use"
    titles = Titles(
        fi="Erä kuuluu toiseen kyselyyn",
        sv="Satsen hör till en annan enkät",
        en="The batch belongs to another survey",
    )
