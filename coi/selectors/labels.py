"""Label copies: what stands on one, and its file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from coi.models import LabelCopy
from coi.rules.journey import ContainerStatus, CopyStatus, Fate, OrderKind
from coi.rules.label_templates import DOCUMENT_KIND, LabelTemplate, codes_for, parse
from coi.rules.labels import LabelFacts, keeping_request
from coi.rules.labels_reconciliation import CopyFacts, Reconciliation, reconcile
from ledger import selectors as ledger
from ledger.rules import derive
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import PinnedVersion


@dataclass(frozen=True)
class LabelCopyView:
    """One printed copy of a label. `file` is the SHA-256 of its PDF, empty until it was drawn and read back.

    `site` made the container, `custodian` has it now.
    """

    id: str
    container_id: str
    site: str
    status: CopyStatus
    file: str
    facts: LabelFacts
    custodian: str
    applied_at: datetime | None = None
    voided_at: datetime | None = None
    void_reason: str = ""
    template_id: str = ""


@dataclass(frozen=True)
class TemplateVersion:
    """An approved template, and the version of the document that it is."""

    id: str
    version: str
    template: LabelTemplate


class TemplateUnusable(ValueError):
    """The template in effect is not what was signed, or is for another kind of container: no label is guessed."""


def label_copy_by_id(id: str | UUID) -> LabelCopyView | None:
    """A copy by its row's id, for the worker, which draws it and is nobody."""
    try:
        row = _rows().filter(pk=id).first()
    except ValidationError:
        return None
    return None if row is None else _view(row)


def label_copy(viewer: Person, code: str, at: datetime) -> LabelCopyView | None:
    """A copy by its code, if the viewer has a role at a site that has to do with the journey."""
    row = None if "\x00" in code else _rows().filter(_seen_by(viewer, at), code=code).first()
    return None if row is None else _view(row)


def label_copies(viewer: Person, container: str, at: datetime) -> list[LabelCopyView]:
    """All copies of a container's labels (by the container's code), its cassette's last; void ones among them."""
    rows = _rows().filter(_seen_by(viewer, at), container__code=container)
    return [_view(row) for row in rows.order_by("carrier", "number")]


def label_file(copy: LabelCopyView) -> bytes | None:
    """The PDF of a copy, as it was kept; None until it was drawn. The bytes are checked against their digest."""
    if not copy.file:
        return None
    return ledger.evidence_bytes(derive(keeping_request(UUID(copy.id)), "evidence"))


def template_for(kind: str, site: str, at: datetime) -> TemplateVersion | None:
    """The template in effect for a kind of container: the site's own before the general one; None without either.

    Raises TemplateUnusable.
    """
    for code in codes_for(kind, site):
        found = people.effective_document(DOCUMENT_KIND, code, at)
        if found is not None:
            about = (found.kind, found.code, found.version, found.schema, found.digest, found.content)
            return _template(found.id, PinnedVersion(*about), kind)
    return None


def template_of(copy: LabelCopyView, at: datetime | None = None) -> TemplateVersion | None:
    """The template of a copy: the one with which it was drawn; before that, the one in effect (`at`, or when issued).

    None where the built-in one was drawn, or would be. Raises TemplateUnusable.
    """
    if copy.template_id:
        found = people.pinned_version(copy.template_id, known=())
        if found is None:
            raise TemplateUnusable(f"no version {copy.template_id}")
        return _template(copy.template_id, found, copy.facts.kind)
    return None if copy.file else template_for(copy.facts.kind, copy.site, at or copy.facts.issued_at)


def _template(id: str, found: PinnedVersion, kind: str) -> TemplateVersion:
    version = f"{found.code}/{found.version}"
    template = parse(found.content)[0] if found.is_as_signed else None
    if template is None:
        raise TemplateUnusable(f"{version} is not what was signed")
    if template.kind != kind:
        raise TemplateUnusable(f"{version} is for {template.kind}, not for {kind}")
    return TemplateVersion(id, version, template)


def copy_facts(row: LabelCopy) -> CopyFacts:
    """A copy as it counts in the reconciliation; its container is read along."""
    return CopyFacts(
        code=row.code,
        number=row.number,
        container=row.container.code,
        kind=row.carrier or row.container.kind,
        container_status=ContainerStatus(row.container.status),
        status=CopyStatus(row.status),
        issued_at=row.issued_at,
        is_drawn=bool(row.file),
        applied_at=row.applied_at,
        voided_at=row.voided_at,
        void_reason=row.void_reason,
        fate=Fate(row.fate),
        fate_at=row.fate_at,
        fate_by=row.fate_by_name,
        fate_reason=row.fate_reason,
    )


def copies_of_batches(batches: Sequence[Any]) -> list[LabelCopy]:
    """Every copy of the labels of these batches' containers, the first bags among them (one statement)."""
    rows = LabelCopy.objects.select_related("container").filter(container__batch__in=batches)
    return list(rows.order_by("container__made_at", "container__code", "carrier", "number"))


def label_reconciliation(batch: str) -> Reconciliation:
    """Whether the labels of a batch (by its id) add up."""
    return reconcile([copy_facts(row) for row in copies_of_batches([batch])])


@dataclass(frozen=True)
class LedgerLine:
    """A copy in the label ledger: with its journey, and the batch of its container (empty before there is one).

    `template`: the version of the document by which it was drawn, `CODE/3`; empty for the built-in one. `sent_at`: when
    its bytes went to a printer. `site` has the container now; `zone` is that of the site where the label was made, in
    which the label itself has its times.
    """

    copy: CopyFacts
    coi_id: str
    batch: str
    site: str
    zone: str
    template: str = ""
    sent_at: datetime | None = None


def ledger_line(viewer: Person, code: str, at: datetime) -> LedgerLine | None:
    """One copy of a label, if the viewer may see its journey."""
    row = None if "\x00" in code else _ledger_rows(viewer, at).filter(code=code).first()
    return None if row is None else _ledger_line(row)


def label_ledger(viewer: Person, coi_id: str, at: datetime) -> list[LedgerLine]:
    """Every copy of every label of a journey, container by container; none where the viewer may not see it."""
    rows = _ledger_rows(viewer, at).filter(order__coi_id=coi_id) if "\x00" not in coi_id else []
    return [_ledger_line(row) for row in rows]


def _ledger_rows(viewer: Person, at: datetime) -> QuerySet[LabelCopy]:
    rows = LabelCopy.objects.select_related("container__batch", "order", "template__document", "job")
    places = ("container__collection__site", "container__batch__site", "container__custodian")
    rows = rows.annotate(zone=Coalesce(*(f"{place}__zone" for place in places)))
    return rows.filter(_seen_by(viewer, at)).order_by(
        "container__made_at", "container__code", "carrier", "number"
    )


def _ledger_line(row: Any) -> LedgerLine:
    batch, template, job = row.container.batch, row.template, getattr(row, "job", None)
    return LedgerLine(
        copy=copy_facts(row),
        coi_id=row.order.coi_id,
        batch=batch.code if batch is not None else "",
        site=row.container.custodian_id,
        zone=row.zone,
        template=f"{template.document.code}/{template.version}" if template is not None else "",
        sent_at=job.sent_at if job is not None else None,
    )


def _seen_by(viewer: Person, at: datetime) -> Q:
    sites = {grant.site for grant in viewer.grants if viewer.is_active and grant.is_in_force(at)}
    return (
        Q(order__treating_site__in=sites)
        | Q(order__collection_site__in=sites)
        | Q(order__courier_site__in=sites)
        | Q(order__manufacturing_site__in=sites)
    )


# The donations that a container's cells come from: of itself, or of what it was made from.
_DINS = """
    (WITH RECURSIVE line AS (
       SELECT coi_labelcopy.container_id AS id
        UNION SELECT p.parent_id FROM coi_containerparent p JOIN line ON p.child_id = line.id)
     SELECT array_agg(DISTINCT c.din ORDER BY c.din)
       FROM line JOIN coi_container k ON k.id = line.id JOIN coi_collection c ON c.id = k.collection_id)"""


def _rows() -> QuerySet[LabelCopy]:
    """Copies with all that a label says, in one statement."""
    return LabelCopy.objects.select_related(
        "container", "container__batch", "container__collection", "order", "order__product"
    ).annotate(
        dins=RawSQL(_DINS, []),  # noqa: S611  (constant text)
        maker=F("container__batch__site"),
        collector=F("container__collection__site"),
    )


def _view(row: Any) -> LabelCopyView:
    container, order = row.container, row.order
    # The site that made the container, whoever has it now: a label says the same in every copy.
    is_collection = container.collection_id is not None
    code = row.collector or row.maker or container.custodian_id
    site = people.site_by_code(code)
    dins = row.dins or ()
    return LabelCopyView(
        id=str(row.pk),
        container_id=str(container.pk),
        site=code,
        status=CopyStatus(row.status),
        file=row.file,
        facts=LabelFacts(
            copy_code=row.code,
            copy_number=row.number,
            kind=row.carrier or container.kind,
            container_code=container.code,
            number=container.number,
            total=container.total,
            product=order.product.name,
            coi_id=order.coi_id,
            order_kind=OrderKind(order.kind),
            site=site.name if site is not None else code,
            zone=site.zone if site is not None else "UTC",
            made_at=container.made_at,
            issued_at=row.issued_at,
            expires_at=container.expires_at,
            din=dins[0] if dins else "",
            other_dins=tuple(dins[1:]),
            batch="" if is_collection or container.batch is None else container.batch.code,
            is_collection=is_collection,
            is_demonstration=ledger.is_demonstration(),
        ),
        applied_at=row.applied_at,
        custodian=container.custodian_id,
        voided_at=row.voided_at,
        void_reason=row.void_reason,
        template_id=str(row.template_id or ""),
    )
