"""Vocabulary of tokens."""

from typing import Final

GRANT_TYPE: Final = "client_credentials"  # RFC 6749 §4.4.
# How long others may keep our public keys: shorter than any rotation takes.
JWKS_SECONDS: Final = 300
