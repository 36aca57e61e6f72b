"""The laboratory of the demonstration: its methods, what they are done with, and its runs."""

import json
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from qc import selectors
from qc import services as qc

if TYPE_CHECKING:
    from config.demonstration.site import Demo, Member

_DATA: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "laboratory.json").read_text())
METHODS, TARGETS = _DATA["methods"], _DATA["targets"]
TOPICS = tuple(sorted({method["training"] for method in METHODS.values()}))
# Two methods may use one reader.
DEVICES = tuple(dict.fromkeys(kind for method in METHODS.values() for kind in method.get("instruments", ())))
MATERIALS = tuple(kind for method in METHODS.values() for kind in method.get("reagents", ()))


def documents(lots: dict[str, str]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Kind, code, title and content of each document; a control is named by the code of its lot."""
    for code, content in METHODS.items():
        yield "method", code, f"{content['title']}: {content['technique']}", content
    for code, content in TARGETS.items():
        controls = [control | {"lot": lots[control["lot"]]} for control in content["controls"]]
        yield "control_targets", code, f"Controls of {content['method']}", content | {"controls": controls}


def make_run(demo: "Demo", method: str, by: "Member", doing: dict[str, Any]) -> str:
    """A run of the method, with its controls read within their limits; answers with its code."""
    content, site = METHODS[method], by.site
    request: UUID = doing["request_id"]
    run = qc.open_run(
        method=method,
        site=site,
        instruments=[demo.devices[kind, site] for kind in content["instruments"]],
        reagents=[demo.lots[kind, site] for kind in content.get("reagents", ())],
        **doing,
    )
    if "controls" not in content:
        return run.code
    found = selectors.effective_targets(content["controls"], doing["now"])
    if found is None:
        raise LookupError(content["controls"])
    rng = random.Random(f"controls {request}")
    readings = {
        control.lot: [
            str((control.mean + control.sd * Decimal(f"{rng.gauss(0, 0.5):.2f}")).quantize(Decimal("0.01")))
        ]
        for control in found.targets.controls
    }
    judged = qc.read_controls(
        run=UUID(run.id), readings=readings, **doing | {"request_id": uuid5(request, "controls")}
    )
    return judged.code
