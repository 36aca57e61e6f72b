"""Labels that have been drawn and read back: the effect that a new label copy asks for, and sheets of cards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from coi.events import Event
from coi.models import Order
from coi.rules.journey import CopyStatus
from coi.rules.labels import VIEW_ONLY, VOID, Card, Label, keeping_request, label_for
from coi.selectors.labels import LabelCopyView, label_copy_by_id, template_of
from coi.services import drawing
from coi.services.printing.content import label_of
from coi.services.printing.jobs import queue_print
from ledger.rules import Actor, Subject, Where, derive, put
from ledger.selectors import EffectView
from ledger.services import append, store_evidence

PRINTER = Actor.service("labels")
# Why a label that is known cannot be drawn as it should be.
LABEL_FAULTS = (drawing.NotReadBack, drawing.DoesNotFit, ValueError)


@dataclass(frozen=True)
class _Drawn:
    """A label, its file, and the version of the template by which it was drawn (empty: the built-in one)."""

    label: Label
    pdf: bytes
    template: str


def render_label(effect: EffectView) -> None:
    """Draw a label copy, keep the file, and mark the copy as printed; the handler of `coi.render_label`.

    A copy that was drawn before or is void meanwhile is left as it is. Raises NotReadBack, DoesNotFit or
    TemplateUnusable, and then nothing is kept: the effect is tried again and at last shows as failed.
    """
    if effect.claimed_at is None:
        raise ValueError("an effect is carried out at a time")
    copy = label_copy_by_id(effect.payload["copy"])
    if copy is None:
        raise LookupError(f"no label copy {effect.payload['copy']}")
    if not _is_to_draw(copy):
        return
    found = template_of(copy, effect.claimed_at)
    label = label_for(copy.facts, found.template if found is not None else None)
    drawn = _Drawn(label, drawing.draw_label(label), found.id if found is not None else "")
    _keep(copy, drawn, asked_at=effect.payload, now=effect.claimed_at)


def _is_to_draw(copy: LabelCopyView) -> bool:
    return not copy.file and copy.status is not CopyStatus.VOID


@transaction.atomic
def _keep(copy: LabelCopyView, drawn: _Drawn, *, asked_at: Mapping[str, str], now: datetime) -> None:
    # The journey's lock: a reprint that voids this copy comes wholly before or wholly after.
    Order.objects.select_for_update(no_key=True).get(coi_id=copy.facts.coi_id)
    current = label_copy_by_id(copy.id)
    if current is None or not _is_to_draw(current):
        return
    stream, where = f"journey:{copy.facts.coi_id}", Where(site=copy.site, zone=copy.facts.zone)
    subjects = [Subject("order", copy.facts.coi_id), Subject("container", copy.container_id)]
    kept = store_evidence(
        data=drawn.pdf,
        media_type="application/pdf",
        name=f"label {copy.facts.copy_code}.pdf",
        actor=PRINTER,
        where=where,
        now=now,
        request_id=keeping_request(UUID(copy.id)),
        stream=stream,
        subjects=subjects,
    )
    # A label that was applied or scanned before its file came (drawn late) keeps its state.
    pinned = {"template_id": drawn.template} if drawn.template else {}
    printed = {"status": str(CopyStatus.PRINTED)} if current.status is CopyStatus.ISSUED else {}
    append(
        event=Event.LABEL_RENDERED,
        stream=stream,
        actor=PRINTER,
        where=where,
        now=now,
        request_id=derive(UUID(copy.id), "rendered"),
        facts={"label": copy.facts.copy_code, "container": copy.facts.container_code, "sha256": kept.sha256},
        changes=[put("coi.labelcopy", copy.id, file=kept.sha256, **pinned, **printed)],
        subjects=subjects,
    )
    if printed:
        site, station = asked_at.get("site", copy.site), asked_at.get("station", "")
        queue_print(copy, drawn.label, site=site, station=station, now=now)


def card_sheet(*, cards: Sequence[Card], heading: str, is_demonstration: bool, now: datetime) -> bytes:
    """Badges, station and command cards on A4, as PDF; every symbol was read back. Nothing is recorded."""
    return drawing.draw_cards(cards, heading=heading, is_demonstration=is_demonstration, now=now)


def label_view(copy: LabelCopyView, form: drawing.PictureForm) -> bytes:
    """A copy's label to be looked at, as PDF, PNG or SVG: what it says, and nothing that a scanner reads.

    Whoever may see a copy may see this, and no paper that comes of it passes for a label. Raises NotReadBack,
    DoesNotFit.
    """
    return drawing.draw(label_of(copy), form, VOID if copy.status is CopyStatus.VOID else VIEW_ONLY)
