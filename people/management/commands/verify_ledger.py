"""`manage.py verify_ledger`: derive the ledger again from what is stored and name every difference."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledger.rules import Actor, Where
from ledger.rules.errors import DomainError
from ledger.services import Report, resolve_halt, verify


class Command(BaseCommand):
    """Exit status 0 when nothing was found, 1 when the ledger is broken."""

    help = "Verify entries, streams, tree, checkpoints, evidence and projections; name what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("--quick", action="store_true", help="leave out the rebuilding of projections")
        parser.add_argument(
            "--resolve", metavar="REASON", help="if nothing is found, end a halt for this reason"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and print."""
        report = verify(now=timezone.now(), quick=options["quick"])
        self.stdout.write(text_of(report))
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


def text_of(report: Report) -> str:
    """The report for a person at a terminal."""
    lines = [
        f"{report.entries} entries in {report.streams} streams: {report.sealed} sealed by"
        f" {report.checkpoints} checkpoints, {report.pending} waiting; {report.evidence} pieces of evidence.",
        f"Projections rebuilt and compared: {', '.join(report.tables) or 'none (--quick)'}.",
    ]
    lines += [f"Note: {note}." for note in report.notes]
    lines.append("Cannot be rebuilt from entries:")
    lines += [f"  {what}: {why}" for what, why in report.unrebuildable]
    if report.is_sound:
        return "\n".join([*lines, "SOUND: everything is as it was recorded."])
    more = "" if report.is_complete else " or more"
    lines.append(f"BROKEN: {len(report.findings)}{more} findings.")
    return "\n".join([*lines, *(f"  {finding}" for finding in report.findings)])
