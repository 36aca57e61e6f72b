"""The protocol that an order pinned, parsed."""

from coi.rules import protocol
from coi.rules.protocol import Protocol
from people import selectors as people
from people.rules.documents import PinnedVersion

# Parsed content by its digest: what a signed version says never changes, and which version an order pinned, and what
# its digest is, are read from the database each time.
_parsed: dict[str, Protocol] = {}
MOST = 64


def pinned_protocol(version_id: str) -> tuple[Protocol | None, str]:
    """The protocol of this version and its printed version, `CODE/3` (one statement).

    None when there is none, or its content is not what its signatures are over.
    """
    known = dict(_parsed)  # another thread may make room meanwhile
    found = people.pinned_version(version_id, known=list(known))
    if found is None or found.kind != "protocol":
        return None, ""
    parsed = known.get(found.digest) if found.content is None else _parse(found)
    return parsed, f"{found.code}/{found.version}"


def _parse(found: PinnedVersion) -> Protocol | None:
    parsed = protocol.parse(found.content)[0] if found.is_as_signed else None
    if parsed is not None:
        if len(_parsed) >= MOST:
            _parsed.clear()
        _parsed[found.digest] = parsed
    return parsed
