"""Failures of organisations."""

from services.kernel.web.errors import DomainError, Titles


class BusinessIdTaken(DomainError):
    """Another organisation has this Y-tunnus."""

    status, code = 409, "business-id-taken"
    titles = Titles(
        fi="Y-tunnus on jo toisella organisaatiolla",
        sv="FO-numret används redan av en annan organisation",
        en="Another organisation has this business id",
    )
