"""The page on which a worksheet is written, and the requests that it sends while people write."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from coi.forms.scans import read_body
from fmea import services
from fmea.forms import sheet_answers as answers
from fmea.forms.error_words import error_text
from fmea.forms.sheet_names import names_answer
from fmea.forms.sheet_sent import MOST_BYTES, parse_edit, parse_since
from fmea.forms.sheet_words import boot_words, formalities, scales
from fmea.rules.scales import HIGHEST, LOWEST
from fmea.selectors import names_to_choose, sheets
from fmea.selectors.worksheets import at_work
from fmea.views.found import sheet_for, sheet_of
from ledger.rules import Where
from ledger.rules.errors import DomainError
from people.rules.authority import Person
from people.views import actor_of, person_of
from qc.forms.answers import in_words
from qc.views.found import zone_of

# What the page's modules ask for, by the ends of their names among the addresses.
_DOORS = ("data", "changes", "edits", "faults", "names")


class NotSignedIn(DomainError):
    """The session is over (401): the page keeps what was typed, and says so."""

    http_status = 401


@never_cache
@require_GET
@login_required
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet's page; what stands on the sheet is fetched by its modules."""
    with in_words(error_text):
        found = sheet_of(request, code)
    addresses = {name: reverse(f"fmea:sheet_{name}", args=[code]) for name in _DOORS}
    context = {
        "sheet": found,
        "formalities": formalities(),
        "scales": scales(),
        "levels": range(LOWEST, HIGHEST + 1),
        "boot": {"urls": addresses, **boot_words()},
    }
    return render(request, "fmea/sheet.html", context)


@never_cache
@require_GET
def data(request: HttpRequest, code: str) -> JsonResponse:
    """The whole sheet, and whether this person may write on it."""
    with in_words(error_text):
        viewer = _viewer(request)
        found = sheet_for(viewer, code)
        may = answers.may_answer(viewer, found, sheets.version_being_signed(code), timezone.now())
        return JsonResponse(answers.sheet_answer(found, sheets.bare_items(found), may))


@never_cache
@require_GET
def changes(request: HttpRequest, code: str) -> JsonResponse:
    """What others have changed since a revision that this page has seen."""
    with in_words(error_text):
        viewer = _viewer(request)
        asked = parse_since(request.GET.dict())
        found = sheet_for(viewer, code)
        told = sheets.news_since(found, asked.since, answers.editor_name(viewer.printed_name, asked.page))
        is_resting = bool(sheets.resting([code]))
        return JsonResponse(answers.changes_answer(found, told, is_resting=is_resting))


@never_cache
@require_POST
def edits(request: HttpRequest, code: str) -> JsonResponse:
    """Write on the sheet. What somebody else wrote meanwhile is an answer, not an error."""
    with in_words(error_text):
        viewer = _viewer(request)
        sent = parse_edit(read_body(request, MOST_BYTES))
        found = sheet_for(viewer, code)
        edited = services.edit_sheet(
            code=code,
            asked=sent.asked,
            base=sent.base,
            editor=answers.editor_name(viewer.printed_name, sent.page),
            actor=actor_of(request),
            where=Where(site=found.site, zone=zone_of(found.site)),
            now=timezone.now(),
            request_id=sent.request_id,
        )
        return JsonResponse(answers.edit_answer(edited, sent.asked))


@never_cache
@require_GET
def faults(request: HttpRequest, code: str) -> JsonResponse:
    """What is still to be done before the sheet can be signed, cell by cell."""
    with in_words(error_text):
        whole = at_work(sheet_for(_viewer(request), code))
        return JsonResponse(answers.faults_answer(whole, services.to_do(whole, timezone.now())))


@never_cache
@require_GET
def names(request: HttpRequest, code: str) -> JsonResponse:
    """What may be named as evidence and as what a control is, for this worksheet's product."""
    with in_words(error_text):
        found = sheet_for(_viewer(request), code)
        product = str(found.header.get("product") or "")
        return JsonResponse(names_answer(names_to_choose(product, timezone.now())))


def _viewer(request: HttpRequest) -> Person:
    if not request.user.is_authenticated:
        raise NotSignedIn("not_signed_in")
    return person_of(request)
