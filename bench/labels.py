"""How many labels are made in a second by one process, beside a bare page of the same size with a few lines of text.

    python -m bench.inside labels < plan.json > labels.json

A drawn label is drawn at both resolutions, every symbol read back, then drawn as PDF/A; the peer is one PDF by Typst
without symbols and without a look at it. ZPL is text: it is written and not drawn.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import typst

from coi.rules.journey import OrderKind
from coi.rules.labels import Label, LabelFacts, label_for
from coi.rules.zpl import to_zpl
from coi.services import drawing
from people.rules import codes

KINDS = ("apheresis_bag", "product_bag", "cryovial")
RESOLUTION = 203
_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_FONTS = typst.Fonts(include_system_fonts=False)


def label_of(kind: str) -> Label:
    """A label of this kind, the same in every run."""
    return label_for(
        LabelFacts(
            copy_code=codes.make("L", "00000042"),
            copy_number=1,
            kind=kind,
            container_code="A999926000042-PRO01",
            number=1,
            total=2,
            product="CD19 CAR-T",
            coi_id="CHA999926000042",
            order_kind=OrderKind.PATIENT,
            site="Northgate University Hospital",
            zone="Europe/Berlin",
            made_at=_AT,
            issued_at=_AT,
            expires_at=_AT + timedelta(days=365),
            din="A999926000042",
            batch="B26000042",
            is_collection=kind == "apheresis_bag",
            is_demonstration=True,
        )
    )


def bare_page(label: Label) -> bytes:
    """The peer: the same size, the same fonts, a few of the words, nothing to be read by a machine."""
    words = [label.heading, label.identity, *(f"{line.name} {line.value}" for line in label.lines)]
    text = "\n\n".join(f"#text({json.dumps(word)})" for word in words)
    size = f"#set page(width: {label.width_mm}mm, height: {label.height_mm}mm, margin: 3mm)\n#set text(size: 5pt)\n"
    made: Any = typst.compile((size + text).encode(), format="pdf", font_paths=_FONTS)
    return made if isinstance(made, bytes) else bytes(made[0])


def rate(make: Callable[[], object], seconds: float) -> float:
    """Labels a second; one at least."""
    done, began = 0, time.perf_counter()
    while not done or time.perf_counter() - began < seconds:
        make()
        done += 1
    return done / (time.perf_counter() - began)


def measure(*, rounds: int, seconds: float) -> dict[str, Any]:
    """Rates and ratios. Label, ZPL and peer take turns, so that they meet the same noise."""
    found: dict[str, Any] = {}
    for kind in KINDS:
        label = label_of(kind)
        makers: list[Callable[[], object]] = [
            lambda label=label: drawing.draw_label(label),
            lambda label=label: bare_page(label),
            lambda label=label: to_zpl(label, RESOLUTION),
        ]
        taken = [[rate(make, seconds) for make in makers] for _ in range(rounds)]
        drawn, peer, zpl = (round(median(column), 1) for column in zip(*taken, strict=True))
        found[kind] = {
            "drawn_per_second": drawn,
            "peer_per_second": peer,
            "zpl_per_second": zpl,
            "ratio": round(median(ours / theirs for ours, theirs, _ in taken), 3),
        }
    return found


def main() -> None:
    """The command line."""
    json.dump(measure(**json.load(sys.stdin)), sys.stdout)
