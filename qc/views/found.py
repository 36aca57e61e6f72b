"""What a page is about: found where it is the viewer's to see, or not found, in words. And where things are done."""

from typing import TypeVar

from django.http import HttpRequest
from django.utils import timezone

from ledger.rules.errors import NotFound
from people import selectors as people
from people.rules.rights import Right
from people.rules.sites import SiteView
from people.views import person_of
from qc import selectors
from qc.forms import texts
from qc.rules.runs import RunView
from qc.rules.stability import StudyView
from qc.selectors import BatchView

T = TypeVar("T")


def unknown(code: str) -> NotFound:
    """That there is no such thing, or none that is the viewer's to see: which of the two is not said."""
    return NotFound(code, str(texts.ERRORS[code]))


def there(found: T | None, code: str) -> T:
    """What was found. Raises NotFound with the words for `code` where nothing was."""
    if found is None:
        raise unknown(code)
    return found


def batch_of(request: HttpRequest, code: str) -> BatchView:
    """A batch at one of the viewer's sites."""
    return there(selectors.batch_view(person_of(request), code, timezone.now()), "batch_unknown")


def run_of(request: HttpRequest, code: str) -> RunView:
    """A run at one of the viewer's sites."""
    return there(selectors.visible_run(person_of(request), code, timezone.now()), "run_unknown")


def study_of(request: HttpRequest, code: str) -> StudyView:
    """A study at one of the viewer's sites."""
    return there(selectors.visible_study(person_of(request), code, timezone.now()), "study_unknown")


def sites_of(request: HttpRequest, right: Right) -> list[SiteView]:
    """The sites at which the right is the viewer's."""
    own = person_of(request).sites_of(right, timezone.now())
    return [site for site in people.sites() if site.code in own]


def zone_of(site: str) -> str:
    """The IANA zone of a site by its code. Raises LookupError: what is recorded was made at a site that is there."""
    found = people.site_by_code(site)
    if found is None:
        raise LookupError(f"there is no site {site}")
    return found.zone
