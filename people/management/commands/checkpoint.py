"""`manage.py checkpoint`: print a checkpoint, the key that signs, or where checkpoints have got to."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger import selectors, services
from ledger.rules.errors import DomainError
from ledger.selectors import DestinationState
from ledger.services import NotDelivered, Refused


class Command(BaseCommand):
    """Only what is asked for stands on standard output, so that it can be written into a file."""

    help = "Print the newest checkpoint with the signatures of log witnesses over it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to print."""
        parser.add_argument(
            "--size", type=int, help="the checkpoint of so many entries, instead of the newest"
        )
        act = parser.add_mutually_exclusive_group()
        act.add_argument(
            "--key", action="store_true", help="the verifier key that signs now, and the statements"
        )
        act.add_argument("--state", action="store_true", help="how far each destination has got checkpoints")
        act.add_argument(
            "--for-witness",
            type=int,
            metavar="KNOWN",
            help="the request to a log witness that signed KNOWN entries last (0: none), for witness.py cosign",
        )
        act.add_argument(
            "--take", type=Path, metavar="FILE", help="keep what witness.py cosign answered (with --size)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        try:
            text = self._text(options)
        except DomainError as error:
            raise CommandError(error.message) from error
        except (NotDelivered, Refused, OSError, UnicodeError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(text, ending="")

    def _text(self, options: dict[str, Any]) -> str:
        if options["key"]:
            return "\n".join([services.verifier_key(), *selectors.key_statements()]) + "\n"
        if options["state"]:
            return "".join(f"{told(state)}\n" for state in selectors.publication_state()) or "nowhere\n"
        if options["for_witness"] is not None:
            return services.request_for(options["for_witness"])
        found = selectors.checkpoint_of(options["size"])
        if found is None:
            raise CommandError("There is no such checkpoint.")
        if options["take"]:
            answer = options["take"].read_text(encoding="utf-8")
            return f"{services.keep_cosignatures(size=found.size, answer=answer)} signatures kept\n"
        return found.note + "".join(selectors.cosignature_lines([found.size])[found.size])


def told(state: DestinationState) -> str:
    """One destination, in one line."""
    got = (
        f"{state.size} entries at {state.delivered_at:%Y-%m-%d %H:%M} UTC"
        if state.delivered_at
        else "nothing yet"
    )
    waits = f"; behind for {state.waiting_for.total_seconds():.0f} s" if state.waiting_for is not None else ""
    refused = "REFUSES: " if state.is_refused else ""
    return f"{state.name}: {got}{waits}{f'; {refused}{state.last_error}' if state.last_error else ''}"
