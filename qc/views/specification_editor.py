"""Pages on which a specification is written with forms: a first version, a next one, a draft.

One page, one form: every button sends the whole of it back. What is saved goes the way of every controlled document,
by the services of `people`, and is reviewed and approved on its pages.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ledger.rules.errors import Invalid, NotAllowed
from people import registry, services
from people import selectors as people
from people.forms.documents import ERRORS, ContentForm
from people.rules.authority import Person
from people.rules.documents import DocumentAction, DocumentState, DocumentVersionView
from people.rules.documents_text import difference
from people.views import person_of
from people.views.documents import attempt, doing
from qc.forms import texts
from qc.forms.examples import example
from qc.forms.specification_editor import AgainForm, DraftForm, Editor, FirstForm, editor_of
from qc.rules.specification import KIND, SCHEMA
from qc.views.found import there, unknown

Save = Callable[[ContentForm], DocumentVersionView]


@dataclass(frozen=True)
class Writing:
    """What is being written: its form, what it begins with, how it is saved, and what the page says about it."""

    form: type[ContentForm]
    start: dict[str, Any]
    initial: dict[str, Any]
    save: Save
    title: str
    back: str
    more: dict[str, Any] = field(default_factory=dict)
    draft: DocumentVersionView | None = None


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def write(request: HttpRequest) -> HttpResponse:
    """The first version of a specification: from nothing, or from an example (`?from=`)."""
    mine = person_of(request).sites_of(_kind().writing, timezone.now())
    if not mine:
        raise NotAllowed("role_missing", str(ERRORS["role_missing"]))
    sites = [(site.code, f"{site.code}: {site.name}") for site in people.sites() if site.code in mine]
    start = _start(request.GET.get("from", ""))

    def save(form: ContentForm) -> DocumentVersionView:
        asked = form.cleaned_data
        about = {name: asked[name] for name in ("code", "title", "content", "site")}
        about |= {"kind": KIND, "schema": SCHEMA, "number": 1}
        return services.draft_document(**about, **doing(request, form, asked["site"]))

    initial = {"code": start.get("product", ""), "title": start["name"]}
    back = reverse("qc:specifications")
    return _page(
        request, Writing(FirstForm, start, initial, save, _("New specification"), back, {"sites": sites})
    )


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def write_next(request: HttpRequest, id: UUID) -> HttpResponse:
    """The next version, from the content of the one in effect, or else of the newest."""
    version = _version(request, id)
    history = people.versions_of(KIND, version.code)
    base = next((one for one in history if one.state is DocumentState.EFFECTIVE), history[0])

    def save(form: ContentForm) -> DocumentVersionView:
        asked = form.cleaned_data
        about = {name: asked[name] for name in ("title", "reason", "content", "number")}
        about |= {"kind": KIND, "code": base.code, "site": base.site, "schema": SCHEMA}
        return services.draft_document(**about, **doing(request, form, base.site))

    initial = {"title": base.title, "number": len(history) + 1}
    title = _("New version of %(code)s") % {"code": base.code}
    back = reverse("qc:specification", args=[base.id])
    return _page(request, Writing(AgainForm, dict(base.content), initial, save, title, back))


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def edit(request: HttpRequest, id: UUID) -> HttpResponse:
    """A draft, by its author."""
    version = _version(request, id)
    if not may_edit(person_of(request), version):
        code = "only_the_author" if version.state is DocumentState.DRAFT else "not_in_this_state"
        raise NotAllowed(code, str(ERRORS[code]))

    def save(form: ContentForm) -> DocumentVersionView:
        asked = form.cleaned_data
        about = {"id": version.id, "content": asked["content"], "seen": asked["seen"]}
        return services.edit_document(**about, **doing(request, form, version.site))

    title = _("Draft of %(code)s, version %(number)d") % {"code": version.code, "number": version.version}
    back = reverse("qc:specification", args=[version.id])
    start, initial = dict(version.content), {"seen": version.digest}
    return _page(request, Writing(DraftForm, start, initial, save, title, back, draft=version))


def may_edit(person: Person, version: DocumentVersionView) -> bool:
    """Whether this person may change this draft now."""
    return DocumentAction.EDIT in people.acts_open_to(person, version, timezone.now())


def may_write(person: Person, site: str = "") -> bool:
    """Whether this person may write specifications, of this site or of any."""
    sites = person.sites_of(_kind().writing, timezone.now())
    return site in sites if site else bool(sites)


def _page(request: HttpRequest, writing: Writing) -> HttpResponse:
    """The page as it was opened, or after a button of it."""
    if request.method != "POST":
        editor = Editor(writing.start)
        form = _form(writing, initial=writing.initial | {"content": editor.text})
        return _render(request, writing, editor, form)
    found = editor_of(request.POST)
    if found is None:
        raise Invalid("fields_invalid", str(texts.ERRORS["content_not_readable"]))
    act = request.POST.get("act", "look")
    found.write(request.POST)
    found.act(act)
    data = _sent(request.POST, found)
    if act != "save":
        return _render(request, writing, found, _form(writing, initial=data.dict()))
    return _save(request, writing, found, _form(writing, data))


def _save(request: HttpRequest, writing: Writing, editor: Editor, form: ContentForm) -> HttpResponse:
    saved: list[DocumentVersionView] = []
    status = attempt(form, lambda: saved.append(writing.save(form))) if form.is_valid() else 422
    if saved:
        messages.success(request, _("The draft is saved. Sign it as its author, and it goes to its review."))
        return redirect("people:document", saved[0].id)
    lines = difference(writing.draft.content, editor.content) if writing.draft and status == 409 else ()
    return _render(request, writing, editor, form, lines=lines or (), status=status)


def _render(
    request: HttpRequest,
    writing: Writing,
    editor: Editor,
    form: ContentForm,
    *,
    lines: Any = (),
    status: int = 200,
) -> HttpResponse:
    context = {
        "editor": editor,
        "form": form,
        "writing": writing,
        "lines": lines,
        "is_refused": status != 200,
    }
    return render(request, "qc/specification_editor.html", context, status=status)


def _form(writing: Writing, data: QueryDict | None = None, **more: Any) -> ContentForm:
    return writing.form(data, kind=_kind(), **writing.more, **more)


def _sent(posted: QueryDict, editor: Editor) -> QueryDict:
    """What was sent, with the content as it stands after it."""
    data = posted.copy()
    data["content"] = editor.text
    return data


def _start(name: str) -> dict[str, Any]:
    content = example(name) if name else {"name": "", "subject": "batch", "criteria": []}
    return there(content, "specification_unknown")


def _version(request: HttpRequest, id: UUID) -> DocumentVersionView:
    """A version of a specification that the reader may write."""
    version = people.document_version(str(id))
    if version is None or version.kind != KIND:
        raise unknown("specification_unknown")
    if not may_write(person_of(request), version.site):
        raise NotAllowed("role_missing", str(ERRORS["role_missing"]))
    return version


def _kind() -> registry.DocumentKind:
    known = registry.document_kind(KIND)
    if known is None:
        raise LookupError(f"{KIND} is no registered kind of document")
    return known
