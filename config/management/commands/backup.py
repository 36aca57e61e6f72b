"""Write a backup: `make backup`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from config import backups


class Command(BaseCommand):
    """`manage.py backup [--to FOLDER]`"""

    help = "Write database, evidence and checkpoints into one file. Keys are kept apart and are not in it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("--to", type=Path, default=None, help="the folder (default: BACKUP_DIR)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it and say where it is."""
        alias = "owner" if "owner" in connections.settings else "default"
        folders = {"evidence": settings.EVIDENCE_DIR, "checkpoints": settings.CHECKPOINT_DIR}
        try:
            made = backups.write(
                options["to"] or settings.BACKUP_DIR,
                connections[alias].settings_dict,
                folders,
                datetime.now(UTC),
                settings.SOFTWARE_VERSION,
            )
        except (backups.BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"wrote {made} ({made.stat().st_size // 1024} KiB). The keys are not in it: keep them apart."
        )
