"""Sentences for every code: why something was refused, what to do about it, and what a fault of a request means.

The only place where this room speaks in sentences to whoever scans. Rules, services and the ledger hold codes and
parameters; `{name}` in a sentence is filled from the parameters.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coi.forms import words
from coi.forms.late_texts import LATE
from coi.rules.outcome import RefusalCode
from ledger.rules.errors import DomainError

Sentence = str | Promise


@dataclass(frozen=True)
class Text:
    """Why, and what to do now."""

    message: Sentence
    remedy: Sentence


_CALL = _("Put it aside. Call a second qualified person: they scan their badge to clear this STOP.")
_HOLD_BACK = _("Put it aside and call quality. Nothing can be done with it until they have decided.")

REFUSALS: Mapping[RefusalCode, Text] = {
    RefusalCode.IDENTITY_MISMATCH: Text(
        _("This {kind} belongs to another patient's journey."),
        _CALL,
    ),
    RefusalCode.WRONG_CONTAINER: Text(
        _("This is another {kind} ({found}) than the one that this check is about."), _CALL
    ),
    RefusalCode.PLACE_OCCUPIED: Text(
        _("Another patient's material is still at this place."),
        _("Take it away, finish its step, and scan CLEAR for line clearance. Then begin again."),
    ),
    RefusalCode.LABEL_VOID: Text(
        _("This printed copy of the label ({label}) is void: it was replaced."),
        _("Put the bag aside and call quality. Use the copy that replaced this one."),
    ),
    RefusalCode.NOT_INFUSIBLE: Text(
        _("This order is for {kind} and not for a patient: nothing of it may be given."), _HOLD_BACK
    ),
    RefusalCode.NOT_RELEASED: Text(
        _("The batch of {found} is not released."),
        _("Put it back. Quality must release the batch before it may leave or be used."),
    ),
    RefusalCode.MATERIAL_NOT_ACCEPTED: Text(
        _("The cells of {found} are not accepted as starting material: {acceptance}."),
        _("Put it back. Quality must accept the material before it is used."),
    ),
    RefusalCode.COMPONENT_MISSING: Text(
        _("The dose is not complete: {component} is not released, or not here."),
        _("Put {found} back. Nothing of the dose is used before all of it is here and released."),
    ),
    RefusalCode.ON_HOLD: Text(_("{found} is on hold."), _HOLD_BACK),
    RefusalCode.EXPIRED: Text(_("{found} is past its expiry."), _HOLD_BACK),
    RefusalCode.LABEL_EXPIRED: Text(_("The label that was scanned says: expired {until}."), _HOLD_BACK),
    RefusalCode.HOLD_TIME_PASSED: Text(
        _("The time within which {found} had to be used is over."), _HOLD_BACK
    ),
    RefusalCode.ALREADY_USED: Text(_("{found} cannot be used for this: it is {status}."), _CALL),
    RefusalCode.CUSTODY_ELSEWHERE: Text(
        _("{found} is in the custody of {site}, not of the party that does this step."),
        _("Complete the hand-over first: giver and receiver both scan it."),
    ),
    RefusalCode.ELEMENT_MISSING: Text(
        _(
            "This label was not read whole: ({elements}) is missing. Lot and serial number may have run together."
        ),
        _(
            "Put it aside. Test the scanner with its card, then scan the label again; or scan our own code on the lot."
        ),
    ),
    RefusalCode.LOT_NOT_USABLE: Text(
        _("This material lot may not be used: {why}."), _("Put it aside and take a lot that is approved.")
    ),
    RefusalCode.EQUIPMENT_NOT_USABLE: Text(
        _("This device may not be used: {why}."), _("Take another one that is approved and calibrated.")
    ),
    RefusalCode.STOP_NOT_CLEARED: Text(
        _("A STOP at this station is not cleared yet."),
        _("A second qualified person scans their badge and enters their PIN."),
    ),
    RefusalCode.BADGE_NOT_VALID: Text(
        _("This badge is {state}."), _("Use your own valid badge, or ask an administrator for a new one.")
    ),
    RefusalCode.NO_ROLE: Text(
        _("You do not hold a role for “{step}” at {site}."),
        _("Call a colleague who does. An administrator grants roles."),
    ),
    RefusalCode.NOT_TRAINED: Text(
        _("Your training in “{topic}” is missing or has run out."),
        _("Call a colleague who is trained, and renew the training."),
    ),
    RefusalCode.SITE_NOT_QUALIFIED: Text(
        _("{site} is not qualified in the programme “{programme}”: it is missing or has run out."),
        _("Call quality. The work goes on when the site's qualification is recorded."),
    ),
    RefusalCode.WITNESS_SAME_PERSON: Text(
        _("You did the first part yourself."), _("Somebody else must check it independently.")
    ),
    RefusalCode.WITNESS_NOT_INDEPENDENT: Text(_("{why}."), _("{remedy}.")),
    RefusalCode.WITNESS_MISSING: Text(
        _("“{waits_for}” still waits for its second person."),
        _("The second person scans their badge and then the items again."),
    ),
    RefusalCode.WRONG_SITE: Text(
        _("“{step}” is not done at this site."), _("Check that you have the right item.")
    ),
    RefusalCode.WRONG_STATION: Text(
        _("“{step}” is not done at this station."), _("Take it to the station where that is done.")
    ),
    RefusalCode.SCANNER_NOT_QUALIFIED: Text(
        _("The scanner of this station may not do critical steps: {why}."),
        _("Scan the test card at this station. It takes less than a minute; then scan this again."),
    ),
    RefusalCode.LATE_NOT_POSSIBLE: Text(_("This cannot be recorded late: {why}."), _("{remedy}.")),
    RefusalCode.LATE_TIME_NOT_VALID: Text(
        _("The time at which it was done cannot be right: {why}."), _("{remedy}.")
    ),
    RefusalCode.OUT_OF_SEQUENCE: Text(
        _("“{step}” cannot be done yet: “{waits_for}” comes first."),
        _("Do that first, then scan this again."),
    ),
    RefusalCode.JOURNEY_CLOSED: Text(
        _("This journey is closed: every container of it is accounted for."),
        _("Put the item aside and call quality."),
    ),
    RefusalCode.IDENTITY_IN_QUESTION: Text(
        _("Somebody asked to change who this patient is, and it is not decided yet."),
        _(
            "Nothing critical is done until quality or a supervisor of the treating site has decided. Call them."
        ),
    ),
    RefusalCode.LABEL_NOT_APPLIED: Text(
        _("The label of {found} was not scanned back yet."), _("Apply the label and scan it back first.")
    ),
    RefusalCode.ALREADY_DONE: Text(
        _("Already done {at} by {by}."), _("Nothing to do. Go on with the next step.")
    ),
    RefusalCode.CHECK_CLOSED: Text(_("This check is over."), _("Begin again: scan the first item.")),
    RefusalCode.CHECKS_OPEN: Text(
        _("“{step}” is begun at this place, at station “{station_name}”, and is not over."),
        _("Finish it there or cancel it. Then scan CLEAR again."),
    ),
    RefusalCode.PIN_NOT_VALID: Text(
        _("The PIN is wrong."), _("Enter it again. After five wrong attempts the account rests for a while.")
    ),
    RefusalCode.VALUE_NOT_VALID: Text(_("“{name}”: {why}."), _("Correct the value and send it again.")),
    RefusalCode.STEP_UNKNOWN: Text(
        _("No step of the protocol fits what was scanned."),
        _("Check that this is the right item and station."),
    ),
    RefusalCode.WRONG_FLAG: Text(
        _("This donation number is that of a tube (flags {flags}), not of a bag."),
        _("Scan the label on the bag. If it is on the bag, put the bag aside and call quality."),
    ),
    RefusalCode.DIVISION_MISSING: Text(
        _("This product was divided (its code ends in 99), and the division was not scanned."),
        _("Scan product code and division together."),
    ),
    RefusalCode.WRONG_KIND: Text(_("Not needed here: {kind}."), _("Scan what the instruction asks for.")),
    RefusalCode.DUPLICATE_SCAN: Text(_("This {kind} was scanned already."), _("Scan the next item.")),
    RefusalCode.UNKNOWN_CODE: Text(
        _("This {kind} is not known here."), _("Check that you scanned the right code. Nothing was created.")
    ),
    RefusalCode.UNREADABLE: Text(_("The code could not be read: {reason}."), _("Scan it again.")),
}

_NO_TITLES: Mapping[str, str] = {}

# A wristband is on a person: it is not put aside.
_OTHER_PATIENT = Text(
    _("This wristband belongs to another patient's journey."),
    _("Ask the patient for name and birth date. Put the container aside. Call a second qualified person."),
)

_INDEPENDENCE: Mapping[str, tuple[Sentence, Sentence]] = {
    "first_not_finished": (
        _("{by} has not finished the first part"),
        _("Wait until the first person is done, or let them cancel"),
    ),
    "another_witness": (_("Another person has begun the second check"), _("That person must finish it")),
    "too_soon": (_("That was too quick to be a check of your own"), _("Look at the item, then scan again")),
}


def refusal_text(
    code: str, params: Mapping[str, str], zone: str = "UTC", titles: Mapping[str, str] = _NO_TITLES
) -> tuple[str, str]:
    """Message and remedy of one refusal, filled in; times in the zone of the site, steps by their titles if known."""
    text = REFUSALS[RefusalCode(code)]
    if code == RefusalCode.IDENTITY_MISMATCH and params.get("kind") == "wristband":
        text = _OTHER_PATIENT
    filled = _in_words(RefusalCode(code), params, zone, titles)
    return _fill(text.message, filled), _fill(text.remedy, filled)


def _in_words(
    code: RefusalCode, params: Mapping[str, str], zone: str, titles: Mapping[str, str]
) -> Mapping[str, str]:
    """The parameters as people say them; a parameter that the rule did not give reads as nothing."""
    found: defaultdict[str, str] = defaultdict(str, params)
    for name, say in _SAY.items():
        if name in params:
            found[name] = say(params[name])
    for name in NAMING & params.keys():
        found[name] = titles.get(params[name], found[name])
    if "at" in params:
        found["at"] = clock_time(params["at"], zone)
    if code is RefusalCode.WITNESS_NOT_INDEPENDENT:
        why, remedy = _INDEPENDENCE[params["why"]]
        found["why"], found["remedy"] = _fill(why, found), _fill(remedy, found)
    if code in (RefusalCode.LATE_NOT_POSSIBLE, RefusalCode.LATE_TIME_NOT_VALID) and "why" in params:
        why, remedy = LATE[params["why"]]
        found["why"], found["remedy"] = _fill(why, found), _fill(remedy, found)
    return found


# Parameters that name a step or a value by its code; the protocol has the title.
NAMING = frozenset({"step", "waits_for", "name"})

_SAY = {
    "kind": words.thing,
    "acceptance": words.acceptance,
    "state": words.badge_state,
    "status": words.container_status,
    "why": words.reason,
    "reason": words.reason,
    "step": words.step,
    "waits_for": words.step,
    "topic": words.step,
    "name": words.step,
}


def _fill(sentence: Sentence, params: Mapping[str, str]) -> str:
    return str(sentence).format_map(params)


def clock_time(text: str, zone: str) -> str:
    """A moment as people at the site read it: `10:02 GMT`."""
    local = datetime.fromisoformat(text).astimezone(ZoneInfo(zone))
    return f"{local:%H:%M} {local.tzname()}"


# What a request was turned away for before anything was decided: the codes that services raise.
ERRORS: Mapping[str, Sentence] = {
    "station_unknown": _("This device is not a known station. Ask an administrator to bind it again."),
    "scan_id_used": _("This scan was sent before with another content. Reload the page."),
    "request_id_used": _("This was sent before with another content. Reload the page."),
    "role_missing": _("You do not hold a role for this at this site."),
    "username_needed": _(
        "Type your username too: this is your first signature, or your last was more than 15 minutes ago."
    ),
    "credential_refused": _("Badge, password or PIN is wrong. Nothing was done."),
    "credential_locked": _("Too many wrong attempts. Wait a quarter of an hour, or ask an administrator."),
    "same_person": _("You met this STOP yourself. Somebody else must clear it."),
    "stop_unknown": _("There is no such STOP at this station."),
    "stop_cleared": _("This STOP has been cleared already."),
    "order_unknown": _("There is no such order, or it is not yours to see."),
    "product_unknown": _("There is no such product."),
    "protocol_not_effective": _("This product has no protocol in effect."),
    "specification_not_for_this": _(
        "{product} has no specification in effect for {phase} in the region {region}. Quality puts one in effect; an"
        " administrator gives the treating site its region."
    ),
    "specification_ambiguous": _(
        "{product} has several specifications in effect for {phase} in the region {region}. Quality retires all but"
        " one."
    ),
    "facility_unknown": _("The collection site has no facility number to issue identifiers with."),
    "site_not_qualified": _(
        "{site} is not qualified for orders: {programme} is missing or has run out. Quality records it."
    ),
    "alias_of_another_order": _("This identifier belongs to another journey already."),
    "alias_kind_unknown": _("There is no such kind of identifier."),
    "alias_unknown": _("There is no such identifier, or it is not yours to see."),
    "alias_retired": _("This identifier no longer counts already."),
    "patient_missing": _("This order has no patient."),
    "weight_unknown": _("There is no such weight, or it is not yours to see."),
    "weight_corrected": _("Somebody has corrected this weight meanwhile. Reload the page."),
    "journey_closed": _("This journey is closed."),
    "containers_open": _("Containers of this journey are not closed out yet: that comes first."),
    "collection_unknown": _("There is no such collection, or it is not yours to see."),
    "material_in_use": _("Cells of this collection are in a batch already. What is in doubt now is held."),
    "signatures_incomplete": _("The signatures that this needs are not there."),
    "signatures_not_of_this_record": _("These signatures are not over this record."),
    "signatures_over_different_records": _("These signatures are over different records."),
    "signature_of_another": _("This is the signature of somebody else."),
    "lot_registered": _("This lot of this product is registered at the site already."),
    "reconciliation_open": _("A reconciliation of this patient is open already: decide that first."),
    "reconciliation_unknown": _("There is no such reconciliation, or it is not yours to see."),
    "reconciliation_not_looked_at": _("Look at both identities first: you sign for what you have seen."),
    "reconciliation_decided": _("This reconciliation is decided already."),
    "reconciliation_own": _("You asked for this yourself. Somebody else must decide it."),
    "nothing_changes": _("Nothing of this differs from what stands."),
    "patients_of_two_sites": _("The two patients are of two hospitals: their records are not one."),
    "same_patient": _("Both orders are of one patient already."),
    "mrn_in_use": _("This number is another patient's. If both are one person, ask to merge them."),
    "mrn_of_another_patient": _(
        "This number is enrolled under another name or birth date. Check who is meant."
    ),
    "site_unknown": _("There is no such site."),
    "patient_enrolled": _("This patient was enrolled at the same moment by somebody else. Try again."),
    "container_unknown": _("There is no such container, or it is not yours to see."),
    "container_used": _("This container has been used: its label can no longer be replaced."),
    "label_not_applied_here": _(
        "Nobody at the party that has this container can apply a new label. Replace it on arrival."
    ),
    "label_unknown": _("There is no such label, or it is not yours to see."),
    "label_void": _("This copy is void already."),
    "label_applied": _("This copy is on its container: it is used."),
    "label_accounted": _("Somebody has said what became of this copy. To say otherwise, correct it."),
    "label_not_accounted": _("Nobody has said yet what became of this copy."),
    "label_never_printed": _("This copy was never printed: there is nothing to account for."),
    "label_in_use": _("This copy still waits to be applied. To replace it, reprint it."),
    "print_unknown": _("There is no such print job, or it is not yours to see."),
    "print_asked": _("This copy was sent to be printed before. Look for it in the queue."),
    "print_over": _(
        "This copy was sent to a printer or downloaded before, or it is void: none goes out twice."
    ),
    "print_not_asking": _("This was answered already, or nothing was sent."),
    "printer_unknown": _("There is no such printer at this site."),
    "printer_code_used": _("There is another printer with this code."),
    "label_not_rendered": _("The label is still being drawn. Try again in a moment."),
    "label_not_drawable": _("This label does not fit, or does not read as it should. It is not handed out."),
    "card_unknown": _("One of these cards is not to be had at this site any more. Choose again."),
    "card_not_drawable": _(
        "One of these cards does not fit, or does not read as it should. None is handed out: print fewer at a time"
        " to find it."
    ),
    "badge_not_in_force": _(
        "One of these badges was revoked, or has expired. None is printed: choose again."
    ),
    "badge_of_another_house": _("The badge of a hospital is printed by that hospital."),
    "hold_unknown": _("There is no such hold, or it is not yours to see."),
    "hold_released": _("This hold has been released already."),
    "hold_of_deviation": _("This hold ends with its deviation: close that."),
    "deviation_unknown": _("There is no such deviation, or it is not yours to see."),
    "deviation_closed": _("This deviation is closed already."),
    "owner_unknown": _("The owner must be one of quality at this site."),
    "vault_erased": _("This patient's identity has been erased."),
    "patient_erased": _("This patient's identity has been erased already."),
    "vault_unknown": _("No identity is kept for this order."),
    "vault_unreadable": _("The identity cannot be decrypted with the key of this installation."),
    "symbol_unknown": _("There is no such symbol on the test card."),
    "fields_invalid": _("Some fields are missing or wrong."),
    "too_large": _("The request or one of its codes is too large."),
    "malformed": _("The request is not JSON."),
    "not_an_object": _("The request is JSON, but not an object: write its fields in braces."),
}

FIELD_PROBLEMS: Mapping[str, Sentence] = {
    "text_required": _("This is required."),
    "too_long": _("This is too long."),
    "token_unknown": _("No station has this token."),
    "not_a_wristband_code": _("This is not the code of a wristband."),
    "wristband_of_no_journey": _("No journey that is yours to see goes by this wristband."),
    "cards_chosen": _("Choose 1 to 120."),
    "not_a_din": _("This is not a donation number of 13 characters."),
    "not_printable": _("This holds characters that cannot be printed on a label."),
    "spaces_around": _("There are spaces before or after it. It is taken exactly as it is."),
    "not_a_supplier_label": _("This is not a supplier's label with GTIN and batch number."),
    "element_missing": _("The label was not read whole."),
    "expiry_differs": _("This is not the expiry that was read from the label."),
    "lot_differs": _(
        "This is not the lot number that was read from the label. If the label has this one, test the scanner."
    ),
    "not_choice": _("Choose one of the list."),
    "changes_missing": _("Say what becomes of the plan."),
    "changes_without_need": _("Material that is accepted as it is changes no plan."),
    "changes_repeated": _("A change stands here twice."),
    "not_a_weight": _("Write kilograms such as 71.5, with three decimals at most."),
    "decimal_comma": _("Write a point, not a comma, before the decimals."),
    "not_possible": _("This is outside of what is possible: a slip of the pen, or pounds?"),
    "in_the_future": _("This is in the future."),
    "code_shape": _("Capitals, digits, point, dash and underscore; 32 at most."),
    "blank": _("This is required."),
    "host_shape": _("This is neither an address nor a name of a machine."),
    "address_not_allowed": _(
        "This address is not in the networks in which printers stand. Whoever runs the server sets PRINTER_NETWORKS."
    ),
    "dpi_of_no_zpl": _(
        "Labels in ZPL are made for printers of 203 and 300 dots per inch. Take PDF for this one."
    ),
    "port_not_allowed": _("Printers are reached at a port from 9100 to 9199."),
    "size_not_possible": _("From 10 to 300 mm."),
}


def _said(error: DomainError) -> str:
    """The sentence; one about an identifier names its kind, and the journey that has it where that may be seen."""
    if error.code == "alias_of_another_order" and "kind" in error.detail:
        kind, journey = words.alias_kind(str(error.detail["kind"])), str(error.detail.get("journey") or "")
        known = _("{kind}: this belongs to the journey {journey} already.")
        hidden = _("{kind}: this belongs to another journey already.")
        return str(known if journey else hidden).format(kind=kind, journey=journey)
    if error.code in ("specification_not_for_this", "specification_ambiguous"):
        told = {**error.detail, "phase": words.phase(str(error.detail["phase"]))}
        return str(ERRORS[error.code]).format_map(told | {"region": error.detail["region"] or "?"})
    if error.code == "site_not_qualified":
        return str(ERRORS[error.code]).format_map(error.detail)
    return str(ERRORS[error.code])


@contextmanager
def in_words() -> Iterator[None]:
    """Give whatever a service raises its sentence, where this room has one."""
    try:
        yield
    except DomainError as error:
        if error.code in ERRORS and error.message == error.code:
            error.message = _said(error)
            error.args = (error.message,)
        raise
