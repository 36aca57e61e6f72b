"""`manage.py bootstrap`: the first organisation, site and administrator of an empty installation."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledger.rules.errors import DomainError, Invalid
from people.rules.sites import OrganisationKind
from people.services import FirstSite, bootstrap


class Command(BaseCommand):
    """Refused once there is any user. The activation code is printed this once and kept nowhere."""

    help = "Make the first organisation, site and administrator of an empty installation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the installation begins with."""
        kinds = [kind.value for kind in OrganisationKind]
        parser.add_argument("--organisation", required=True, help="its code, such as CELLS-ORG")
        parser.add_argument("--organisation-name", required=True)
        parser.add_argument("--kind", required=True, choices=kinds)
        parser.add_argument("--site", required=True, help="its code, such as CELLS")
        parser.add_argument("--site-name", required=True)
        parser.add_argument("--zone", required=True, help="such as Europe/Amsterdam")
        parser.add_argument("--locale", default="en", help="such as en-GB (default: en)")
        parser.add_argument("--fin", default="", help="facility number; a site that collects needs it")
        parser.add_argument("--gln", default="", help="global location number")
        parser.add_argument("--username", required=True, help="the administrator signs in with it")
        parser.add_argument("--printed-name", required=True, help="as it stands in records")
        parser.add_argument("--email", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them and print the activation code."""
        about = {name: options[name] for name in FirstSite.__dataclass_fields__}
        try:
            made = bootstrap(
                first=FirstSite(**about | {"kind": OrganisationKind(options["kind"])}),
                username=options["username"],
                printed_name=options["printed_name"],
                email=options["email"],
                now=timezone.now(),
                request_id=uuid4(),
            )
        except Invalid as error:
            faults = ", ".join(f"{name}: {problem}" for name, problem in error.detail["fields"].items())
            raise CommandError(f"Nothing was made. {faults}") from error
        except DomainError as error:
            raise CommandError("Nothing was made: there are users already.") from error
        self.stdout.write(
            f"Site {options['site']} and its administrator {options['username']} are made.\n"
            f"Activation code, shown this once: {made.activation_code}\n"
            "Its owner sets password and PIN with it at /activate/, within seven days."
        )
