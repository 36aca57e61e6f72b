"""What allauth asks of us about second factors: secrets are sealed with a key that is not in the database."""

import os
from base64 import b64decode, b64encode

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

_NONCE_BYTES = 12


class FactorAdapter(DefaultMFAAdapter):
    """Seals the secrets of apps and recovery codes, and names the account as its owner knows it."""

    def encrypt(self, text: str) -> str:
        """Sealed (AES-256-GCM), in base64."""
        nonce = os.urandom(_NONCE_BYTES)
        return b64encode(nonce + _cipher().encrypt(nonce, text.encode(), None)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """What was sealed; raises InvalidTag under another key."""
        sealed = b64decode(encrypted_text)
        return _cipher().decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """How the app lists the account."""
        return str(user.get_username())


def _cipher() -> AESGCM:
    """A key of its own, drawn from that of the vault: neither opens what the other sealed."""
    drawn = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"people.factor")
    return AESGCM(drawn.derive(b64decode(settings.VAULT_KEY)))
