"""Send a few bytes to an address that the settings name, and read a short answer: no redirects, no proxies."""

from __future__ import annotations

import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

TIMEOUT = 10.0  # seconds that one step may take
LONGEST = 30.0  # seconds for the whole answer
MOST = 64 * 1024  # bytes of an answer; a cosignature has two hundred


class NotDelivered(Exception):
    """The address could not be reached, or did not take what it was sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    text: str


def post(address: str, body: str) -> Answer:
    """Post plain text to an address of the settings. Raises NotDelivered when no whole answer comes back."""
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body.encode(), {"Content-Type": "text/plain; charset=utf-8"})
        response = connection.getresponse()
        return Answer(response.status, _read(response).decode("utf-8", errors="replace"))
    except (OSError, HTTPException, UnicodeError) as error:  # a name that no network could have is one too
        raise NotDelivered(f"{type(error).__name__}: {error}"[:300]) from error
    finally:
        connection.close()


def _read(response: HTTPResponse) -> bytes:
    """The body, unless it is too long or comes too slowly: a time-out of each step alone would let it drip for ever."""
    until, data = time.monotonic() + LONGEST, b""
    while part := response.read1(MOST):
        data += part
        if len(data) > MOST:
            raise NotDelivered(f"the answer has more than {MOST} bytes")
        if time.monotonic() > until:
            raise NotDelivered(f"the answer took more than {LONGEST:.0f} seconds")
    return data
