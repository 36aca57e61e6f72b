"""A log witness as it runs elsewhere: its own folder, its own door on this machine, none of our settings."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from ledger import services
from ledger.rules.destinations import log_witnesses
from ledger.rules.offline.witness import Server, Witness
from tests.serving import serving

AT = 1_767_323_045.6
NAME = "witness.example/w1"


def made(folder: Path, *, name: str = NAME, seed: bytes = b"w" * 32) -> Witness:
    """A witness of our ledger, begun anew."""
    Witness.make(folder, name, services.verifier_key(), seed)
    return Witness(folder, clock=lambda: AT)


def at_work(witness: Witness) -> AbstractContextManager[str]:
    """The witness behind its door; gives the address."""
    return serving(Server(("127.0.0.1", 0), witness))


def asked(settings: Any, witness: Witness, address: str) -> None:
    """Our settings name this witness."""
    settings.LEDGER_WITNESSES = log_witnesses(f"{witness.verifier_key} {address}")
