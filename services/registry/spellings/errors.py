"""Failures of spellings."""

from services.kernel.web.errors import DomainError


class SpellingTaken(DomainError):
    """The spelling means another organisation until that decision is taken back."""

    status, code = 409, "spelling-taken"
