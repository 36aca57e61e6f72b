"""What the printed batch record says: what was done, by whom, with what, and what was found, in the order of time.

Every entry says whether it was changed since it was first made (EU GMP Annex 11, clause 8.2: a print that supports a
release has to show it). Steps, hand-overs and holds are never changed; results and what is said of labels may be
corrected, and the correction is another entry beside the first.
"""

from collections.abc import Mapping
from typing import Any

from coi.rules.batches import BatchStep, Dossier
from coi.rules.labels_reconciliation import Account, Line, reconcile
from coi.rules.protocol import Protocol, Step
from coi.rules.units import with_unit
from qc.rules.certificates import Issue, Sources, certificate, findings
from qc.rules.document_words import DocumentKind, plain, time_of


def printed_record(sources: Sources, issue: Issue) -> dict[str, Any]:
    """The content of a batch record."""
    dossier, zone = sources.dossier, sources.zone
    found = certificate(DocumentKind.BATCH_RECORD, sources, issue) | findings(sources)
    return found | {
        "changed": _changed(sources, found["results"]),
        "steps": [_step(step, sources) for step in dossier.steps],
        "handovers": [
            {
                "container": _name(dossier, one.container),
                "at": time_of(one.at, zone),
                "giver": one.giver,
                "giver_site": one.giver_site,
                "receiver": one.receiver,
                "receiver_site": one.receiver_site,
            }
            for one in dossier.handovers
        ],
        "holds": [
            {
                "container": one.container,
                "reason": plain(one.reason),
                "placed": time_of(one.placed_at, zone),
                "released": time_of(one.released_at, zone),
                "deviation": one.deviation,
            }
            for one in dossier.holds
        ],
        "labels": [_sum(line) for line in reconcile(dossier.labels).lines],
        "labels_add_up": reconcile(dossier.labels).adds_up,
        "stock": _stock(sources),
    }


def _changed(sources: Sources, results: list[dict[str, Any]]) -> dict[str, Any]:
    corrected = [one["title"] for one in results if one["is_changed"]]
    return {
        "is_changed": bool(corrected) or sources.corrections > 0,
        "results": corrected,
        "corrections": sources.corrections,
        "since_decision": sources.has_changed_since,
    }


def _step(step: BatchStep, sources: Sources) -> dict[str, Any]:
    dossier, known = sources.dossier, _known(sources.steps, step.step)
    return {
        "step": _title(known, step.step),
        "occurrence": step.occurrence,
        "at": time_of(step.at, sources.zone),
        "site": step.site,
        "performer": step.performer,
        "witness": step.witness,
        "containers": [code for code in (_name(dossier, one) for one in step.containers) if code],
        "values": [_value(known, name, value) for name, value in sorted(step.values.items())],
        # Both people of a step scan the same lot: it was used once.
        "stock": list(dict.fromkeys(_item(item) for item in step.stock)),
        "is_changed": False,
    }


def _known(protocol: Protocol | None, code: str) -> Step | None:
    return None if protocol is None else protocol.step(code)


def _title(step: Step | None, code: str) -> str:
    return plain(code) if step is None else step.title


def _value(step: Step | None, name: str, value: Any) -> dict[str, str]:
    """What a value is called, and the value with its unit: as the protocol of the batch says."""
    rule = next((one for one in step.values if one.name == name), None) if step is not None else None
    if rule is None:
        return {"name": plain(name), "value": _said(value)}
    said = plain(_said(value)) if rule.choices else with_unit(_said(value), rule.unit)
    return {"name": rule.label, "value": said}


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in value.values())
    return str(value)


def _name(dossier: Dossier, id: str) -> str:
    """The code of a container of the batch; empty for what it was made from, which is no part of the batch."""
    return next((one.code for one in dossier.containers if one.id == id), "")


def _item(item: Mapping[str, str]) -> str:
    """`lot:medium` of a code as "lot medium CODE"."""
    return f"{plain(item.get('item', '')).replace(':', ' ')} {item.get('code', '')}".strip()


def _stock(sources: Sources) -> list[dict[str, Any]]:
    """Each lot and device once, with the steps that used it."""
    used: dict[str, list[str]] = {}
    for step in sources.dossier.steps:
        title = _title(_known(sources.steps, step.step), step.step)
        for item in step.stock:
            used.setdefault(_item(item), []).append(title)
    return [{"item": item, "steps": sorted(set(steps))} for item, steps in sorted(used.items())]


def _sum(line: Line) -> dict[str, Any]:
    counts = {str(account): line.counts.get(account, 0) for account in Account}
    return {"kind": plain(line.kind), "issued": line.issued, **counts}
