"""The protocol that an order pinned, parsed, and what its steps are called."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from coi.rules import protocol
from coi.rules.protocol import Does, Protocol
from people import selectors as people
from people.rules.documents import PinnedVersion

# Parsed content by its digest: what a signed version says never changes, and which version an order pinned, and what
# its digest is, are read from the database each time.
_parsed: dict[str, Protocol] = {}
MOST = 64
Titles = Mapping[str, str]
# By the version as entries name it: an entry names a version only once it is signed, and then it stays as it is.
_titles: dict[str, Titles] = {}


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


def effective_protocol(product: str, at: datetime) -> Protocol | None:
    """The protocol that an order of this product would pin at this moment (two statements)."""
    version = people.effective_document("protocol", product, at)
    return pinned_protocol(version.id)[0] if version is not None else None


def titles_of(protocol: Protocol | None) -> Titles:
    """What the steps of a protocol are called, by their codes."""
    return {step.code: step.title for step in protocol.steps} if protocol is not None else {}


def titles_by_version(version_ids: Iterable[str]) -> Mapping[str, Titles]:
    """The same for several pinned protocols (one statement for each version)."""
    return {version: titles_of(pinned_protocol(version)[0]) for version in set(version_ids)}


def infusing_steps(version_ids: Iterable[str]) -> list[str]:
    """The codes of the steps that infuse, in these pinned protocols (one statement for each version)."""
    found = (pinned_protocol(version)[0] for version in set(version_ids))
    return sorted({it.code for known in found if known for it in known.steps if it.does is Does.INFUSE})


def titles_as_entered(version: str) -> Titles:
    """The titles of a protocol by its version as an entry names it, `CODE/3`; none where there is no such version."""
    known = _titles.get(version)
    if known is not None or not version:
        return known or {}
    code, _slash, number = version.rpartition("/")
    found = next((v for v in people.versions_of("protocol", code) if str(v.version) == number), None)
    titles = titles_of(pinned_protocol(found.id)[0]) if found is not None else {}
    if titles:
        if len(_titles) >= MOST:
            _titles.clear()
        _titles[version] = titles
    return titles
