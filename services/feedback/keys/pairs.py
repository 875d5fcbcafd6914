"""Pairs of keys for HPKE (RFC 9180), with the hybrid of ML-KEM-768 and X25519.

An answer stays sealed unless both are broken. The two parts of a key are stored one after the other.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
# FIPS 203: an encapsulation key of ML-KEM-768, and the seed that a decapsulation key is made of.
_MLKEM_PUBLIC_BYTES: Final = 1184
_MLKEM_SEED_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A pair of keys as bytes."""

    public: bytes
    private: bytes


def new_pair() -> KeyPair:
    """Make a pair of keys."""
    mlkem, x25519 = MLKEM768PrivateKey.generate(), X25519PrivateKey.generate()
    return KeyPair(
        public=_public(mlkem, x25519),
        private=mlkem.private_bytes_raw() + x25519.private_bytes_raw(),
    )


def _public(mlkem: MLKEM768PrivateKey, x25519: X25519PrivateKey) -> bytes:
    return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def fits(private: bytes, public: bytes) -> bool:
    """Return whether the stored keys are one pair."""
    try:
        return _public(*_parts(private)) == public
    except ValueError:
        return False


def public_key(stored: bytes) -> MLKEM768X25519PublicKey:
    """Return the public key of the bytes of a pair."""
    mlkem, x25519 = stored[:_MLKEM_PUBLIC_BYTES], stored[_MLKEM_PUBLIC_BYTES:]
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(mlkem), X25519PublicKey.from_public_bytes(x25519)
    )


def private_key(stored: bytes) -> MLKEM768X25519PrivateKey:
    """Return the private key of the bytes of a pair."""
    return MLKEM768X25519PrivateKey(*_parts(stored))


def _parts(stored: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    seed, x25519 = stored[:_MLKEM_SEED_BYTES], stored[_MLKEM_SEED_BYTES:]
    return MLKEM768PrivateKey.from_seed_bytes(seed), X25519PrivateKey.from_private_bytes(x25519)
