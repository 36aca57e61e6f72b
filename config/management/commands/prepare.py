"""Make an installation ready to start: migrations, rights, static files and, if asked for, the demonstration.

What it starts with (software, deciding settings) is entered in the ledger when it is not what it was.
"""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.utils import timezone

from config import bundle
from config.deciding import deciding_settings
from ledger import selectors
from ledger.rules import Actor
from ledger.services.installation import note_configuration


class Command(BaseCommand):
    """`manage.py prepare [--demonstration]`"""

    help = "Migrate as the owner, grant the roles their rights, collect static files."

    def add_arguments(self, parser: CommandParser) -> None:
        """One switch."""
        parser.add_argument(
            "--demonstration", action="store_true", help="load the demonstration into an empty ledger"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do all of it; each step does nothing where it was done before."""
        alias = "owner" if "owner" in connections.settings else "default"
        call_command("migrate", database=alias, interactive=False, verbosity=0)
        call_command("grant_roles", verbosity=0)
        bundle.build()
        call_command("collectstatic", interactive=False, verbosity=0)
        if options["demonstration"]:
            self.load_demonstration()
        note_configuration(
            software=settings.SOFTWARE_VERSION,
            settings=deciding_settings(),
            actor=Actor.service("start"),
            now=timezone.now(),
            request_id=uuid4(),
        )

    def load_demonstration(self) -> None:
        """Load it into an empty ledger alone, and go on with one that was interrupted."""
        if (settings.DEMO_DIR / "sign-ins.txt").exists():
            return  # the loader writes it last
        if selectors.latest_entries(limit=1) and not selectors.is_demonstration():
            return  # somebody's own records
        if "load_demo" not in get_commands():
            self.stdout.write("there is no demonstration to load")
            return
        self.stdout.write("loading the demonstration (once)")
        call_command("load_demo")
