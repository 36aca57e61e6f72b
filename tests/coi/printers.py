"""Printers for tests: a listener on this machine that does what printers do, and the things they do badly."""

import atexit
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from coi.rules.printing import PORTS

HOST = "127.0.0.1"


@dataclass
class Printer:
    """What a listener was sent, connection by connection."""

    port: int
    received: list[bytes] = field(default_factory=list)


Behaviour = Callable[[socket.socket, Printer], None]


def takes(connection: socket.socket, printer: Printer) -> None:
    """Take everything, then close."""
    data = b""
    while chunk := connection.recv(4096):
        data += chunk
    printer.received.append(data)


def breaks_off(connection: socket.socket, printer: Printer) -> None:
    """Take a little, then reset the connection."""
    printer.received.append(connection.recv(16))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hangs(until: threading.Event) -> Behaviour:
    """Take the connection and say nothing."""

    def behave(connection: socket.socket, printer: Printer) -> None:
        until.wait(20)
        printer.received.append(connection.recv(4096))

    return behave


def chatters(until: threading.Event) -> Behaviour:
    """Take everything, and never stop talking."""

    def behave(connection: socket.socket, printer: Printer) -> None:
        takes(connection, printer)
        while not until.wait(0.2):
            try:
                connection.sendall(b".")
            except OSError:
                return

    return behave


@contextmanager
def listening(behave: Behaviour = takes) -> Iterator[Printer]:
    """A printer that listens at one of the ports of printers."""
    with _bound() as listener:
        listener.listen()
        listener.settimeout(0.05)
        printer, is_over = Printer(listener.getsockname()[1]), threading.Event()

        def serve() -> None:
            while not is_over.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(20)
                    behave(connection, printer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield printer
        finally:
            is_over.set()
            thread.join(30)


def nobody() -> int:
    """A port of printers at which nobody listens: it is held to the end, so that no other test takes it."""
    listener = _bound()
    atexit.register(listener.close)
    return int(listener.getsockname()[1])


def _bound() -> socket.socket:
    """A port that is nobody else's. Other tests look for one at the same moment, from another end of the range."""
    first = os.getpid() % len(PORTS)
    for port in (*PORTS[first:], *PORTS[:first]):
        listener = socket.socket()
        try:
            listener.bind((HOST, port))
        except OSError:
            listener.close()
            continue
        return listener
    raise OSError("every port of printers is taken")
