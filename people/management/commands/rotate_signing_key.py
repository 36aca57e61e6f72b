"""`manage.py rotate_signing_key`: let another key sign checkpoints from now on."""

from __future__ import annotations

from argparse import ArgumentParser
from base64 import b64decode
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledger.rules import Actor
from ledger.rules.errors import DomainError
from ledger.rules.notes import read_verifier_key
from ledger.rules.signing_keys import Takeover
from ledger.services import replace_lost_key, rotate_signing_key

ACTOR = Actor.service("rotate_signing_key")


class Command(BaseCommand):
    """What the old key signed stays valid; from here on it may sign nothing more."""

    help = "Let another key sign checkpoints: stated by the old key, or, where that is lost, by the new one alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which key, and why."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            "--new-key", type=Path, help="the file made by: python -m config.keys new-signing-key FILE"
        )
        which.add_argument(
            "--old-key-lost",
            action="store_true",
            help="the settings hold the new key; nobody has the old one",
        )
        parser.add_argument("--old-key", help="its verifier key, if no file in CHECKPOINT_DIR names it")
        parser.add_argument("--reason", required=True, help="why; it stays on record")

    def handle(self, *args: Any, **options: Any) -> None:
        """State it, and say what to do next."""
        try:
            takeover = self._replace(options) if options["old_key_lost"] else self._rotate(options)
        except DomainError as error:
            raise CommandError(f"Nothing was changed: {error.message}.") from error
        except (OSError, ValueError) as error:
            raise CommandError(f"Nothing was changed: {error}") from error
        self.stdout.write(
            f"Up to {takeover.after} entries {takeover.old} signs, and nothing beyond.\n"
            f"From then on {takeover.new} signs."
        )
        if takeover.is_emergency:
            self.stdout.write("The old key did not state this: every verification will say so. Tell quality.")
        else:
            self.stdout.write(
                "Now put the new key into LEDGER_SIGNING_KEY and start web and worker again: nothing is sealed"
                " until then, and nothing is lost. Then destroy the old key."
            )

    def _rotate(self, options: dict[str, Any]) -> Takeover:
        seed = b64decode(options["new_key"].read_text(encoding="ascii").strip(), validate=True)
        return rotate_signing_key(
            new_key=Ed25519PrivateKey.from_private_bytes(seed),
            actor=ACTOR,
            now=timezone.now(),
            request_id=uuid4(),
            reason=options["reason"],
        )

    def _replace(self, options: dict[str, Any]) -> Takeover:
        given = options["old_key"]
        return replace_lost_key(
            old=read_verifier_key(given)[1] if given else None,
            actor=ACTOR,
            now=timezone.now(),
            request_id=uuid4(),
            reason=options["reason"],
        )
