"""One line of words for each kind of entry that this room writes."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coi.events import Event
from coi.forms import words
from coi.selectors.protocols import titles_as_entered
from ledger import registry
from ledger.events import Event as LedgerEvent
from people.events import Event as PeopleEvent

Facts = Mapping[str, Any]
Titles = Mapping[str, str]
Say = Callable[[Facts, Titles], str]


def say(event: str, facts: Facts, titles: Titles) -> str:
    """What an entry means; for another room's event in that room's words, empty when it has none."""
    speak = _SAY.get(event)
    if speak is not None:
        return speak(facts, titles)
    other = registry.presenter(event)
    return other(_Told(event, facts)) if other else ""


@dataclass(frozen=True)
class _Told:
    """As much of an entry as a presenter reads."""

    event: str
    facts: Facts


def presenters() -> Mapping[str, Callable[[Any], str]]:
    """For the ledger's registry: each takes an entry."""
    return {event: _presenter(event) for event in _SAY}


def _presenter(event: str) -> Callable[[Any], str]:
    return lambda entry: say(event, entry.facts, titles_as_entered(entry.protocol_version))


def _title(facts: Facts, titles: Titles) -> str:
    code = str(facts.get("step", ""))
    return titles.get(code, words.step(code)) or _("no step")


def _list(values: Any) -> str:
    return ", ".join(str(value) for value in values)


def _refusals(facts: Facts) -> str:
    return _list(words.refusal(r["code"]) for r in facts.get("refusals", ()))


def _items(facts: Facts) -> str:
    names = (words.thing(str(item).partition(":")[2] or str(item)) for item in facts.get("items", ()))
    return _list(f"{n} \u00d7 {name}" if n > 1 else name for name, n in Counter(names).items())


def _accepted(facts: Facts, titles: Titles) -> str:
    who = _("second person") if facts.get("part") == "witness" else _("first person")
    who = _("{who}, recorded late").format(who=who) if "late" in facts else who
    items = _items(facts)
    scanned = _(", scanned: {items}").format(items=items) if items else ""
    return _("“{step}”, {who}{scanned}").format(step=_title(facts, titles), who=who, scanned=scanned)


def _completed(facts: Facts, titles: Titles) -> str:
    made = _list(facts.get("made", ()))
    more = _(", made {made}").format(made=made) if made else ""
    more += _(", DIN {din}").format(din=facts["din"]) if "din" in facts else ""
    more += _(", batch {batch}").format(batch=facts["batch"]) if "batch" in facts else ""
    more += _(", custody to {site}").format(site=facts["custody_to"]) if "custody_to" in facts else ""
    more += _(", journey closed") if facts.get("journey_closed") else ""
    done = _("“{step}” complete{more}").format(step=_title(facts, titles), more=more)
    return f"{done}. {_late(facts['late'])}" if "late" in facts else done


def _late(late: Mapping[str, str]) -> str:
    """When it was done and when that was recorded, by whom, and why not then; times as they were at the station."""
    told = {name: _local(late[name], late["zone"]) for name in ("performed_at", "recorded_at")}
    sentence = _(
        "Recorded late: performed {performed_at}, recorded {recorded_at}, by {by}, witnessed by {witness}, because:"
        " {why} (paper record {paper})"
    )
    return sentence.format_map({**late, **told, "why": words.late_reason(late["reason"])})


def _local(moment: str, zone: str) -> str:
    local = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"


def _refused(facts: Facts, titles: Titles) -> str:
    kinds = {r["kind"] for r in facts.get("refusals", ())}
    word = _("STOP at “{step}”: {why}") if "stop" in kinds else _("Refused at “{step}”: {why}")
    return word.format(step=_title(facts, titles), why=_refusals(facts))


def _judged(facts: Facts, titles: Titles) -> str:
    del titles
    changes = _list(words.plan_change(str(change)) for change in facts.get("changes", ()))
    said = words.acceptance(str(facts.get("to", "")))
    text = _("Starting material {din}: {said}").format(din=facts.get("din", ""), said=said)
    return f"{text} ({changes})" if changes else text


def _fixed(sentence: str | Promise) -> Say:
    """A sentence that is filled from the facts alone."""
    return lambda facts, titles: str(sentence).format_map(_Spoken(facts))


class _Spoken(dict[str, Any]):
    """Facts as people say them; one that is missing reads as nothing."""

    _WORDS: Mapping[str, Callable[[str], str]] = {
        "from": words.disposition,
        "to": words.disposition,
        "reason": words.hold_reason,
        "cause": words.cause,
        "disposition": words.deviation_outcome,
        "alias": words.alias_kind,
        "retired": words.retire_reason,
        "what": words.reconciliation_kind,
        "fate": words.fate,
        "trouble": words.trouble,
        "meaning": words.meaning,
        "source": words.weight_source,
        "end": words.journey_end,
    }

    def __getitem__(self, name: str) -> str:
        value = str(super().get(name, ""))
        speak = self._WORDS.get(name)
        return speak(value) if speak and value else value

    def __missing__(self, name: str) -> str:
        return ""


def _about_work(sentence: Promise, name: str) -> Say:
    """With the word for why work waits, or what a notice is about."""
    return lambda facts, titles: str(sentence).format(words.work(str(facts.get(name, ""))))


_SAY: Mapping[str, Say] = {
    Event.PRODUCT_CREATED: _fixed(gettext_lazy("Product {product} added: {name}")),
    Event.PATIENT_ENROLLED: _fixed(gettext_lazy("Patient enrolled")),
    Event.IDENTITY_REVEALED: _fixed(gettext_lazy("Looked at the patient's identity")),
    Event.VAULT_ERASED: _fixed(gettext_lazy("Patient's identity erased")),
    Event.ERASURE_REFUSED: _fixed(gettext_lazy("Patient's identity not erased: it has to be kept")),
    Event.ORDER_PLACED: _fixed(gettext_lazy("Order placed for {product}: COI id {coi_id} issued")),
    Event.JOURNEY_CLOSED: _fixed(gettext_lazy("Journey ended without an infusion: {end}")),
    Event.WEIGHT_RECORDED: _fixed(gettext_lazy("Weight recorded: {kg} kg. {source}")),
    Event.WEIGHT_CORRECTED: _fixed(gettext_lazy("Weight corrected: {was} kg → {kg} kg. {source}")),
    Event.ALIAS_ADDED: _fixed(gettext_lazy("Identifier added: {alias} of {issuer}")),
    Event.ALIAS_REFUSED: _fixed(gettext_lazy("Identifier refused, it is another's: {alias} of {issuer}")),
    Event.ALIAS_RETIRED: _fixed(gettext_lazy("Identifier no longer counts: {alias} of {issuer}. {retired}")),
    Event.IDENTITY_LOOKED_UP: _fixed(gettext_lazy("Looked for by an identifier of the patient: {alias}")),
    Event.RECONCILIATION_ASKED: _fixed(gettext_lazy("Reconciliation {reconciliation} asked for: {what}")),
    Event.RECONCILIATION_SHOWN: _fixed(gettext_lazy("Looked at the identities of {reconciliation}")),
    Event.RECONCILIATION_APPROVED: _fixed(gettext_lazy("Reconciliation {reconciliation} approved: {what}")),
    Event.RECONCILIATION_REJECTED: _fixed(gettext_lazy("Reconciliation {reconciliation} rejected: {what}")),
    Event.MATERIAL_JUDGED: _judged,
    Event.BADGE_PRESENTED: _fixed(gettext_lazy("Badge shown")),
    Event.SCAN_ACCEPTED: _accepted,
    Event.SCAN_REFUSED: _refused,
    Event.SCAN_UNREADABLE: _fixed(gettext_lazy("A code could not be read")),
    Event.SCAN_REPEATED: _fixed(gettext_lazy("The same scan again within seconds: nothing done")),
    Event.STEP_COMPLETED: _completed,
    Event.CHECK_ABANDONED: _fixed(gettext_lazy("Check cancelled")),
    Event.CHECK_LAPSED: lambda facts, titles: _("“{step}” was begun and nobody went on: closed").format(
        step=_title(facts, titles)
    ),
    Event.STOP_CLEARED: _fixed(gettext_lazy("STOP cleared by a second person")),
    Event.STOP_CLEARANCE_REFUSED: _fixed(gettext_lazy("Clearance of a STOP refused")),
    Event.PLACE_CLEARED: _fixed(gettext_lazy("Line clearance: the place is free")),
    Event.LABEL_RENDERED: _fixed(gettext_lazy("Label {label} drawn")),
    Event.LABEL_REPRINTED: _fixed(gettext_lazy("Label {voided} voided, {issued} issued for {container}")),
    Event.LABEL_ACCOUNTED: _fixed(gettext_lazy("Label {label} of {container}: {fate}")),
    Event.LABEL_FATE_CORRECTED: _fixed(gettext_lazy("Label {label} of {container}: corrected to {fate}")),
    Event.PRINT_ASKED: _fixed(gettext_lazy("Label {label} goes to printer {printer}")),
    Event.PRINT_PUT_OFF: _fixed(gettext_lazy("Label {label} waits: {trouble} ({printer})")),
    Event.PRINT_GIVEN_UP: _fixed(gettext_lazy("Label {label} not printed: {trouble} ({printer})")),
    Event.PRINT_MOVED: _fixed(gettext_lazy("Label {label} goes to printer {printer} now")),
    Event.PRINT_HANDED_OUT: _fixed(gettext_lazy("Label {label} downloaded to be printed")),
    Event.PRINT_SENT: _fixed(gettext_lazy("Label {label} sent to printer {printer}")),
    Event.PRINT_INTERRUPTED: _fixed(gettext_lazy("Label {label}: {trouble} ({printer})")),
    Event.PRINT_CONFIRMED: _fixed(gettext_lazy("Label {label} came out of the printer")),
    Event.PRINT_DENIED: _fixed(gettext_lazy("Label {label} did not come out: the copy is void and spoiled")),
    Event.PRINTER_REGISTERED: _fixed(gettext_lazy("Printer {printer} registered at {site}")),
    Event.PRINTER_CHANGED: _fixed(gettext_lazy("Printer {printer} changed")),
    Event.STOCK_LOADED: _fixed(gettext_lazy("Printer {printer}: {stock} loaded")),
    Event.HOLD_PLACED: _fixed(gettext_lazy("Hold placed on {container}: {reason}")),
    Event.HOLD_RELEASED: _fixed(gettext_lazy("Hold on {container} released")),
    Event.DEVIATION_OPENED: _fixed(gettext_lazy("Deviation {deviation} opened")),
    Event.DEVIATION_ASSIGNED: _fixed(gettext_lazy("Deviation {deviation} given an owner")),
    Event.DEVIATION_CLOSED: _fixed(gettext_lazy("Deviation {deviation} closed: {cause}; {disposition}")),
    Event.DISPOSITION_RECORDED: _fixed(gettext_lazy("Batch {batch}: {from} → {to}")),
    PeopleEvent.WORK_OPENED: _about_work(gettext_lazy("Work opened: {}"), "cause"),
    PeopleEvent.NOTICE_SENT: _about_work(gettext_lazy("Notice sent: {}"), "code"),
    PeopleEvent.SIGNATURE_MADE: _fixed(gettext_lazy("Signed: {meaning}")),
    LedgerEvent.EVIDENCE_STORED: _fixed(gettext_lazy("File kept: {name}")),
    Event.LOT_RECEIVED: _fixed(gettext_lazy("Material lot {code} received at {site}")),
    Event.LOT_STATUS_SET: _fixed(gettext_lazy("Material lot {code}: {status}")),
    Event.EQUIPMENT_REGISTERED: _fixed(gettext_lazy("Device {code} registered at {site}")),
    Event.EQUIPMENT_STATUS_SET: _fixed(gettext_lazy("Device {code}: {status}")),
    Event.SCANNER_QUALIFIED: _fixed(gettext_lazy("Scanner of {station} qualified")),
    Event.SCANNER_FAILED: _fixed(gettext_lazy("Scanner of {station} did not pass the test card")),
}


def tone(event: str, facts: Facts) -> str:
    """How an entry is marked in a timeline: stop, hint, done, plain, or quiet for what the worker does by itself."""
    if event in (Event.LABEL_RENDERED, LedgerEvent.EVIDENCE_STORED):
        return "quiet"
    if event == Event.SCAN_REFUSED:
        return "stop" if any(r["kind"] == "stop" for r in facts.get("refusals", ())) else "hint"
    if event in (Event.STEP_COMPLETED, Event.STOP_CLEARED, Event.HOLD_RELEASED, Event.DEVIATION_CLOSED):
        return "done"
    return "stop" if event in (Event.HOLD_PLACED, Event.DEVIATION_OPENED) else "plain"
