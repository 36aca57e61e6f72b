"""`manage.py rebuild_search`: what the search looks through, made again from the ledger."""

from typing import Any

from django.core.management.base import BaseCommand

from audit.services.indexing import follow, forget


class Command(BaseCommand):
    """The search finds nothing older meanwhile, and no scan waits for it."""

    help = "Empty the search and fill it again from the ledger."

    def handle(self, *args: Any, **options: Any) -> None:
        """Forget everything, then follow to the end."""
        forget()
        total = 0
        while count := follow():
            total += count
        self.stdout.write(f"{total} entries taken in")
