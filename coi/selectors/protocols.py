"""The protocol that an order pinned, parsed."""

import json
from functools import lru_cache

from coi.rules import protocol
from coi.rules.protocol import Protocol
from ledger.rules import canonical
from people import selectors as people


def pinned_protocol(version_id: str) -> tuple[Protocol | None, str]:
    """The protocol of this version and its printed version, `CODE/3` (one statement).

    The row is read each time; only the parsing of its unchanging bytes is remembered.
    """
    view = people.document_version(version_id)
    if view is None or view.kind != "protocol":
        return None, ""
    return _parse(canonical(view.content)), f"{view.code}/{view.version}"


@lru_cache(maxsize=64)
def _parse(content: bytes) -> Protocol | None:
    return protocol.parse(json.loads(content))[0]
