"""`manage.py verify_ledger`: derive the ledger again from what is stored and name every difference."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from ledger.rules import Actor, Finding, Where
from ledger.rules.errors import DomainError
from ledger.rules.notes import BadNote
from ledger.services import Report, resolve_halt, verify

NOT_DONE = 2  # exit status


class Command(BaseCommand):
    """Exit status 0 when nothing was found, 1 when the ledger is broken, 2 when it could not be verified."""

    help = "Verify entries, streams, tree, keys, checkpoints, evidence and projections; name what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("--quick", action="store_true", help="leave out the rebuilding of projections")
        parser.add_argument(
            "--against",
            metavar="PATH",
            type=Path,
            action="append",
            default=[],
            help="compare with checkpoints that were kept elsewhere: a file, or a folder of .note files",
        )
        parser.add_argument(
            "--resolve", metavar="REASON", help="if nothing is found, end a halt for this reason"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and print."""
        try:
            report = verify(now=timezone.now(), quick=options["quick"], against=options["against"])
        except (DatabaseError, OSError, BadNote) as error:
            detail = str(error).strip() or type(error).__name__
            raise CommandError(
                f"NOT VERIFIED, which says nothing yet: {detail}", returncode=NOT_DONE
            ) from error
        self.stdout.write(text_of(report, names_tables=options["verbosity"] > 1))
        if not report.is_sound:
            raise CommandError("The ledger is BROKEN. It is not sealed any further until this is resolved.")
        if options["resolve"] is not None:
            self._resolve(options["resolve"], is_quick=options["quick"])

    def _resolve(self, reason: str, *, is_quick: bool) -> None:
        if is_quick:
            raise CommandError("A halt is resolved after a whole verification: leave out --quick.")
        try:
            resolve_halt(
                actor=Actor.service("verify_ledger"),
                where=Where(),
                now=timezone.now(),
                request_id=uuid4(),
                reason=reason,
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write("The halt is resolved; sealing goes on.")


def text_of(report: Report, *, names_tables: bool = False) -> str:
    """The report for a person at a terminal: what was looked at, what that cannot show, and last the result."""
    lines = [f"THE LEDGER {settings.LEDGER_ORIGIN}", "", *_checked(report)]
    if names_tables:
        lines += [f"                 {name}" for name in report.tables]
    if report.notes:
        lines += ["", "Know this", *(f"  ! {note}." for note in report.notes)]
    lines += ["", "What this cannot see", *_unseen(report), ""]
    return "\n".join([*lines, *_result(report)])


def _checked(report: Report) -> list[str]:
    tables = f"{len(report.tables)} tables rebuilt from the entries and compared row by row"
    keys = "1 signing key" if report.signing_keys == 1 else f"{report.signing_keys} signing keys in turn"
    return [
        "What was checked",
        f"  entries        {report.entries} entries in {report.streams} streams: every column hashed again,"
        " numbers without gaps",
        f"  tree           {report.sealed} sealed by {report.checkpoints} checkpoints, {report.pending} waiting"
        " for the next one",
        f"  checkpoints    roots and signatures, by {keys}; {report.exported} exported files,"
        f" {report.elsewhere} kept elsewhere",
        f"  log witnesses  {report.cosignatures} signatures of theirs",
        f"  evidence       {report.evidence} files, read whole",
        f"  projections    {tables if report.tables else 'NOT checked (--quick)'}",
        f"  rooms          {', '.join(report.rooms) or 'none checks records of its own'}",
    ]


def _unseen(report: Report) -> list[str]:
    lines = [
        "  - entries cut off again before they were sealed, the number of their stream being set back: seconds, while"
        " the worker runs",
        "  - a history written anew and signed with a stolen key, unless a checkpoint from before is compared"
        " (--against) or a log witness is asked",
    ]
    return lines + [f"  - {what}: {why}" for what, why in report.unrebuildable]


def _result(report: Report) -> list[str]:
    if report.is_sound:
        return ["RESULT: SOUND. Everything that was checked is as it was recorded."]
    more = "" if report.is_complete else " and more that are not listed"
    count = len(report.findings)
    lines = [f"RESULT: BROKEN. {count} finding{'' if count == 1 else 's'}{more}:"]
    for number, finding in enumerate(report.findings, 1):
        lines += [
            f"  {number:>3}. {finding.kind.value.upper():<11} {finding.where}",
            f"       {_told(finding)}",
        ]
    return [
        *lines,
        "",
        "What to do now",
        "  1. Repair nothing and restore nothing. Keep this report, a backup and the logs.",
        "  2. Tell quality: they decide about the journeys that the findings name. Scans go on and are recorded;"
        " sealing and release stop.",
        "  3. Compare with checkpoints kept elsewhere (--against) and ask the log witnesses.",
        "  4. Go on with 'The ledger is broken' in docs/operations.md.",
    ]


def _told(finding: Finding) -> str:
    place = [finding.table, f"row {finding.row_id}" if finding.row_id else "", ", ".join(finding.columns)]
    named = ", ".join(part for part in place if part and part not in finding.where)
    return f"{finding.detail}{f' ({named})' if named else ''}"
