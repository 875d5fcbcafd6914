"""The one failure of the embedded database."""


class EmbeddedError(Exception):
    """The embedded database cannot be used; the message is a sentence for the person at the terminal."""
