"""Specifications, methods and control targets out of controlled documents.

The rows are read each time; only the parsing of their unchanging bytes is remembered.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from coi.rules import protocol as protocols
from coi.rules.batches import BatchSummary
from coi.rules.protocol import Protocol
from ledger.rules import canonical
from people import selectors as people
from people.rules.documents import DocumentVersionView
from qc.rules import methods, targets
from qc.rules import specification as specifications
from qc.rules.methods import Method
from qc.rules.specification import Specification
from qc.rules.targets import Targets


@dataclass(frozen=True)
class EffectiveMethod:
    """A method and the version of its document."""

    id: str
    code: str
    version: int
    method: Method


@dataclass(frozen=True)
class EffectiveTargets:
    """The targets of a method's controls and the version of their document."""

    id: str
    version: int
    targets: Targets


def effective_method(code: str, at: datetime) -> EffectiveMethod | None:
    """The version of a method in effect at this moment, or None."""
    return method_in(people.effective_document(methods.KIND, code, at))


def method_in(version: DocumentVersionView | None) -> EffectiveMethod | None:
    """The method in a version of a document; None where it is none."""
    if version is None or version.kind != methods.KIND:
        return None
    method = _parse_method(canonical(version.content))
    return None if method is None else EffectiveMethod(version.id, version.code, version.version, method)


def effective_methods(at: datetime) -> tuple[EffectiveMethod, ...]:
    """Every method in effect, by code."""
    found = (method_in(version) for version in people.effective_documents(methods.KIND, at))
    return tuple(method for method in found if method is not None)


def effective_targets(code: str, at: datetime) -> EffectiveTargets | None:
    """The targets in effect under this code, or None."""
    return targets_in(people.effective_document(targets.KIND, code, at))


def targets_in(version: DocumentVersionView | None) -> EffectiveTargets | None:
    """The targets in a version of a document; None where it holds none."""
    if version is None or version.kind != targets.KIND:
        return None
    found = _parse_targets(canonical(version.content))
    return None if found is None else EffectiveTargets(version.id, version.version, found)


def specification_of(batch: BatchSummary) -> Specification | None:
    """The specification that the batch's order pinned."""
    return specification_by_id(batch.specification_id)


def specification_by_id(id: str) -> Specification | None:
    """The specification in a version of a document; None where there is none."""
    return specification_in(people.document_version(id)) if id else None


def specification_in(version: DocumentVersionView | None) -> Specification | None:
    """The specification in a version of a document; None where it is none."""
    if version is None or version.kind != specifications.KIND:
        return None
    return _parse_specification(canonical(version.content))


def protocol_in(version: DocumentVersionView | None) -> Protocol | None:
    """The protocol in a version of a document; None where it is none."""
    is_one = version is not None and version.kind == "protocol"
    return _parse_protocol(canonical(version.content)) if version is not None and is_one else None


@lru_cache(maxsize=64)
def _parse_specification(content: bytes) -> Specification | None:
    return specifications.parse(json.loads(content))[0]


@lru_cache(maxsize=64)
def _parse_protocol(content: bytes) -> Protocol | None:
    return protocols.parse(json.loads(content))[0]


@lru_cache(maxsize=256)
def _parse_method(content: bytes) -> Method | None:
    return methods.parse(json.loads(content))[0]


@lru_cache(maxsize=64)
def _parse_targets(content: bytes) -> Targets | None:
    return targets.parse(json.loads(content))[0]
