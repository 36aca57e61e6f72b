"""Restore a backup into an empty installation, and verify what was restored: `make restore FROM=file`."""

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from config import backups


class Command(BaseCommand):
    """`manage.py restore FILE`"""

    help = (
        "Restore a backup into an empty database and empty folders; nothing that is there is ever replaced."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which backup."""
        parser.add_argument("backup", type=Path)
        parser.add_argument("--no-verify", action="store_true", help="do not verify the ledger afterwards")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check the backup, check that there is room for it, put it back, give the rights, verify."""
        alias = "owner" if "owner" in connections.settings else "default"
        with connections[alias].cursor() as cursor:
            if connections[alias].introspection.table_names(cursor):
                raise CommandError(
                    "the database is not empty: a backup is restored into a new one, never over another"
                )
        connections[alias].close()
        folders = {"evidence": settings.EVIDENCE_DIR, "checkpoints": settings.CHECKPOINT_DIR}
        try:
            with tempfile.TemporaryDirectory(prefix="veintrace-restore-") as unpacked:
                manifest = backups.unpack(options["backup"], Path(unpacked))
                backups.put_back(Path(unpacked), connections[alias].settings_dict, folders)
        except (backups.BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        call_command("grant_roles", verbosity=0)
        self.stdout.write(f"restored the state of {manifest['made_at']} (version {manifest['version']})")
        if not options["no_verify"]:
            call_command("verify_ledger")
