"""Furnish a prepared, empty installation with the demonstration site and patients to scan; print what a client needs.

python -m tests.concurrency.site_for_server 40
"""

import json
import sys
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.db import transaction  # noqa: E402

from config.demonstration import site  # noqa: E402
from tests import given  # noqa: E402


def main(patients: int) -> None:
    """As of yesterday, so that badges and training are in force now."""
    with transaction.atomic():
        demo = site.build(datetime.now(UTC) - timedelta(days=1))
        found: dict[str, list[list[str]]] = {"N": [], "S": []}
        for number in range(1, patients + 1):
            at = site.HOSPITAL if number % 2 else site.SECOND
            player = given.a_journey(demo, number=number, at=at)
            found[player.letter].append([player.order_code, player.wristband])
    badges = {name: demo.member(name).badge for name in ("Nora", "Sara", "Lena", "Marta")}
    sys.stdout.write(json.dumps({"tokens": demo.tokens, "badges": badges, "patients": found}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
