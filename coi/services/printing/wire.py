"""Bytes to a printer over raw TCP, inside the networks in which printers stand and within seconds.

The address is looked up once and the very address that was judged is connected to, so that a name cannot lead elsewhere
in between.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from coi.rules.printing import Network, Trouble, is_allowed

CONNECT_SECONDS = 3.0
SEND_SECONDS = 8.0


class Unreachable(Exception):
    """No connection: not a byte was sent."""

    def __init__(self, trouble: Trouble, text: str) -> None:
        super().__init__(text)
        self.trouble = trouble


@contextmanager
def connected(host: str, port: int, networks: Sequence[Network]) -> Iterator[socket.socket]:
    """A connection to a printer. Raises Unreachable."""
    family, address = _address(host, port, networks)
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect((address, port))
        except OSError as error:
            raise Unreachable(Trouble.OFFLINE, _text(error)) from error
        yield connection


def _address(host: str, port: int, networks: Sequence[Network]) -> tuple[int, str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(Trouble.OFFLINE, _text(error)) from error
    for family, _kind, _protocol, _name, place in found:
        if is_allowed(str(place[0]), networks):
            return family, str(place[0])
    raise Unreachable(Trouble.ADDRESS_NOT_ALLOWED, "not in a network of printers")


def send(connection: socket.socket, data: bytes) -> tuple[Trouble | None, str]:
    """Send everything and wait for the printer to close; what is in doubt afterwards, and what the machine said.

    A printer that has taken all closes in its turn. One that breaks off may have printed, or half of it; so may one
    that says nothing until the time is over.
    """
    until = monotonic() + SEND_SECONDS
    connection.settimeout(SEND_SECONDS)
    try:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            # One that keeps talking must not keep the worker.
            connection.settimeout(max(0.01, until - monotonic()))
    except TimeoutError as error:
        return Trouble.SILENT, _text(error)
    except OSError as error:
        return Trouble.INTERRUPTED, _text(error)
    return None, ""


def _text(error: OSError) -> str:
    return str(error)[:200]
