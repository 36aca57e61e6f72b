"""How far the worker is with what was asked for: no fact, so it stands beside the ledger, for whoever waits."""

from uuid import UUID

from audit.models import Position
from audit.selectors.requests import progress_name


def tell(id: UUID, percent: int) -> None:
    """So much of it is made (%)."""
    Position.objects.update_or_create(name=progress_name(id), defaults={"upto": percent})


def forget(id: UUID) -> None:
    """Nobody waits any more."""
    Position.objects.filter(name=progress_name(id)).delete()
