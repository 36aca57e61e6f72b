"""What a request is about: found where it is the caller's to see, or not found."""

from django.utils import timezone
from rest_framework.request import Request

from coi.api.authentication import viewer_of
from fmea.selectors.sheets import SheetView, visible_sheet
from ledger.rules.errors import NotFound
from people.rules.authority import Person


def sheet_for(viewer: Person, code: str) -> SheetView:
    """A worksheet at one of this person's sites. Raises NotFound."""
    found = visible_sheet(viewer, code, timezone.now()) if "\x00" not in code else None
    if found is None:
        raise NotFound("worksheet_unknown")
    return found


def sheet_of(request: Request, code: str) -> SheetView:
    """The same for whoever calls."""
    return sheet_for(viewer_of(request), code)
