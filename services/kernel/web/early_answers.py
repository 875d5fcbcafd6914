"""Answers that are known before the route has run to its end."""

from fastapi import Response


class EarlyAnswer(Exception):
    """A dependency or a route has the whole answer already. Not a failure.

    The route sends it as its own answer, and an open transaction of the request commits.
    """

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response
