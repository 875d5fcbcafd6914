"""Failures of answers."""

from services.kernel.web.errors import DomainError, Titles


class AlreadyAnswered(DomainError):
    """A ticket lets in one answer, and an answer does not change."""

    status, code = 409, "already-answered"
    titles = Titles(
        fi="Tällä linkillä on jo vastattu, tai linkki ei kelpaa",
        sv="Länken har redan använts för ett svar, eller så är den ogiltig",
        en="This link has been used for an answer already, or it is not valid",
    )
