"""What is installed: software and its components, servers, keys, and when the last backup was written."""

import hashlib
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path

import redis
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from ledger.services.checkpoints import public_key
from ledger.services.proofs import log_keys

_CLASSIFIER = "License ::"
_LONGEST_LICENCE = 80


@dataclass(frozen=True)
class Component:
    """A package that the software stands on; `licence` as the package says it, empty where it says nothing."""

    name: str
    version: str
    licence: str


def components() -> tuple[Component, ...]:
    """Every installed package, by name."""
    found = {it.metadata["Name"].lower(): it for it in distributions() if it.metadata["Name"]}
    return tuple(Component(name, it.version, _licence(it)) for name, it in sorted(found.items()))


def _licence(it: Distribution) -> str:
    """The SPDX expression, else the classifiers, else a short text: some packages put the whole licence there."""
    said = it.metadata.get_all("License-Expression")
    if said:
        return str(said[0])
    classes = [c for c in it.metadata.get_all("Classifier") or [] if c.startswith(_CLASSIFIER)]
    if classes:
        return ", ".join(c.rpartition("::")[2].strip() for c in classes)
    text = str((it.metadata.get_all("License") or [""])[0]).strip()
    return text.splitlines()[0][:_LONGEST_LICENCE] if text else ""


def migrations() -> tuple[tuple[str, str, datetime], ...]:
    """The newest migration of each room, with when it was applied (one statement)."""
    newest: dict[str, tuple[str, datetime]] = {}
    rows = MigrationRecorder.Migration.objects.order_by("id")
    for app, name, applied in rows.values_list("app", "name", "applied"):
        newest[app] = (name, applied)
    return tuple((app, *newest[app]) for app in sorted(newest))


def database_version() -> str:
    """The version of PostgreSQL (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
    return str(version)


def redis_version() -> str:
    """The version of Redis; empty where it does not answer."""
    timeout = settings.REDIS_TIMEOUT
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=timeout, socket_connect_timeout=timeout
        ) as client:
            return str(client.info("server")["redis_version"])
    except (redis.RedisError, OSError):
        return ""


def key_fingerprints() -> Sequence[tuple[str, str]]:
    """Of each key that others check something with: its purpose and the SHA-256 of its public part."""
    raw = public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return (("checkpoints", hashlib.sha256(raw).hexdigest()),)


def log_key_fingerprints() -> Sequence[tuple[str, str]]:
    """Each key that signs or once signed checkpoints, as a verifier key, and the SHA-256 of its public part."""
    return [(text, hashlib.sha256(b64decode(text.split("+", 2)[2])[1:]).hexdigest()) for text in log_keys()]


def last_backup() -> tuple[str, datetime, int] | None:
    """Name, time and bytes of the newest backup in the folder; None where none is to be seen from here."""
    folder = Path(settings.BACKUP_DIR)
    try:
        files = [(path.stat().st_mtime, path) for path in folder.glob("*.tar") if path.is_file()]
    except OSError:
        return None
    if not files:
        return None
    at, newest = max(files)
    return newest.name, datetime.fromtimestamp(at, UTC), newest.stat().st_size
