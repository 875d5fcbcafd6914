"""Vocabulary of tokens."""

from typing import Final

# Of each parameter: all scopes together are shorter, and so is every secret we give.
MOST_LETTERS: Final = 1000
GRANT_TYPE: Final = "client_credentials"  # RFC 6749 §4.4.
# How long others may keep our public keys: shorter than any rotation takes.
JWKS_SECONDS: Final = 300
