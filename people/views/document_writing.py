"""Pages on which a controlled document is written: its first version, its next one, a draft."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from ledger.rules.errors import NotAllowed
from people import registry, selectors, services
from people.forms import documents as forms
from people.rules.documents import DocumentAction, DocumentState, DocumentVersionView
from people.rules.documents_text import difference, pretty
from people.views import person_of
from people.views.documents import attempt, doing, kind_title, kinds_open_to, version_or_404


@never_cache
@require_GET
@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """Which kind of document to write."""
    kinds = kinds_open_to(person_of(request), timezone.now())
    if not kinds:
        raise NotAllowed("role_missing", str(forms.ERRORS["role_missing"]))
    shown = [(kind.kind, kind_title(kind.kind), kind.shown.about) for kind in kinds]
    return render(request, "people/document_new.html", {"kinds": shown})


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def write(request: HttpRequest, kind: str) -> HttpResponse:
    """The first version of a document."""
    known = registry.document_kind(kind)
    if known is None:
        raise Http404
    mine = person_of(request).sites_of(known.writing, timezone.now())
    if not mine:
        raise NotAllowed("role_missing", str(forms.ERRORS["role_missing"]))
    sites = [(site.code, f"{site.code}: {site.name}") for site in selectors.sites() if site.code in mine]
    initial = {"content": pretty(known.shown.start)}
    form = forms.NewForm(request.POST or None, kind=known, sites=sites, initial=initial)

    def save() -> DocumentVersionView:
        asked = form.cleaned_data
        about = {name: asked[name] for name in ("code", "title", "content", "site")}
        return services.draft_document(kind=kind, number=1, **about, **doing(request, form, asked["site"]))

    return _write(request, form, save, {"kind": known, "title": _("New document")})


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def write_next(request: HttpRequest, id: UUID) -> HttpResponse:
    """The next version of a document, from the content of the one in effect, or else of the newest."""
    version = version_or_404(id)
    known = _may_write(request, version)
    history = selectors.versions_of(version.kind, version.code)
    base = next((v for v in history if v.state is DocumentState.EFFECTIVE), history[0])
    initial = {"title": base.title, "content": pretty(base.content), "number": len(history) + 1}
    form = forms.NextForm(request.POST or None, kind=known, initial=initial)

    def save() -> DocumentVersionView:
        asked = form.cleaned_data
        about = {name: asked[name] for name in ("title", "reason", "content", "number")}
        same: dict[str, Any] = {
            "kind": base.kind,
            "code": base.code,
            "site": base.site,
            "schema": base.schema,
        }
        return services.draft_document(**same, **about, **doing(request, form, base.site))

    title = _("New version of %(code)s") % {"code": base.code}
    return _write(request, form, save, {"kind": known, "title": title, "base": base})


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def edit(request: HttpRequest, id: UUID) -> HttpResponse:
    """The content of a draft, by its author."""
    version = version_or_404(id)
    known = _may_write(request, version)
    if DocumentAction.EDIT not in selectors.acts_open_to(person_of(request), version, timezone.now()):
        is_draft = version.state is DocumentState.DRAFT
        code = "only_the_author" if is_draft else "not_in_this_state"
        raise NotAllowed(code, str(forms.ERRORS[code]))
    initial = {"content": pretty(version.content), "seen": version.digest}
    form = forms.EditForm(request.POST or None, kind=known, initial=initial)

    def save() -> DocumentVersionView:
        asked = form.cleaned_data
        about = {"id": version.id, "content": asked["content"], "seen": asked["seen"]}
        return services.edit_document(**about, **doing(request, form, version.site))

    title = _("Draft of %(code)s, version %(number)d") % {"code": version.code, "number": version.version}
    return _write(request, form, save, {"kind": known, "title": title, "draft": version})


def _may_write(request: HttpRequest, version: DocumentVersionView) -> registry.DocumentKind:
    known = registry.document_kind(version.kind)
    if known is None or not person_of(request).may(known.writing, version.site, timezone.now()):
        raise NotAllowed("role_missing", str(forms.ERRORS["role_missing"]))
    return known


def _write(
    request: HttpRequest,
    form: forms.ContentForm,
    save: Callable[[], DocumentVersionView],
    context: dict[str, Any],
) -> HttpResponse:
    """Show the form, or save what it holds. A conflict shows how what was typed differs from what stands now."""
    saved: list[DocumentVersionView] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            status = attempt(form, lambda: saved.append(save()))
    if saved:
        messages.success(request, _("The draft is saved."))
        return redirect("people:document", saved[0].id)
    draft = context.get("draft")
    lines = difference(draft.content, form.cleaned_data["content"]) if draft and status == 409 else ()
    context |= {"form": form, "kind_title": kind_title(context["kind"].kind), "lines": lines or ()}
    return render(request, "people/document_write.html", context, status=status)
