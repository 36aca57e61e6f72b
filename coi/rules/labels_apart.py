"""Labels of what is no container: the wristband of the demonstration, and the box in which cells travel."""

from collections.abc import Sequence
from datetime import datetime

from coi.rules.identifiers import Identifier, IdentifierKind, write
from coi.rules.label_templates import Layout
from coi.rules.labels import DEMO_MARK, Label, Line, Symbol, Symbology
from people.rules import codes

# FACT-JACIE asks for both on the outside of a box with cells.
HANDLE_WITH_CARE, NO_X_RAY = "HUMAN CELLS: HANDLE WITH CARE", "DO NOT X-RAY"


def wristband_label(*, code: str, coi_id: str, site: str, now: datetime) -> Label:
    """A band for playing the patient: never a name, and always marked, since a hospital has bands of its own."""
    coi = write(Identifier(IdentifierKind.COI, coi_id)).decode("ascii")
    return Label(
        width_mm=200,
        height_mm=25,
        heading="WRISTBAND",
        count="",
        product="No patient: demonstration",
        by=site,
        identity=coi_id,
        identity_check=codes.check_char(coi_id),
        lines=(),
        warnings=(),
        symbols=(Symbol(Symbology.CODE_128, code, code), Symbol(Symbology.DATA_MATRIX, coi, "COI")),
        copy="",
        mark=DEMO_MARK,
        issued_at=now,
        layout=Layout.WRISTBAND,
    )


def shipper_label(
    *, code: str, name: str, site: str, lines: Sequence[Line] = (), is_demonstration: bool, now: datetime
) -> Label:
    """The outside of a shipper: its own code, and nothing of whose cells are in it."""
    return Label(
        width_mm=100,
        height_mm=100,
        heading="SHIPPER",
        count="",
        product=name,
        by=site,
        identity=code,
        identity_check="",  # the code ends in its own
        lines=tuple(lines),
        warnings=(HANDLE_WITH_CARE, NO_X_RAY),
        symbols=(Symbol(Symbology.CODE_128, code, code), Symbol(Symbology.DATA_MATRIX, code, "")),
        copy="",
        mark=DEMO_MARK if is_demonstration else "",
        issued_at=now,
        layout=Layout.SHIPPER,
        identity_name="Shipper",
    )
