"""The least of an HTTP/1.1 client: one kept connection, one JSON request at a time. Standard library alone.

`http.client` would parse every answer's headers as a mail's and take a good part of the two cores from the server
that is measured; here the generator stays small beside it.
"""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

LIMIT = 30.0  # seconds without an answer are a failure


class Broken(ConnectionError):
    """The server closed the connection, or sent what is no answer."""


@dataclass
class Line:
    """One connection to the server on this machine, opened again when it was closed while idle."""

    port: int
    _socket: socket.socket | None = None
    _left: bytes = b""
    reopened: int = field(default=-1)

    def open(self) -> None:
        """Connect anew."""
        self.close()
        self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._left = b""
        self.reopened += 1

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def post(self, path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> tuple[int, Any, float]:
        """Send one request; the status, the answer, and the seconds from the first byte out to the last one in."""
        data = json.dumps(body).encode()
        lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(data)}", *(f"{name}: {value}" for name, value in headers.items())]
        message = "\r\n".join(lines).encode() + b"\r\n\r\n" + data
        if self._socket is None:
            self.open()
        try:
            return self._exchange(message)
        except Broken:
            # closed while idle: the same request again, which is safe by its scan_id
            self.open()
            return self._exchange(message)

    def _exchange(self, message: bytes) -> tuple[int, Any, float]:
        began = perf_counter()
        try:
            self._wire().sendall(message)
            head = self._until(b"\r\n\r\n").lower()
            size = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            while len(self._left) < size:
                self._receive()
        except (ConnectionError, IndexError) as error:
            raise Broken(str(error)) from error
        took = perf_counter() - began
        content, self._left = self._left[:size], self._left[size:]
        if b"connection: close" in head:
            self.close()
        return int(head.split(b" ", 2)[1]), _read(content), took

    def _wire(self) -> socket.socket:
        if self._socket is None:
            raise Broken("no connection")
        return self._socket

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._left:
            self._receive()
        head, _, self._left = self._left.partition(mark)
        return head + b"\r\n"

    def _receive(self) -> None:
        piece = self._wire().recv(65536)
        if not piece:
            raise Broken("the server closed the connection")
        self._left += piece


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return {"message": content[:200].decode("utf-8", "replace")}
