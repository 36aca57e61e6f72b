"""What was written in words and lies in the vault: for rooms above, which ask who may read it themselves."""

from base64 import b64decode
from collections.abc import Collection
from typing import Any

from django.conf import settings

from coi.models import Vault
from coi.rules import vault
from coi.rules.vault import VaultKind


def kept_texts(ids: Collection[str]) -> dict[str, str]:
    """The words by the ids under which they lie; what was erased or cannot be read is not among them (one statement,
    none without ids)."""
    if not ids:
        return {}
    key, wanted = b64decode(settings.VAULT_KEY), list[Any](ids)
    found: dict[str, str] = {}
    for row in Vault.objects.filter(id__in=wanted, kind=VaultKind.TEXT):
        context = f"{VaultKind.TEXT}:{row.id}"
        unsealed = vault.unseal(bytes(row.ciphertext), key=key, context=context)
        if unsealed is not None:
            found[str(row.id)] = unsealed[0].decode()
    return found
