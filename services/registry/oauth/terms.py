"""Vocabulary of tokens."""

from typing import Final

# Characters of each parameter: all scopes together are shorter, and so is every secret of the registry.
MAX_LENGTH: Final = 1000
GRANT_TYPE: Final = "client_credentials"  # RFC 6749 §4.4.
# How long clients may cache the public keys: shorter than any rotation takes.
JWKS_SECONDS: Final = 300
