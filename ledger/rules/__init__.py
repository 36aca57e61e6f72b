"""The ledger's arithmetic: canonical bytes, hashes, trees, notes. No Django, no database, no clock."""

from ledger.rules.actors import Actor, ActorKind, AuthMethod, EntryRef, Subject, TimeSource, Where, derive
from ledger.rules.canonical import canonical
from ledger.rules.changes import Change, new, put
from ledger.rules.findings import Finding, FindingKind

__all__ = [
    "Actor",
    "ActorKind",
    "AuthMethod",
    "Change",
    "EntryRef",
    "Finding",
    "FindingKind",
    "Subject",
    "TimeSource",
    "Where",
    "canonical",
    "derive",
    "new",
    "put",
]
