"""Identifiers: UUIDv7 for public objects, UUIDv4 for people and answers; the secrets of links."""

import secrets
import time
from hashlib import sha256
from uuid import UUID, uuid4

_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random_bits = secrets.randbits(74)
    high, low = random_bits >> 62, random_bits & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | _VERSION_7 | (high << 64) | _VARIANT | low)


def new_private_id() -> UUID:
    """Make a UUIDv4, for people and answers: it reveals nothing, not even the time at which it was made."""
    return uuid4()


def new_secret() -> str:
    """Make a link secret of 192 random bits as 32 URL-safe characters."""
    return secrets.token_urlsafe(24)


def secret_hash(secret: str) -> bytes:
    """Return the hash of a link secret, which is stored in its place. Random bits need no slow hash."""
    return sha256(secret.encode()).digest()
