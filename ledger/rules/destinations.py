"""Where checkpoints go as they are made: mailboxes, web addresses, log witnesses. Only what is configured is called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from ledger.rules.cosignatures import WitnessKey

FIRST_RETRY = timedelta(seconds=15)
LONGEST_RETRY = timedelta(minutes=15)
LONGEST = 300  # characters of one destination: its state is kept under its name


class DestinationKind(StrEnum):
    """How a checkpoint gets there."""

    MAIL = "mail"
    POST = "post"
    WITNESS = "witness"


@dataclass(frozen=True, slots=True)
class Destination:
    """One place outside. The address of a witness whose signatures are only checked is empty."""

    kind: DestinationKind
    address: str
    witness: WitnessKey | None = None

    @property
    def name(self) -> str:
        """What its state is kept under; another key at the same address is another witness."""
        who = f"{self.witness.name}+{self.witness.id.hex()} " if self.witness else ""
        return f"{self.kind.value}:{who}{self.address}"


def mailboxes(text: str) -> tuple[Destination, ...]:
    """Addresses of mailboxes, separated by commas. Raises ValueError naming the one that is none."""
    found = _parts(text)
    for address in found:
        box, at, host = address.partition("@")
        if not (box and at and host) or "@" in host or any(c.isspace() or c in "<>\"'" for c in address):
            raise ValueError(f"{address!r} is not the address of a mailbox")
    return tuple(Destination(DestinationKind.MAIL, address) for address in found)


def web_addresses(text: str) -> tuple[Destination, ...]:
    """Addresses to post to, separated by commas. Raises ValueError naming the one that may not be."""
    return tuple(Destination(DestinationKind.POST, web_address(part)) for part in _parts(text))


def log_witnesses(text: str) -> tuple[Destination, ...]:
    """Log witnesses, separated by commas: each its verifier key, a space, its address.

    Without an address its old signatures are checked and it is asked for none. Raises ValueError (BadNote is one).
    """
    found = []
    for part in _parts(text):
        key, _, address = part.partition(" ")
        prefix = web_address(address.strip()).rstrip("/") if address.strip() else ""
        found.append(Destination(DestinationKind.WITNESS, prefix, WitnessKey.read(key)))
    return tuple(found)


def web_address(text: str) -> str:
    """The address as it stands, if it may be called: https, or plain http on this machine. Raises ValueError."""
    parts = urlsplit(text)
    is_plain = not (parts.username or parts.password or parts.fragment) and text.isascii()
    if not (parts.hostname and is_plain and " " not in text) or parts.port == 0:
        raise ValueError(f"{text!r} is not a web address without user and password")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)):
        return text
    raise ValueError(f"{text!r} must begin with https:// (http:// is for this machine alone)")


def is_loopback(host: str) -> bool:
    """Whether the name or address is this machine's own."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def retry_after(attempts: int) -> timedelta:
    """How long to wait after so many failures: longer each time, and never given up."""
    return min(FIRST_RETRY * (1 << min(max(attempts, 1) - 1, 10)), LONGEST_RETRY)


def _parts(text: str) -> list[str]:
    found = [part.strip() for part in text.split(",") if part.strip()]
    if len(set(found)) < len(found):
        raise ValueError("a destination stands twice")
    if long := [part for part in found if len(part) > LONGEST]:
        raise ValueError(f"{long[0][:80]!r}... is longer than {LONGEST} characters")
    return found
