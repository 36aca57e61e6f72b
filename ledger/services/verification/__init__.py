"""Verify the ledger: derive everything again from what is stored and name every difference.

Nothing is believed that can be computed. Entries are hashed again from their columns; numbers in streams
must have no gaps; each checkpoint's root must follow from the one before it and the leaves between them, so
that a difference is named within one sealing; keys, exported checkpoints and the signatures of log witnesses
must agree; projections are rebuilt beside the living tables.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import connections, transaction

from ledger import projections, registry
from ledger.rules import Finding, FindingKind
from ledger.services import checkpoints
from ledger.services.halts import record_halt
from ledger.services.verification import cosignatures, entries, kept_files, keys, tree

FINDINGS = 200  # of one kind of check: a report is for people


@dataclass(frozen=True, slots=True)
class Report:
    """What the verifier looked at and what it found."""

    findings: tuple[Finding, ...]
    is_complete: bool
    entries: int
    streams: int
    sealed: int
    pending: int
    checkpoints: int
    exported: int
    elsewhere: int
    signing_keys: int
    cosignatures: int
    evidence: int
    tables: tuple[str, ...]
    rooms: tuple[str, ...]
    notes: tuple[str, ...]
    unrebuildable: tuple[tuple[str, str], ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify(
    *,
    now: datetime,
    quick: bool = False,
    using: str = "default",
    record: bool = True,
    against: Sequence[Path] = (),
) -> Report:
    """Verify everything, or with `quick` everything but the projections. Findings halt the ledger.

    One moment of the database is looked at, while work goes on. `against` names files or folders with checkpoints
    that were kept elsewhere. Raises OSError or BadNote when one cannot be read or is not signed as it must be.
    """
    # Listed before the moment begins: a checkpoint is exported after its commit, so each of these is in it.
    exported = checkpoints.exported()
    with _one_moment(using):
        elsewhere = _elsewhere(using, against)
        findings, is_complete = _gather([*exported, *elsewhere], quick=quick, using=using)
        report = _report(
            findings, is_complete, quick=quick, using=using, files=(len(exported), len(elsewhere))
        )
    if findings and record:
        record_halt(findings, now=now, using=using)
    return report


def _elsewhere(using: str, against: Sequence[Path]) -> list[checkpoints.Exported]:
    with connections[using].cursor() as cursor:
        signing_keys = checkpoints.signing_keys(cursor)
    return [file for path in against for file in checkpoints.kept_elsewhere(signing_keys, path)]


@contextmanager
def _one_moment(using: str) -> Iterator[None]:
    connection = connections[using]
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(using=using):
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _gather(exported: list[checkpoints.Exported], *, quick: bool, using: str) -> tuple[list[Finding], bool]:
    passes: list[Generator[Finding, None, None]] = [
        entries.findings(using),
        tree.findings(using),
        tree.exported_findings(using, exported),
        keys.findings(using),
        cosignatures.findings(using),
        kept_files.findings(using),
    ]
    if not quick:
        passes.append(projections.differences(using))
    passes += [_of_room(name, verifier) for name, verifier in registry.verifiers()]
    found: list[Finding] = []
    is_complete = True
    for one in passes:
        # Closed at once: a pass that is cut short must roll its savepoint back before the next one begins.
        with closing(one):
            part = list(islice(one, FINDINGS + 1))
        is_complete = is_complete and len(part) <= FINDINGS
        found += part[:FINDINGS]
    return found, is_complete


def _of_room(name: str, verifier: registry.Verifier) -> Generator[Finding, None, None]:
    """A room's own findings. A verifier that fails is a finding too: what was not checked is not sound."""
    try:
        yield from verifier()
    except (LookupError, ValueError, TypeError, OSError) as error:
        yield Finding(FindingKind.OTHER, name, f"its verifier failed: {type(error).__name__}: {error}")


_COUNTS = """
SELECT (SELECT count(*) FROM ledger_entry), (SELECT count(*) FROM ledger_stream),
       (SELECT count(*) FROM ledger_leaf), (SELECT count(*) FROM ledger_pending),
       (SELECT count(*) FROM ledger_checkpoint), (SELECT count(*) FROM ledger_evidence),
       (SELECT count(*) FROM ledger_signing_key), (SELECT count(*) FROM ledger_cosignature)
"""


def _report(
    findings: list[Finding],
    is_complete: bool,
    *,
    quick: bool,
    using: str,
    files: tuple[int, int],
) -> Report:
    with connections[using].cursor() as cursor:
        cursor.execute(_COUNTS)
        entries_, streams, sealed, pending, checkpoints_, evidence, takeovers, cosigned = cursor.fetchone()
    exported, elsewhere = files
    notes = []
    if checkpoints_ > exported:
        notes.append(f"{checkpoints_ - exported} of {checkpoints_} checkpoints have no exported file")
    if checkpoints_ and not exported and not elsewhere:
        notes.append("no checkpoint is kept outside the database: a rewritten history would not be seen")
    notes += [*keys.remarks(using), *cosignatures.remarks(using)]
    return Report(
        findings=tuple(findings),
        is_complete=is_complete,
        entries=entries_,
        streams=streams,
        sealed=sealed,
        pending=pending,
        checkpoints=checkpoints_,
        exported=exported,
        elsewhere=elsewhere,
        signing_keys=takeovers + 1,
        cosignatures=cosigned,
        evidence=evidence,
        tables=() if quick else tuple(table.label for table in registry.tables()),
        rooms=tuple(name for name, _ in registry.verifiers()),
        notes=tuple(notes),
        unrebuildable=tuple(registry.unrebuildable()),
    )
