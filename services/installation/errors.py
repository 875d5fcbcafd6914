"""Why Vipu cannot be run as asked: sentences for the operator at the terminal."""


class CannotRun(Exception):
    """The command cannot be done; the message says why and what the operator can do."""
