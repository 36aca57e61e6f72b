"""What a page is about: found where it is the viewer's to see, or not found, in words."""

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from cpv import selectors
from cpv.forms import pictures
from cpv.forms.error_words import ERRORS
from cpv.forms.standing import stratum
from cpv.selectors import ChartView
from ledger.rules.errors import NotFound
from people import selectors as people
from people.rules.rights import Right
from people.views import person_of


def chart_of(request: HttpRequest, code: str) -> ChartView:
    """A chart of the viewer's sites. Raises NotFound."""
    found = selectors.visible_chart(person_of(request), code, timezone.now())
    if found is None:
        raise NotFound("chart_unknown", str(ERRORS["chart_unknown"]))
    return found


def named(view: ChartView) -> dict[str, Any]:
    """What every page about a chart says first."""
    it = view.parameter
    return {
        "view": view,
        "title": it.title,
        "stratum": stratum(it, view.stratum),
        "unit": pictures.unit_of(view),
    }


def zones() -> dict[str, str]:
    """The IANA zone of every site, by its code (one statement)."""
    return {site.code: site.zone for site in people.sites()}


def looks_after(request: HttpRequest, sites: Collection[str]) -> bool:
    """Whether the viewer looks after charts at one of these sites; the services judge for themselves."""
    own = person_of(request).sites_of(Right.EXCLUDE_POINT, timezone.now())
    return bool(own & set(sites))
