"""Pages of controlled documents: what waits, one version, and every step of its life."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from ledger.rules import Where
from ledger.rules.errors import DomainError
from people import registry, selectors, services
from people.forms import documents as forms
from people.rules.authority import Person
from people.rules.documents import (
    OPEN_STATES,
    DocumentAction,
    DocumentVersionView,
    compare,
    leaves,
)
from people.rules.documents_text import difference
from people.views import actor_of, person_of
from people.views.signing import credential_of

# The steps of a version's page, in their order; a draft is edited on a page of its own.
STEPS: Mapping[DocumentAction, type[forms.StepForm]] = {
    DocumentAction.SUBMIT: forms.SignForm,
    DocumentAction.REVIEW: forms.SignForm,
    DocumentAction.APPROVE: forms.SignForm,
    DocumentAction.MAKE_EFFECTIVE: forms.StepForm,
    DocumentAction.REJECT: forms.RejectForm,
    DocumentAction.RETIRE: forms.RetireForm,
}
_SERVICES: Mapping[DocumentAction, Callable[..., DocumentVersionView]] = {
    DocumentAction.SUBMIT: services.submit_document,
    DocumentAction.REVIEW: services.review_document,
    DocumentAction.APPROVE: services.approve_document,
    DocumentAction.MAKE_EFFECTIVE: services.make_effective,
    DocumentAction.REJECT: services.reject_document,
    DocumentAction.RETIRE: services.retire_document,
}


@dataclass(frozen=True)
class Row:
    """A version in a list: its kind and state in words, and what waits for the reader."""

    version: DocumentVersionView
    kind: str
    state: str
    zone: str
    waits: str = ""


@never_cache
@require_GET
@login_required
def documents(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, and the newest version of every controlled document."""
    person, now, zones = person_of(request), timezone.now(), _zones()
    waiting = [
        _row(version, zones, str(forms.WAITING[action]))
        for version in selectors.open_versions()
        for action in forms.WAITING
        if action in selectors.acts_open_to(person, version, now)
    ]
    context = {
        "waiting": waiting,
        "rows": [_row(version, zones) for version in selectors.latest_versions()],
        "may_write": bool(kinds_open_to(person, now)),
    }
    return render(request, "people/documents.html", context)


def _row(version: DocumentVersionView, zones: Mapping[str, str], waits: str = "") -> Row:
    state = str(forms.STATES[version.state])
    return Row(version, kind_title(version.kind), state, zones.get(version.site, "UTC"), waits)


def _zones() -> dict[str, str]:
    """The zone of each site, by its code."""
    return {site.code: site.zone for site in selectors.sites()}


def kind_title(kind: str) -> str:
    """What a kind is called."""
    known = registry.document_kind(kind)
    return str(known.shown.title) if known and known.shown.title else kind.replace("_", " ")


def kinds_open_to(person: Person, now: datetime) -> list[registry.DocumentKind]:
    """The kinds of which the person may write at least at one site."""
    known = [registry.document_kind(kind) for kind in registry.document_kinds()]
    return [kind for kind in known if kind is not None and person.sites_of(kind.writing, now)]


# --- one version -----------------------------------------------------------------------------------------------------


def version_or_404(id: UUID) -> DocumentVersionView:
    """The version with this id."""
    found = selectors.document_version(id)
    if found is None:
        raise Http404
    return found


@never_cache
@require_GET
@login_required
def document(request: HttpRequest, id: UUID) -> HttpResponse:
    """One version: content, signatures and whether they still fit, what changed, and what the reader may do."""
    return _page(request, version_or_404(id))


@never_cache
@sensitive_post_parameters("password")
@require_POST
@login_required
def act(request: HttpRequest, id: UUID, what: DocumentAction) -> HttpResponse:
    """One step of a version's life."""
    version, form = version_or_404(id), STEPS[what](request.POST, auto_id=f"{what}_%s")
    status = 422
    if form.is_valid():
        status = attempt(form, lambda: _step(request, version, form, what))
    if status == 200:
        messages.success(request, str(forms.DONE[what]))
        return redirect("people:document", id)
    return _page(request, version_or_404(id), failed={what: form}, status=status)


def _step(
    request: HttpRequest, version: DocumentVersionView, form: forms.StepForm, what: DocumentAction
) -> DocumentVersionView:
    about: dict[str, Any] = {"id": version.id, **doing(request, form, version.site)}
    asked = form.cleaned_data
    if isinstance(form, forms.SignForm):
        about["credential"] = credential_of(request, asked)
        about["seen"] = asked["seen"]
    if "reason" in asked:
        about["reason"] = asked["reason"]
    return _SERVICES[what](**about)


def doing(request: HttpRequest, form: forms.WritingForm, site: str) -> dict[str, Any]:
    """Who, where, when and under which request: what every service takes."""
    return {
        "actor": actor_of(request),
        "where": Where(site=site, zone=_zones().get(site, "UTC")),
        "now": timezone.now(),
        "request_id": form.cleaned_data["request_id"],
    }


def attempt(form: forms.WritingForm, do: Callable[[], Any]) -> int:
    """Do it; what the service finds wrong is shown at the form. Answers with the HTTP status, 200 when it was done."""
    try:
        do()
    except DomainError as error:
        form.take(error)
        return error.http_status
    return 200


def _page(
    request: HttpRequest,
    version: DocumentVersionView,
    *,
    failed: Mapping[DocumentAction, forms.StepForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    history = selectors.versions_of(version.kind, version.code)
    before = next((v for v in history if v.version == version.version - 1), None)
    lines = difference(before.content, version.content) if before else ()
    acts = selectors.acts_open_to(person_of(request), version, timezone.now())
    signatures = [
        (
            signature,
            forms.MEANINGS.get(signature.meaning, signature.meaning),
            selectors.standing(signature),
        )
        for signature in selectors.signatures("document_version", version.id)
    ]
    context = {
        "row": _row(version, _zones()),
        "version": version,
        "content": leaves(version.content),
        "history": [(other, forms.STATES[other.state]) for other in history],
        "before": before,
        "lines": lines,
        "differences": compare(before.content, version.content) if before and lines is None else (),
        "signatures": signatures,
        "steps": _steps(version, acts, failed or {}),
        "may_edit": DocumentAction.EDIT in acts,
        "may_go_on": _may_write_next(request, version, history),
        "has_picture": _has_picture(version),
        "no_picture": _why_no_picture(version),
    }
    return render(request, "people/document.html", context, status=status)


def _steps(
    version: DocumentVersionView,
    acts: frozenset[DocumentAction],
    failed: Mapping[DocumentAction, forms.StepForm],
) -> list[tuple[str, str, forms.StepForm]]:
    """The forms of the steps that are open to the reader, and of the one that was just refused, which says why."""
    initial = {"seen": version.digest}
    return [
        (
            action.value,
            reverse(f"people:document_{action}", args=[version.id]),
            failed.get(action) or form(initial=initial, auto_id=f"{action}_%s"),
        )
        for action, form in STEPS.items()
        if action in acts or action in failed
    ]


def _may_write_next(
    request: HttpRequest, version: DocumentVersionView, history: list[DocumentVersionView]
) -> bool:
    kind = registry.document_kind(version.kind)
    is_open = any(other.state in OPEN_STATES for other in history)
    may = kind is not None and person_of(request).may(kind.writing, version.site, timezone.now())
    return may and not is_open


# --- a picture of what it makes --------------------------------------------------------------------------------------


def _draw(version: DocumentVersionView) -> bytes | None:
    """A picture, where the kind has one; raises NotDrawable."""
    kind = registry.document_kind(version.kind)
    if kind is None or kind.shown.preview is None:
        return None
    return kind.shown.preview(version.code, version.content)


def _has_picture(version: DocumentVersionView) -> bool:
    kind = registry.document_kind(version.kind)
    return kind is not None and kind.shown.preview is not None


def _why_no_picture(version: DocumentVersionView) -> str:
    try:
        _draw(version)
    except registry.NotDrawable as error:
        return str(error.words)
    return ""


@never_cache
@require_GET
@login_required
def preview(request: HttpRequest, id: UUID) -> HttpResponse:
    """A picture of what this version makes, of made-up facts and marked as a specimen."""
    person_of(request)
    try:
        picture = _draw(version_or_404(id))
    except registry.NotDrawable as error:
        raise Http404 from error
    if picture is None:
        raise Http404
    return HttpResponse(picture, content_type="image/png")
