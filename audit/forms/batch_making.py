"""The making of a batch for its report: containers, steps with their people and values, what was used, labels."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from audit.rules.report import Column, ColumnKind, Section, Table
from audit.selectors.used import stock_at
from coi.forms import words
from coi.rules.batches import BatchStep
from coi.rules.labels_reconciliation import Account, reconcile
from qc.selectors import BatchView


def making_sections(view: BatchView) -> tuple[Section, ...]:
    """What was done with the batch, in the order of time."""
    return (_containers(view), _steps(view), _values(view), _used(view), _handovers(view), _labels(view))


def _title(view: BatchView, code: str) -> str:
    step = view.case.protocol.step(code) if view.case.protocol is not None else None
    return step.title if step is not None else words.step(code)


def _name(view: BatchView, id: str) -> str:
    """The code of a container of the batch; empty for what it was made from."""
    return next((it.code for it in view.case.dossier.containers if it.id == id), "")


def _containers(view: BatchView) -> Table:
    return Table(
        key="containers",
        title=_("Containers"),
        columns=(
            Column("code", _("Container"), ColumnKind.CODE),
            Column("kind", _("Kind"), ColumnKind.WORD),
            Column("state", _("State"), ColumnKind.WORD),
            Column("custodian", _("Is at"), ColumnKind.CODE),
            Column("made_at", _("Made"), ColumnKind.TIME),
            Column("expires_at", _("Expires"), ColumnKind.TIME),
            Column("label", _("Label"), ColumnKind.CODE),
            Column("applied", _("Label scanned back"), ColumnKind.YES),
        ),
        rows=tuple(
            (
                *(it.code, words.thing(it.kind), words.container_status(it.status), it.custodian),
                *(it.made_at, it.expires_at, it.label, it.is_label_applied),
            )
            for it in view.case.dossier.containers
        ),
        empty=_("Nothing has been made yet."),
        zone=view.zone,
    )


def _steps(view: BatchView) -> Table:
    return Table(
        key="steps",
        title=_("Steps"),
        columns=(
            Column("at", _("When"), ColumnKind.TIME),
            Column("step", _("Step")),
            Column("occurrence", _("Which time"), ColumnKind.NUMBER),
            Column("site", _("Site"), ColumnKind.CODE),
            Column("performer", _("Performed by")),
            Column("second", _("Second person")),
            Column("containers", _("Containers"), ColumnKind.CODE),
        ),
        rows=tuple(
            (
                *(it.at, _title(view, it.step), it.occurrence, it.site, it.performer, it.witness),
                ", ".join(code for code in (_name(view, id) for id in it.containers) if code),
            )
            for it in view.case.dossier.steps
        ),
        empty=_("No step has been done yet."),
        zone=view.zone,
    )


def _values(view: BatchView) -> Table:
    return Table(
        key="values",
        title=_("Values entered in steps"),
        columns=(
            Column("at", _("When"), ColumnKind.TIME),
            Column("step", _("Step")),
            Column("name", _("Value")),
            Column("value", _("Entered")),
            Column("unit", _("Unit")),
            Column("by", _("Performed by")),
        ),
        rows=tuple(
            (step.at, _title(view, step.step), *_value(view, step.step, name, value), step.performer)
            for step in view.case.dossier.steps
            for name, value in sorted(step.values.items())
        ),
        empty=_("No values were entered."),
        zone=view.zone,
    )


def _value(view: BatchView, code: str, name: str, value: Any) -> tuple[str, str, str]:
    """What a value is called, the value, its unit: as the protocol of the batch says; a word without underscores."""
    step = view.case.protocol.step(code) if view.case.protocol is not None else None
    rule = next((it for it in step.values if it.name == name), None) if step is not None else None
    parts = value.values() if isinstance(value, Mapping) else [value]
    said = " ".join(map(str, parts))
    if rule is None:
        return words.step(name), said, ""
    return rule.label, words.step(said) if rule.choices else said, words.unit(rule.unit)


def _items(step: BatchStep) -> list[tuple[str, str]]:
    """Sort and code of each lot and device; both people of a step scan the same one: it was used once."""
    found = [(str(it.get("item", "")), str(it.get("code", ""))) for it in step.stock]
    return list(dict.fromkeys(found))


def _used(view: BatchView) -> Table:
    steps = view.case.dossier.steps
    known = stock_at((code, step.at) for step in steps for _item, code in _items(step))
    rows = []
    for step in steps:
        for item, code in _items(step):
            was = known.get((code, step.at))
            is_good = was is not None and was.status == "approved" and was.good_until > step.at
            rows.append(
                (
                    *(step.at, _title(view, step.step), words.thing(item.partition(":")[0])),
                    *(words.step(was.kind if was else item.partition(":")[2]), code),
                    *(was.name if was else "", "good" if is_good else "bad"),
                    *(words.step(was.status) if was else _("not known"), was.good_until if was else None),
                )
            )
    return Table(
        key="used",
        title=_("Material lots and equipment, with their state at use"),
        columns=(
            Column("at", _("When"), ColumnKind.TIME),
            Column("step", _("Step")),
            Column("sort", _("Sort"), ColumnKind.WORD),
            Column("kind", _("Kind")),
            Column("code", _("Code"), ColumnKind.CODE),
            Column("name", _("Lot number or name")),
            Column("mark", _("Mark"), ColumnKind.MARK),
            Column("state", _("State at use"), ColumnKind.WORD),
            Column("good_until", _("Good until"), ColumnKind.TIME),
        ),
        rows=tuple(rows),
        empty=_("No lot or device was scanned."),
        zone=view.zone,
    )


def _handovers(view: BatchView) -> Table:
    return Table(
        key="handovers",
        title=_("Hand-overs"),
        columns=(
            Column("at", _("When"), ColumnKind.TIME),
            Column("container", _("Container"), ColumnKind.CODE),
            Column("from", _("From"), ColumnKind.CODE),
            Column("giver", _("Giver")),
            Column("to", _("To"), ColumnKind.CODE),
            Column("receiver", _("Receiver")),
        ),
        rows=tuple(
            (it.at, _name(view, it.container), it.giver_site, it.giver, it.receiver_site, it.receiver)
            for it in sorted(view.case.dossier.handovers, key=lambda it: (it.at, _name(view, it.container)))
        ),
        empty=_("Nothing was handed over yet."),
        zone=view.zone,
    )


def _labels(view: BatchView) -> Table:
    return Table(
        key="labels",
        title=_("Labels, added up"),
        columns=(
            Column("kind", _("For"), ColumnKind.WORD),
            Column("issued", _("Issued"), ColumnKind.NUMBER),
            *(Column(str(it), words.account(it), ColumnKind.NUMBER) for it in Account),
        ),
        rows=tuple(
            (words.thing(line.kind), line.issued, *(line.counts.get(it, 0) for it in Account))
            for line in reconcile(view.case.dossier.labels).lines
        ),
        empty=_("No label was issued."),
    )
