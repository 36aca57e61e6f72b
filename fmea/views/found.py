"""What a page is about: found where it is the viewer's to see, or not found, in words."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils import timezone

from fmea.forms.error_words import ERRORS
from fmea.selectors.sheets import SheetView, visible_sheet
from fmea.selectors.worksheets import AtWork, at_work
from ledger.rules.errors import NotFound
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.sites import SiteView
from people.views import person_of
from qc.views.found import sites_of


def unknown(code: str) -> NotFound:
    """That there is no such thing, or none that is the viewer's to see: which of the two is not said."""
    return NotFound(code, str(ERRORS[code]))


def sheet_for(viewer: Person, code: str) -> SheetView:
    """A worksheet at one of this person's sites. Raises NotFound."""
    found = visible_sheet(viewer, code, timezone.now()) if "\x00" not in code else None
    if found is None:
        raise unknown("worksheet_unknown")
    return found


def sheet_of(request: HttpRequest, code: str) -> SheetView:
    """The same for the viewer of a page."""
    return sheet_for(person_of(request), code)


def whole_of(request: HttpRequest, code: str) -> AtWork:
    """The same with all that stands on it."""
    return at_work(sheet_of(request, code))


def may_edit(request: HttpRequest, site: str) -> bool:
    """Whether the viewer writes worksheets of this site; the services judge for themselves."""
    return person_of(request).may(Right.EDIT_SHEET, site, timezone.now())


def editing_sites(request: HttpRequest) -> Sequence[SiteView]:
    """The sites whose worksheets the viewer writes."""
    return sites_of(request, Right.OPEN_SHEET)
