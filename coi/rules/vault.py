"""Sealing personal data: AES-256-GCM with a random salt inside, and the digest that the ledger keeps instead.

No randomness is drawn here: the caller passes salt and nonce.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SALT_BYTES = 32
NONCE_BYTES = 12


class VaultKind(StrEnum):
    """What a sealed piece is."""

    PATIENT = "patient"
    SCAN = "scan"
    TEXT = "text"


@dataclass(frozen=True)
class Sealed:
    """Ciphertext for the vault, digest for the ledger."""

    ciphertext: bytes
    digest: str


def seal(plain: bytes, *, key: bytes, salt: bytes, nonce: bytes, context: str) -> Sealed:
    """Encrypt salt + plain, bound to `context` (kind and id), so that a row moved to another id does not open.

    `key`: 32 bytes, `salt`: 32, `nonce`: 12. The digest is SHA-256(salt + plain): the salt keeps short values from
    being guessed, and goes with the ciphertext when that is erased.
    """
    if len(salt) != SALT_BYTES or len(nonce) != NONCE_BYTES:
        raise ValueError("salt must have 32 bytes and nonce 12")
    ciphertext = nonce + AESGCM(key).encrypt(nonce, salt + plain, context.encode())
    return Sealed(ciphertext, hashlib.sha256(salt + plain).hexdigest())


def unseal(ciphertext: bytes, *, key: bytes, context: str) -> tuple[bytes, str] | None:
    """(plain, digest), or None when the key, the context or a byte is wrong, or the piece was erased."""
    if len(ciphertext) < NONCE_BYTES + SALT_BYTES:
        return None
    try:
        opened = AESGCM(key).decrypt(ciphertext[:NONCE_BYTES], ciphertext[NONCE_BYTES:], context.encode())
    except InvalidTag:
        return None
    return opened[SALT_BYTES:], hashlib.sha256(opened).hexdigest()
