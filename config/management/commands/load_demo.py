"""Load the demonstration site into an empty installation, and then its history."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from config.demonstration import cards, sheet
from config.demonstration.loading import load_history, load_present
from config.demonstration.site import Demo
from ledger.rules.errors import Conflict
from ledger.selectors import is_demonstration
from ledger.services import NotEmpty


class Command(BaseCommand):
    """`manage.py load_demo` and `manage.py load_demo --history`"""

    help = (
        "Load the demonstration site: synthetic patients, simulated times, everything made by the services."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The history takes longer and is loaded while people work already."""
        parser.add_argument(
            "--history", action="store_true", help="play the finished journeys of the past year"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load once; an installation that holds anything is left alone."""
        folder = Path(settings.DEMO_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        if options["history"]:
            self.load_history(folder)
        else:
            self.load_present(folder)

    def load_present(self, folder: Path) -> None:
        """The site and its open journeys in one transaction; its files are for this account's eyes alone."""
        if not ((folder / "demo.json").exists() and is_demonstration()):
            try:
                with transaction.atomic():
                    demo = load_present(timezone.now(), self.tell)
                    # Before the commit: the tokens are shown once, and must not be lost with the process.
                    write(folder / "demo.json", json.dumps(sheet.as_data(demo), indent=1).encode())
            except (Conflict, NotEmpty) as error:
                raise CommandError("this installation is not empty: nothing was loaded") from error
        write(folder / "sign-ins.txt", sheet.sign_ins(read(folder)).encode())
        if not (folder / "cards.pdf").exists():
            write(folder / "cards.pdf", cards.card_sheets(read(folder), timezone.now()))

    def load_history(self, folder: Path) -> None:
        """The finished journeys, once."""
        done = folder / "history.done"
        if done.exists():
            return
        if not (folder / "demo.json").exists():
            raise CommandError("there is no demonstration here whose history could be loaded")
        load_history(
            sheet.from_data(json.loads((folder / "demo.json").read_text(encoding="utf-8"))), self.tell
        )
        done.touch()

    def tell(self, text: str) -> None:
        """Progress, at once."""
        self.stdout.write(f"demonstration: {text}")
        self.stdout.flush()


def write(path: Path, data: bytes) -> None:
    """Write a file that holds secrets, whole or not at all."""
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_bytes(data)
    draft.replace(path)


def read(folder: Path) -> Demo:
    """The demonstration that was loaded here."""
    return sheet.from_data(json.loads((folder / "demo.json").read_text(encoding="utf-8")))
