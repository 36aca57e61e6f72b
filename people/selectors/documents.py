"""Controlled documents, their versions and the signatures over them."""

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q, QuerySet

from ledger.rules import AuthMethod, Finding, FindingKind
from people import models, registry
from people.rules.authority import Person
from people.rules.documents import (
    OPEN_STATES,
    DocumentAction,
    DocumentState,
    DocumentVersionView,
    PinnedVersion,
    judge,
    record_digest,
)
from people.rules.signatures import Meaning, SignatureView
from people.rules.variants import VariantFault, Wanted, choose


def version_rows() -> QuerySet[models.DocumentVersion]:
    """Versions with what `version_view` reads, in one statement."""
    return models.DocumentVersion.objects.select_related("document__site")


def version_view(row: models.DocumentVersion) -> DocumentVersionView:
    """Freeze a row of `version_rows`."""
    return DocumentVersionView(
        id=str(row.pk),
        kind=row.document.kind,
        code=row.document.code,
        version=row.version,
        schema=row.schema,
        content=row.content,
        digest=row.digest,
        state=DocumentState(row.state),
        effective_from=row.effective_from,
        title=row.document.title,
        site=row.document.site.code,
        retired_at=row.retired_at,
        author_id=row.author_id,
        reviewer_id=row.reviewer_id,
        approver_id=row.approver_id,
    )


def document_version(id: str | UUID) -> DocumentVersionView | None:
    """The version with this id, in whatever state it is (one statement)."""
    try:
        row = version_rows().filter(pk=id).first()
    except ValidationError:
        return None
    return None if row is None else version_view(row)


_PINNED = """/* prepared: pinned_version */
SELECT d.kind, d.code, v.version, v.schema, v.digest,
       CASE WHEN v.digest = ANY(%s::text[]) THEN NULL ELSE v.content::text END
  FROM people_documentversion v JOIN people_document d ON d.id = v.document_id WHERE v.id = %s::uuid
"""


def pinned_version(id: str | UUID, *, known: Collection[str]) -> PinnedVersion | None:
    """The version with this id, without its content when that has a digest of `known` (one statement).

    For whoever reads the same long content at every turn and keeps what it made of it by its digest.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PINNED, [list(known), str(id)])
        row = cursor.fetchone()
    if row is None:
        return None
    kind, code, version, schema, digest, content = row
    return PinnedVersion(kind, code, version, schema, digest, json.loads(content) if content else None)


def document_versions(ids: Collection[str | UUID]) -> dict[str, DocumentVersionView]:
    """Several versions by id (one statement)."""
    return {str(row.pk): version_view(row) for row in version_rows().filter(pk__in=ids)}


def effective_document(kind: str, code: str, at: datetime) -> DocumentVersionView | None:
    """The version that was in effect at this moment, also when it was retired since (one statement)."""
    if "\x00" in code:
        return None
    rows = version_rows().filter(
        Q(retired_at__isnull=True) | Q(retired_at__gt=at),
        document__kind=kind,
        document__code=code,
        effective_from__lte=at,
    )
    row = rows.order_by("-effective_from", "-version").first()
    return None if row is None else version_view(row)


def effective_documents(kind: str, at: datetime) -> list[DocumentVersionView]:
    """Every document of a kind that was in effect at this moment, by code."""
    rows = version_rows().filter(
        Q(retired_at__isnull=True) | Q(retired_at__gt=at), document__kind=kind, effective_from__lte=at
    )
    return [version_view(row) for row in rows.order_by("document__code")]


def documents_about(kind: str, subject: str) -> list[DocumentVersionView]:
    """Every version about this subject that was ever in effect, by code: for whoever asks for several moments."""
    rows = version_rows().filter(document__kind=kind, content__subject=subject, effective_from__isnull=False)
    return [version_view(row) for row in rows.order_by("document__code", "version")]


def applicable_document(kind: str, wanted: Wanted, at: datetime) -> DocumentVersionView | VariantFault | None:
    """The document of the kind that applies to this product, region and phase at this moment (one statement).

    None where there is none of the product at all; a fault where none fits, or several do.
    """
    return choose(wanted, effective_documents(kind, at))


def versions_of(kind: str, code: str) -> list[DocumentVersionView]:
    """All versions of a document, newest first."""
    rows = version_rows().filter(document__kind=kind, document__code=code).order_by("-version")
    return [version_view(row) for row in rows]


def versions_of_all(kind: str) -> dict[str, list[DocumentVersionView]]:
    """All versions of every document of a kind, newest first, by code (one statement)."""
    found: dict[str, list[DocumentVersionView]] = {}
    for row in version_rows().filter(document__kind=kind).order_by("document__code", "-version"):
        found.setdefault(row.document.code, []).append(version_view(row))
    return found


def latest_versions(kind: str = "") -> list[DocumentVersionView]:
    """The newest version of every document, by kind and code."""
    rows = version_rows().order_by("document__kind", "document__code", "document", "-version")
    if kind:
        rows = rows.filter(document__kind=kind)
    newest = rows.distinct("document__kind", "document__code", "document")
    return [version_view(row) for row in newest]


def acts_open_to(person: Person, version: DocumentVersionView, at: datetime) -> frozenset[DocumentAction]:
    """What the person may do with the version now, by its state, their roles at its site, and what they did to it."""
    kind = registry.document_kind(version.kind)
    if kind is None:
        return frozenset()
    return frozenset(
        action
        for action in DocumentAction
        if person.may(kind.right_to(action), version.site, at)
        and not judge(
            state=version.state,
            action=action,
            by=person.user_id,
            author=version.author_id or 0,
            reviewer=version.reviewer_id,
        )
    )


def open_versions() -> list[DocumentVersionView]:
    """Every version that is on its way, by kind and code (one statement)."""
    rows = version_rows().filter(state__in=[state.value for state in OPEN_STATES])
    return [version_view(row) for row in rows.order_by("document__kind", "document__code")]


def open_states(kind: str, codes: Collection[str]) -> dict[str, DocumentState]:
    """Where the version that is on its way stands, of each of these documents that has one (one statement, no content).

    A document has one such version at most.
    """
    rows = models.DocumentVersion.objects.filter(
        document__kind=kind,
        document__code__in=sorted(codes),
        state__in=[state.value for state in OPEN_STATES],
    )
    return {code: DocumentState(state) for code, state in rows.values_list("document__code", "state")}


def signature_view(row: models.Signature) -> SignatureView:
    """Freeze a signature."""
    return SignatureView(
        id=str(row.pk),
        signer_id=row.signer_id,
        printed_name=row.printed_name,
        meaning=Meaning(row.meaning),
        signed_at=row.signed_at,
        zone=row.zone,
        auth=row.auth,
        record_kind=row.record_kind,
        record_id=row.record_id,
        record_digest=row.record_digest,
    )


def signatures(record_kind: str, record_id: str) -> list[SignatureView]:
    """Every signature over a record, oldest first, whether or not it still fits."""
    return signatures_of(record_kind, [record_id])[record_id]


def signatures_of(record_kind: str, record_ids: Collection[str]) -> dict[str, list[SignatureView]]:
    """The same of several records, by their ids (one statement)."""
    rows = models.Signature.objects.filter(record_kind=record_kind, record_id__in=record_ids)
    found: dict[str, list[SignatureView]] = {id: [] for id in record_ids}
    for row in rows.order_by("signed_at", "pk"):
        found[row.record_id].append(signature_view(row))
    return found


def current_digest(id: str) -> str | None:
    """The digest of what a version holds now, whatever its own column says."""
    row = version_rows().filter(pk=id).first()
    if row is None:
        return None
    view = version_view(row)
    return record_digest(
        kind=view.kind, code=view.code, version=view.version, schema=view.schema, content=view.content
    )


def last_signed(user_id: int, start: datetime, end: datetime) -> datetime | None:
    """When the user last signed anything at a desk within these moments; None where they did not."""
    rows = models.Signature.objects.filter(signer=user_id, signed_at__gte=start, signed_at__lte=end)
    desk = rows.filter(auth=AuthMethod.PASSWORD.value).order_by("-signed_at")
    return desk.values_list("signed_at", flat=True).first()


def signature(id: str | UUID) -> SignatureView | None:
    """One signature by its id."""
    row = models.Signature.objects.filter(pk=id).first()
    return None if row is None else signature_view(row)


def document_findings() -> Iterator[Finding]:
    """Versions whose content is not what their digest says: every signature over them is invalid."""
    for row in version_rows().order_by("document__kind", "document__code", "version").iterator():
        view = version_view(row)
        digest = record_digest(
            kind=view.kind,
            code=view.code,
            version=view.version,
            schema=view.schema,
            content=view.content,
        )
        if digest != view.digest:
            yield Finding(
                kind=FindingKind.ALTERED,
                where=f"document {view.kind} {view.code} version {view.version}",
                detail="the content is not the one that was signed",
                table="people.documentversion",
                row_id=view.id,
                columns=("content",),
            )
