"""Spellings of organisations as they are compared: the registry decides what one means, events joins by it."""

import unicodedata


def spelling_key(text: str | None) -> str | None:
    """Return the text as spellings are compared: NFKC, no case, single spaces. Returns None where nothing is left.

    The key of a key is the same key, so a service may compare what another one has stored.
    """
    if text is None:
        return None
    # Folding the case may take composed characters apart, so that they are composed again.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split()) or None
