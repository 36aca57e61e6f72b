"""Pages of files of results: handed in, looked at row by row, recorded whole or discarded."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ledger.rules.errors import NotFound
from people import selectors as people
from people.rules.rights import Right
from people.views import person_of
from qc import selectors, services
from qc.forms import import_words, texts
from qc.forms.imports import HandInForm
from qc.forms.pages import WritingForm
from qc.rules.importing import ImportState, ImportView
from qc.rules.imports import KIND, ImportKind, template
from qc.rules.methods import MethodFault
from qc.views.found import sites_of, there, zone_of
from qc.views.shared import CSV, attempt, doing, file_response


@never_cache
@require_GET
@login_required
def imports(request: HttpRequest) -> HttpResponse:
    """The files that were handed in, and where another one is."""
    person, now = person_of(request), timezone.now()
    zones = {site.code: site.zone for site in people.sites()}
    found = selectors.visible_imports(person, now)
    shown = [(one, zones[one.site], texts.IMPORT_STATES[one.state], _kind(one)) for one in found]
    return render(request, "qc/imports.html", {"files": shown, "sites": sites_of(request, Right.HAND_IN)})


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def hand_in(request: HttpRequest, site: str) -> HttpResponse:
    """Hand a file in. It is kept as it is, and looked at on the next page."""
    here = next((one for one in sites_of(request, Right.HAND_IN) if one.code == site), None)
    if here is None:
        raise NotFound("site_unknown", str(texts.ERRORS["subject_unknown"]))
    now = timezone.now()
    form = HandInForm(
        request.POST or None,
        request.FILES or None,
        site=here,
        mappings=people.effective_documents(KIND, now),
        runs=[run for run in selectors.runs_at([site]) if run.state == "accepted"],
        now=now,
    )
    if request.method == "GET":
        return render(request, "qc/import_new.html", {"form": form, "site": here})
    status, made = attempt(
        form,
        lambda: services.hand_in(handed=form.handed, site=site, **doing(request, here.code, here.zone, form)),
    )
    if made is not None:
        return redirect("qc:import", id=made.id)
    return render(request, "qc/import_new.html", {"form": form, "site": here}, status=status)


@require_GET
@login_required
def blank(request: HttpRequest) -> HttpResponse:
    """The template to fill in, empty."""
    return file_response(template(), CSV, "results.csv")


@never_cache
@require_GET
@login_required
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """What a file says, row by row, and what would be recorded of it."""
    return _page(request, _found(request, id), WritingForm())


@never_cache
@require_POST
@login_required
def act(request: HttpRequest, id: UUID, what: str) -> HttpResponse:
    """Record all of a file, or discard it."""
    found, form = _found(request, id), WritingForm(request.POST)
    service = services.record_import if what == "record" else services.discard_import
    status, done = attempt(
        form, lambda: service(id=id, **doing(request, found.site, zone_of(found.site), form))
    )
    if done is None:
        return _page(request, _found(request, id), form, status)
    if what == "record":
        messages.success(request, _("Every result of the file is recorded. Another person looks them over."))
        return redirect("qc:worklist")
    messages.success(request, _("The file is discarded; it stays as evidence."))
    return redirect("qc:imports")


def _page(request: HttpRequest, found: ImportView, form: WritingForm, status: int = 200) -> HttpResponse:
    person, now = person_of(request), timezone.now()
    is_open = found.state is ImportState.READ
    is_analyst = person.may(Right.RECORD_IMPORT, found.site, now)
    looked = services.look_at(found, person, now)
    context = {
        "file": found,
        "kind": _kind(found),
        "state": texts.IMPORT_STATES[found.state],
        "zone": zone_of(found.site),
        "looked": looked,
        "faults": _wrong(looked, is_analyst=is_analyst) if is_open else [],
        "results": looked.results if is_open else (),
        "form": form,
        "may_act": is_open and is_analyst,
    }
    return render(request, "qc/import.html", context, status=status)


def _wrong(looked: services.Looked, *, is_analyst: bool) -> list[tuple[str, str, str]]:
    """Where something is wrong, what it is, what to do: what the file says, then what cannot be recorded of it.

    A reader who records nothing is not told that they were not trained for it.
    """
    todo = _("Correct it at its source, and hand the new file in.")
    return [
        *(import_words.fault_line(fault) for fault in looked.preview.faults),
        *(
            (f"{import_words.place(it.row)} {it.about}", texts.problem_text(it), todo)
            for it in looked.problems
            if is_analyst or it.code != MethodFault.UNTRAINED
        ),
    ]


def _kind(found: ImportView) -> object:
    return import_words.KINDS[ImportKind(found.kind)]


def _found(request: HttpRequest, id: UUID) -> ImportView:
    return there(selectors.visible_import(person_of(request), id, timezone.now()), "file_unknown")
