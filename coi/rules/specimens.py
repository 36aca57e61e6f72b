"""Made-up facts for labels that are drawn to be looked at: pictures in the documents, previews of templates."""

from datetime import UTC, datetime, timedelta

from coi.rules.identifiers import coi_id, din
from coi.rules.journey import OrderKind
from coi.rules.labels import LabelFacts
from people.rules import codes

NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
FACTS = LabelFacts(
    copy_code=codes.make("L", "00000042"),
    copy_number=1,
    kind="",
    container_code="A999926000001-PRO01",
    number=1,
    total=2,
    product="CD19 CAR-T (demonstration)",
    coi_id=coi_id(facility="A9999", year=2026, number=1),
    order_kind=OrderKind.PATIENT,
    site="Cellworks Manufacturing",
    zone="Europe/Amsterdam",
    made_at=NOW,
    issued_at=NOW,
    expires_at=NOW + timedelta(days=365),
    din=din(facility="A9999", year=2026, number=7),
    batch="B26000001",
    is_demonstration=True,
)


def specimen_facts(kind: str) -> LabelFacts:
    """What is known of a made-up container of a kind. It is marked as a demonstration."""
    changes: dict[str, object] = {"kind": kind}
    if kind == "apheresis_bag":
        place = {"site": "Northgate University Hospital", "zone": "Europe/London"}
        changes |= place | {"is_collection": True, "batch": "", "number": 1, "total": 1}
        changes |= {"container_code": "A999926000001-APH01", "expires_at": NOW + timedelta(hours=72)}
    if kind in ("sample", "cryovial"):
        changes |= {"container_code": "A999926000001-SAM01"}
    return LabelFacts(**{**vars(FACTS), **changes})
