"""The page of a batch's documents: those that were issued with their files, a preview, the next version."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from people.rules.rights import Right
from people.views import person_of
from qc import selectors, services
from qc.forms import texts
from qc.forms.answers import in_words
from qc.forms.documents import PURPOSES, TITLES, IssueForm
from qc.rules.certificates import SHORT
from qc.rules.document_words import DocumentKind
from qc.selectors import BatchView, IssuedView
from qc.views.found import batch_of, there, unknown
from qc.views.shared import attempt, doing, file_response


@dataclass(frozen=True)
class KindShown:
    """One kind of document: its versions, the newest first, and the form for the next (None: not for this person)."""

    kind: DocumentKind
    title: str
    purpose: str
    issued: tuple[IssuedView, ...]
    why_not: str
    form: IssueForm | None


@dataclass(frozen=True)
class Paper:
    """A document that somebody holds in their hand, found by its symbol, and whether its digest is the one kept."""

    title: str
    issued: IssuedView
    is_asked: bool
    is_same: bool


# What leaves the manufacturer's house with the product; the batch record does not.
FOR_TREATMENT = frozenset({DocumentKind.COA, DocumentKind.RFI})


@dataclass(frozen=True)
class Readable:
    """A batch, and the kinds of its documents that the viewer may read: all of them where it is made."""

    view: BatchView
    kinds: frozenset[DocumentKind]

    @property
    def is_own(self) -> bool:
        """Whether the viewer is of the site that makes it."""
        return self.kinds == frozenset(DocumentKind)


def _readable(request: HttpRequest, code: str) -> Readable:
    viewer, now = person_of(request), timezone.now()
    own = selectors.batch_view(viewer, code, now)
    if own is not None:
        return Readable(own, frozenset(DocumentKind))
    return Readable(there(selectors.batch_at_treatment(viewer, code, now), "batch_unknown"), FOR_TREATMENT)


@never_cache
@require_GET
@login_required
def documents(request: HttpRequest, code: str) -> HttpResponse:
    """Every document about a batch that the viewer may read."""
    return _page(request, _readable(request, code))


@never_cache
@require_GET
@login_required
def document(request: HttpRequest, code: str, kind: str, version: int) -> HttpResponse:
    """Where the Data Matrix of a document leads: whether the paper is the version that was issued."""
    readable = _readable(request, code)
    issued = _issued(readable, kind, version)
    digest = request.GET.get("d", "")
    is_same = len(digest) == SHORT and issued.digest.startswith(digest)
    paper = Paper(str(TITLES[issued.kind]), issued, is_asked="d" in request.GET, is_same=is_same)
    return _page(request, readable, paper=paper)


@never_cache
@require_GET
@login_required
def file(request: HttpRequest, code: str, kind: str, version: int, form: str) -> HttpResponse:
    """The very bytes that were issued."""
    issued = _issued(_readable(request, code), kind, version)
    data = selectors.issued_file(issued, form)
    name = f"{issued.batch}-{issued.kind}-{issued.version}.{form}"
    return file_response(there(data, "document_unknown"), services.MEDIA_TYPES[form], name)


@never_cache
@require_GET
@login_required
def preview(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The document as it would be issued now, marked as a preview."""
    view, wanted = batch_of(request, code), _kind(kind)
    viewer, now = person_of(request), timezone.now()
    with in_words():
        data = services.preview_document(view=view, kind=wanted, viewer=viewer, now=now)
    return file_response(data, services.MEDIA_TYPES["pdf"], f"{view.batch.code}-{wanted}-preview.pdf")


@never_cache
@require_POST
@login_required
def issue(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Issue the next version. A refusal is an answer: the page says why."""
    view, wanted = batch_of(request, code), _kind(kind)
    is_again = selectors.latest_version(view.batch.code, wanted) > 0
    form = IssueForm(request.POST, is_again=is_again, auto_id=f"{wanted}_%s")
    status, answer = attempt(
        form,
        lambda: services.issue_document(
            batch=view.batch.code,
            kind=wanted,
            reason=form.cleaned_data.get("reason", ""),
            **doing(request, view.batch.site, view.zone, form),
        ),
    )
    if answer is not None and answer.document is not None:
        messages.success(request, _("The document is issued."))
        return redirect("qc:documents", code=view.batch.code)
    refusal = str(texts.ERRORS[answer.refusal]) if answer is not None else ""
    readable = Readable(view, frozenset(DocumentKind))
    return _page(request, readable, forms={wanted: form}, refusal=refusal, status=status)


def _page(
    request: HttpRequest,
    readable: Readable,
    *,
    forms: dict[DocumentKind, IssueForm] | None = None,
    refusal: str = "",
    paper: Paper | None = None,
    status: int = 200,
) -> HttpResponse:
    view = readable.view
    issued = selectors.issued_documents(view.batch.code)
    may_issue = person_of(request).may(Right.ISSUE_DOCUMENT, view.batch.site, timezone.now())
    kinds = [
        _shown(kind, view, issued, (forms or {}).get(kind), may_issue)
        for kind in DocumentKind
        if kind in readable.kinds
    ]
    context = {"view": view, "kinds": kinds, "refusal": refusal, "paper": paper, "is_own": readable.is_own}
    return render(request, "qc/documents.html", context, status=status)


def _shown(
    kind: DocumentKind,
    view: BatchView,
    issued: tuple[IssuedView, ...],
    form: IssueForm | None,
    may_issue: bool,
) -> KindShown:
    own = tuple(one for one in issued if one.kind is kind)
    refusal = services.refusal_of(kind, str(view.batch.disposition))
    offered = form or IssueForm(is_again=bool(own), auto_id=f"{kind}_%s")
    return KindShown(
        kind=kind,
        title=str(TITLES[kind]),
        purpose=str(PURPOSES[kind]),
        issued=own,
        why_not=str(texts.ERRORS[refusal]) if refusal else "",
        form=offered if may_issue and not refusal else None,
    )


def _kind(kind: str) -> DocumentKind:
    if kind not in {known.value for known in DocumentKind}:
        raise unknown("document_unknown")
    return DocumentKind(kind)


def _issued(readable: Readable, kind: str, version: int) -> IssuedView:
    found = selectors.issued_documents(readable.view.batch.code)
    own = (one for one in found if one.kind in readable.kinds)
    one = next((one for one in own if (one.kind, one.version) == (kind, version)), None)
    return there(one, "document_unknown")
