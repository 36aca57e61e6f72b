"""Secrets: made once, kept where only their owner can read them.

A local set-up keeps them in one file beside its data; `config.embedded`, `config.run` and the tests call this. For
production `make secrets` writes one file each into ./secrets, for docker-compose.yml (each setting NAME is read from
the file that NAME_FILE names, see `config.settings`). `python -m config.keys new-signing-key FILE` makes a key that
is to take over from the one that signs checkpoints.
"""

import base64
import os
import secrets
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

NAME = "secrets.env"

_MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "LEDGER_SIGNING_KEY": lambda: _base64(32),
    "VAULT_KEY": lambda: _base64(32),
    "INDEX_KEY": lambda: _base64(32),
    "POSTGRES_PASSWORD": lambda: secrets.token_hex(24),
    "OWNER_PASSWORD": lambda: secrets.token_hex(24),
    "APP_PASSWORD": lambda: secrets.token_hex(24),
    "SEALER_PASSWORD": lambda: secrets.token_hex(24),
}


def _base64(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode("ascii")


def load(folder: Path) -> dict[str, str]:
    """Return the secrets kept in `folder`, making those that are not there yet. Never replaces one."""
    path = folder / NAME
    known: dict[str, str] = {}
    if path.exists():
        for line in path.read_text(encoding="ascii").splitlines():
            name, separator, value = line.partition("=")
            if separator:
                known[name] = value
    missing = [name for name in _MAKERS if name not in known]
    if missing:
        known.update({name: _MAKERS[name]() for name in missing})
        write_private(path, "".join(f"{name}={value}\n" for name, value in known.items()))
    return known


def application(known: dict[str, str], folder: Path) -> dict[str, str]:
    """The environment that `config.settings` wants, for a local set-up with its data in `folder`."""
    names = ("SECRET_KEY", "LEDGER_SIGNING_KEY", "VAULT_KEY", "INDEX_KEY")
    return {name: known[name] for name in names} | {
        "LEDGER_ORIGIN": "veintrace.local/ledger",
        "CHECKPOINT_DIR": str(folder / "checkpoints"),
        "EVIDENCE_DIR": str(folder / "evidence"),
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "EMAIL_URL": f"filemail:///{folder / 'mail'}",  # a demonstration writes to nobody: its mail is files
        "SECURE_COOKIES": "off",  # plain HTTP, on this machine alone
        # the people of a demonstration share a printed password and have no telephones
        "REQUIRE_SECOND_FACTOR": "off",
        "PASSWORD_MAX_AGE_DAYS": "0",
    }


def write_private(path: Path, text: str) -> None:
    """Replace a file that only its owner may read. At once: after a crash it is the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)


def for_compose(folder: Path) -> list[str]:
    """Write what docker-compose.yml wants into `folder`, leaving what is there; return the names of the new files.

    The folder is closed to others. The files in it are not: in the container another account reads them.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    wanted = dict(_MAKERS)
    for role in ("owner", "app", "sealer"):
        _keep(folder / f"{role}_password", wanted.pop(f"{role.upper()}_PASSWORD"))
    made = [name.lower() for name in wanted if _keep(folder / name.lower(), wanted[name])]
    for role, name in (
        ("app", "database_url"),
        ("owner", "database_owner_url"),
        ("sealer", "database_sealer_url"),
    ):
        password = (folder / f"{role}_password").read_text(encoding="ascii")
        address = f"postgresql://veintrace_{role}:{password}@postgres:5432/veintrace"
        made += [name] if _keep(folder / name, partial(str, address)) else []
    return made


def _keep(path: Path, make: Callable[[], str]) -> bool:
    """Write a file unless it is there."""
    if path.exists():
        return False
    write_private(path, make())
    path.chmod(0o444)
    return True


def new_signing_key(path: Path) -> None:
    """Write a new key for checkpoints, for `manage.py rotate_signing_key`. Never replaces a file."""
    if path.exists():
        raise FileExistsError(f"{path} is there already")
    write_private(path, _MAKERS["LEDGER_SIGNING_KEY"]() + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["new-signing-key"]:
        new_signing_key(Path(sys.argv[2]))
        sys.exit(0)
    new = for_compose(Path(sys.argv[1] if len(sys.argv) > 1 else "secrets"))
    print("made: " + ", ".join(new) if new else "nothing made: all there")
