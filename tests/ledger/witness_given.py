"""A log witness as it runs elsewhere: its own folder, its own door on this machine, none of our settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from ledger import services
from ledger.rules.destinations import log_witnesses
from ledger.rules.offline.witness import Server, Witness

AT = 1_767_323_045.6
NAME = "witness.example/w1"


def made(folder: Path, *, name: str = NAME, seed: bytes = b"w" * 32) -> Witness:
    """A witness of our ledger, begun anew."""
    Witness.make(folder, name, services.verifier_key(), seed)
    return Witness(folder, clock=lambda: AT)


@contextmanager
def at_work(witness: Witness) -> Iterator[str]:
    """The witness behind its door; gives the address."""
    server = Server(("127.0.0.1", 0), witness)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def asked(settings: Any, witness: Witness, address: str) -> None:
    """Our settings name this witness."""
    settings.LEDGER_WITNESSES = log_witnesses(f"{witness.verifier_key} {address}")
