"""Failures of tickets."""

from services.kernel.errors import DomainError, Titles


class BatchInUse(DomainError):
    """A ticket of the batch has been used, or the batch belongs to another survey."""

    status, code = 409, "batch-in-use"
    titles = Titles(
        fi="Erän vastauslipukkeita on jo käytetty tai ne kuuluvat toiseen kyselyyn",
        sv="Svarskuponger i satsen har redan använts eller hör till en annan enkät",
        en="Tickets of this batch have been used, or belong to another survey",
    )
