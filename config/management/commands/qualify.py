"""Check the installation in which this runs, and write the evidence: a part of `make qualify`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.qualification import evidence, installation


class Command(BaseCommand):
    """`manage.py qualify [--to FOLDER]`"""

    help = "Check the installation and write what was expected and observed."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("--to", type=Path, default=None, help="the folder (default: a new one)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Carry out the steps and write the sheet."""
        default = Path(settings.BASE_DIR) / "var" / "qualification" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        folder = options["to"] or default
        outcomes = evidence.carry_out(installation.STEPS)
        about = (folder, "installation", installation.ABOUT, settings.SOFTWARE_VERSION)
        has_passed = evidence.write(*about, outcomes)
        self.stdout.write(f"{evidence.told(outcomes)}\nwrote {folder}")
        if not has_passed:
            raise CommandError("failed: " + "; ".join(it.name for it in outcomes if not it.passed))
