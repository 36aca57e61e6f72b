"""Names of the things that codes stand for, in the reader's language; an unknown code reads as itself."""

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coi.rules import units
from people.forms.documents import MEANINGS
from people.forms.roles import role_name

Word = str | Promise
Say = Callable[[str], str]


def _namer(names: Mapping[str, Word]) -> Say:
    return lambda code: str(names.get(code, step(code)))


def step(code: str) -> str:
    """A code of a step, value or topic without its underscores, where its title is not at hand."""
    return code.replace("_", " ")


# Units that people say in other words than their UCUM codes.
UNITS: Mapping[str, Word] = {"{copies}/{cell}": _("copies per cell"), "d": _("days"), "Cel": "°C"}


def unit(code: str) -> str:
    """A unit as people read it."""
    return units.unit(code, UNITS)


thing = _namer(
    {
        "din": _("donation number"),
        "coi": _("order code"),
        "badge": _("badge"),
        "station": _("station code"),
        "place": _("place"),
        "label": _("container"),
        "containers": _("container"),
        "command": _("command"),
        "lot": _("material lot"),
        "equipment": _("device"),
        "shipper": _("shipper"),
        "wristband": _("wristband"),
        "staff": _("staff badge"),
        "consignment": _("consignment"),
        "product": _("product code"),
        "message": _("message of several codes"),
        "apheresis_bag": _("apheresis bag"),
        "culture": _("culture vessel"),
        "harvest": _("harvest"),
        "product_bag": _("product bag"),
        "cassette": _("cassette"),
        "cryovial": _("cryovial"),
        "sample": _("sample"),
        "patient": _("a patient"),
        "engineering": _("engineering"),
        "validation": _("validation"),
    }
)

badge_state = _namer(
    {
        "unknown": _("not known"),
        "revoked": _("revoked"),
        "expired": _("expired"),
        "valid": _("valid"),
    }
)

container_status = _namer(
    {
        "unlabelled": _("waiting for its label"),
        "available": _("available"),
        "thawed": _("thawed"),
        "consumed": _("used up"),
        "infused": _("infused"),
        "closed": _("closed out"),
    }
)

copy_status = _namer(
    {
        "issued": _("being drawn"),
        "printed": _("drawn, to be applied"),
        "applied": _("applied"),
        "void": _("void"),
    }
)

disposition = _namer(
    {
        "in_process": _("in process"),
        "testing": _("in testing"),
        "qa_review": _("in quality review"),
        "released": _("released"),
        "conditionally_released": _("released conditionally"),
        "exceptionally_released": _("released exceptionally"),
        "rejected": _("rejected"),
    }
)
_PLAN: Mapping[str, Word] = {
    "extra_selection": _("an extra selection"),
    "extend_culture": _("a longer culture"),
    "collect_again": _("collect again"),
    "reduce_dose": _("a lower dose"),
    "physician_decides": _("the physician decides"),
}
plan_change = _namer(_PLAN)
# What whoever has such material in hand must know before they go on.
caution_title = _namer(
    {
        "conditionally_released": _("released conditionally"),
        "exceptionally_released": _("released exceptionally"),
        "extra_selection": _("Plan: an extra selection"),
        "extend_culture": _("Plan: a longer culture"),
        "collect_again": _("Plan: collect again"),
        "reduce_dose": _("Plan: a lower dose"),
        "physician_decides": _("Plan: the physician decides"),
    }
)
caution = _namer(
    {
        **dict.fromkeys(_PLAN, _("Quality changed the plan when it accepted the starting material.")),
        "conditionally_released": _(
            "Results are still pending. Quality tells the treating site when one does not meet the specification."
        ),
        "exceptionally_released": _(
            "It does not meet its specification. Quality released it at the request of the physician, for this"
            " patient."
        ),
    }
)
meaning = _namer({str(code): word for code, word in MEANINGS.items()})

acceptance = _namer(
    {
        "pending": _("not judged yet"),
        "accepted": _("accepted"),
        "accepted_with_changes": _("accepted, with changes of the plan"),
        "refused": _("refused"),
    }
)

reason = _namer(
    {
        "quarantine": _("it is in quarantine"),
        "blocked": _("it is blocked"),
        "expired": _("it is past its date"),
        "other_site": _("it belongs to another site"),
        "scanner_unproved": _("the test card was not scanned here, or it was not passed"),
        "scanner_overdue": _("the test card was scanned too long ago"),
        "expiry_differs": _("the expiry on its label is not the one that was registered"),
        "label_differs": _("its label says otherwise than what was registered"),
        "not_the_first_persons": _("it is another one than the first person used"),
        "unknown": _("it is not asked for here"),
        "not_number": _("this is not a number"),
        "not_a_weight": _("this is no weight in kg with three decimals at most"),
        "too_low": _("this is below the lowest possible value"),
        "too_high": _("this is above the highest possible value"),
        "not_choice": _("this is not one of the choices"),
        "not_this_person": _("the other person of this check enters it"),
        "empty": _("it is empty"),
        "too_long": _("it is too long"),
        "not_text": _("it holds characters that no code of ours has"),
        "no_format": _("it has no format that is known here"),
        "check_character": _("its check character does not fit"),
        "check_missing": _("its check character is missing: type the text with the character in the box"),
        "check_digit": _("its check digit does not fit"),
        "bad_content": _("its beginning is known, and what follows is not lawful or is cut short"),
        "bad_date": _("it holds a date or time that no calendar has"),
        "wrong_symbology": _("a symbol of this sort does not hold such a code"),
        "count_mismatch": _("it does not hold as many parts as it says"),
        "unknown_sequence": _("it promises a sequence of parts that is not known here"),
        "not_in_message": _("it holds a part that must stand alone"),
        "repeated": _("it holds one part twice"),
        "element_missing": _("a part is missing that has to be there"),
        "element_excluded": _("it holds parts that exclude each other"),
        "separator_missing": _("the separator between two fields is missing: the scanner must send it"),
        "ambiguous": _("it could be two different things"),
        "not_exact": _("it is not written as the standard writes it"),
    }
)

outcome = _namer(
    {
        "accepted": _("Done"),
        "incomplete": _("Match"),
        "refused": _("Refused"),
        "unreadable": _("Not read"),
    }
)

REFUSALS: Mapping[str, Word] = {
    "identity_mismatch": _("another patient's journey"),
    "wrong_container": _("wrong container"),
    "place_occupied": _("two patients at one place"),
    "label_void": _("void label"),
    "not_infusible": _("not for a patient"),
    "not_released": _("batch not released"),
    "material_not_accepted": _("material not accepted"),
    "component_missing": _("dose not complete"),
    "on_hold": _("on hold"),
    "expired": _("expired"),
    "label_expired": _("expired by its own label"),
    "hold_time_passed": _("hold time over"),
    "already_used": _("already used"),
    "custody_elsewhere": _("in another's custody"),
    "element_missing": _("label not read whole"),
    "lot_not_usable": _("lot not usable"),
    "equipment_not_usable": _("device not usable"),
    "stop_not_cleared": _("STOP not cleared"),
    "badge_not_valid": _("badge not valid"),
    "no_role": _("role missing"),
    "not_trained": _("training missing"),
    "witness_same_person": _("same person twice"),
    "witness_not_independent": _("not an independent check"),
    "witness_missing": _("second person missing"),
    "site_not_qualified": _("site not qualified"),
    "wrong_site": _("wrong site"),
    "wrong_station": _("wrong station"),
    "scanner_not_qualified": _("scanner not qualified"),
    "late_not_possible": _("no late entry"),
    "late_time_not_valid": _("time of a late entry"),
    "out_of_sequence": _("not yet its turn"),
    "journey_closed": _("journey is closed"),
    "identity_in_question": _("identity in question"),
    "label_not_applied": _("label not scanned back"),
    "already_done": _("already done"),
    "check_closed": _("check is over"),
    "checks_open": _("a check is open here"),
    "pin_not_valid": _("wrong PIN"),
    "value_not_valid": _("value not possible"),
    "step_unknown": _("no step fits"),
    "wrong_flag": _("number of a tube"),
    "division_missing": _("division not scanned"),
    "wrong_kind": _("wrong kind of code"),
    "duplicate_scan": _("scanned twice"),
    "unknown_code": _("unknown code"),
    "unreadable": _("unreadable"),
}
# What else opens a deviation.
refusal = _namer({**REFUSALS, "label_lost": _("label copy lost")})

# A hold that a deviation placed has the refusal that opened it for its reason.
hold_reason = _namer(
    {
        **REFUSALS,
        "quality": _("Quality concern"),
        "late_result": _("Result after the release"),
        "excursion": _("Temperature excursion"),
        "damage": _("Damaged container"),
        "paperwork": _("Record incomplete"),
        "request": _("On request of the treating site"),
    }
)
HOLD_REASONS = ("quality", "excursion", "damage", "paperwork", "request")

hold_state = _namer({"held": _("on hold"), "released": _("released")})

reprint_reason = _namer(
    {
        "damaged": _("Damaged"),
        "unreadable": _("Does not scan"),
        "lost": _("Lost"),
        "wrong_stock": _("Printed on the wrong stock"),
        "moved_to_other_bag": _("Moved to another bag"),
        "did_not_print": _("Did not come out of the printer"),
    }
)

grade = _namer({"minor": _("minor"), "major": _("major"), "critical": _("critical")})
deviation_state = _namer({"open": _("open"), "closed": _("closed")})

cause = _namer(
    {
        "person": _("Person"),
        "label": _("Label"),
        "equipment": _("Equipment"),
        "procedure": _("Procedure"),
        "transport": _("Transport"),
        "software": _("Software"),
        "other": _("Other"),
    }
)

deviation_outcome = _namer(
    {
        "use_as_is": _("Use as it is: its holds end"),
        "relabel": _("Relabel: its holds end"),
        "discard": _("Discard: its holds stay"),
    }
)

phase = _namer(
    {
        "1": _("Phase 1"),
        "1/2": _("Phase 1/2"),
        "2": _("Phase 2"),
        "2/3": _("Phase 2/3"),
        "3": _("Phase 3"),
        "commercial": _("Commercial"),
    }
)

journey_end = _namer(
    {
        "withdrawn": _("The order was withdrawn"),
        "not_manufactured": _("The product could not be made"),
        "patient_unfit": _("The patient is not fit for it any more"),
        "patient_died": _("The patient died"),
    }
)

weight_source = _namer({"scale": _("Read off the scale"), "record": _("From another record")})
weight_correction = _namer(
    {
        "mistyped": _("Mistyped"),
        "other_unit": _("In another unit"),
        "other_patient": _("Of another patient"),
        "wrong_time": _("Wrong time of weighing"),
    }
)

order_kind = _namer(
    {"patient": _("Patient"), "engineering": _("Engineering run"), "validation": _("Validation run")}
)

party = _namer(
    {
        "treating": _("Treating site"),
        "collection": _("Collection site"),
        "courier": _("Courier"),
        "manufacturer": _("Manufacturer"),
    }
)

alias_kind = _namer(
    {
        "coi": _("COI id"),
        "din": _("Donation number (DIN)"),
        "coid": _("COI id of another party"),
        "join": _("JOIN id"),
        "lot": _("Product lot or batch number"),
        "therapy_order": _("Therapy order number"),
        "wristband": _("Wristband"),
        "mrn": _("Hospital number (MRN)"),
        "subject": _("Subject number"),
        "label": _("Label"),
        "container": _("Container"),
        "batch": _("Batch"),
    }
)

retire_reason = _namer(
    {
        "mistyped": _("Mistyped"),
        "wrong_journey": _("Of another journey"),
        "replaced": _("Replaced"),
        "withdrawn": _("Withdrawn by its issuer"),
    }
)

reconciliation_kind = _namer(
    {
        "correction": _("Correction: what stands was never right"),
        "change": _("Change: it was right until now"),
        "merge": _("Two patients are one person"),
    }
)

reconciliation_state = _namer(
    {"open": _("waits for a decision"), "approved": _("approved"), "rejected": _("rejected")}
)

late_reason = _namer(
    {
        "server_away": _("The system was away"),
        "network_down": _("The network was down"),
        "station_broken": _("The station did not work"),
        "power_cut": _("There was no power"),
        "other": _("Another reason"),
    }
)

keyed_reason = _namer(
    {
        "damaged": _("The code is damaged"),
        "out_of_reach": _("The scanner does not reach it"),
        "scanner_fails": _("The scanner does not work"),
        "no_symbol": _("There is no symbol, only text"),
    }
)

# --- the label ledger and printing -----------------------------------------------------------------------------------

fate = _namer(
    {
        "used": _("used"),
        "spoiled": _("spoiled and destroyed"),
        "destroyed": _("destroyed"),
        "retained": _("retained in the record"),
        "lost": _("lost"),
    }
)

account = _namer(
    {
        "used": _("Used"),
        "spoiled": _("Spoiled"),
        "destroyed": _("Destroyed"),
        "retained": _("Retained"),
        "lost": _("Lost"),
        "withdrawn": _("Never printed"),
        "waiting": _("To be applied"),
        "open": _("Open"),
    }
)

fate_reason = _namer(
    {
        "taken_off": _("Taken off its container"),
        "damaged": _("Damaged"),
        "misprinted": _("Misprinted"),
        "wrong_stock": _("Printed on the wrong stock"),
        "not_needed": _("Not needed any more"),
        "not_found": _("Not found"),
        "did_not_print": _("Did not come out of the printer"),
        "mistaken": _("Said by mistake"),
        "found_again": _("Found again"),
        "wrong_copy": _("Another copy was meant"),
    }
)

job_state = _namer(
    {
        "queued": _("in the queue"),
        "waiting": _("waiting"),
        "asks": _("sent: did it come out?"),
        "printed": _("printed"),
        "failed": _("not printed"),
        "void": _("void"),
    }
)

printer_state = _namer({"active": _("in use"), "out_of_service": _("out of service")})
printer_kind = _namer({"zpl": _("ZPL (Zebra)"), "pdf": _("PDF")})

trouble = _namer(
    {
        "no_printer": _("no printer chosen"),
        "by_hand": _("to be downloaded and printed"),
        "out_of_service": _("printer out of service"),
        "wrong_stock": _("other stock loaded"),
        "wrong_kind": _("stock for other containers"),
        "not_drawn": _("not made for this printer"),
        "address_not_allowed": _("address not allowed"),
        "offline": _("printer offline"),
        "interrupted": _("printer broke off"),
        "silent": _("printer says nothing"),
        "did_not_come_out": _("did not come out"),
    }
)

# Why work waits, and what a notice is about: the codes of this room and of those beside it.
work = _namer(
    {
        "deviation_minor": _("Minor deviation"),
        "deviation_major": _("Major deviation"),
        "deviation_critical": _("Critical deviation"),
        "late_failing_result": _("Failing result after the release"),
        "late_tell_physician": _("Late failure: tell the treating physician"),
        "late_tell_sponsor": _("Late failure: tell the sponsor"),
        "late_report_deviation": _("Late failure: report the biological product deviation"),
        "late_identify_organism": _("Late failure: identify the organism"),
        "late_test_susceptibility": _("Late failure: test what the organism is susceptible to"),
        "late_follow_up": _("Late failure: follow up how the patient is"),
        "oos_to_open": _("Out of specification: open an investigation"),
        "oos_phase_1": _("Out of specification: the laboratory's checks"),
        "oos_conclude": _("Out of specification: conclude the investigation"),
        "trail_review": _("Audit trail of a batch: look it over and sign"),
        "notice_due": _("Notice of an exceptional release"),
        "dossier_opened": _("An exceptional release is being prepared: the physician's request is wanted"),
        "cpv_signal": _("A control chart signals: look into it"),
        "fmea_action": _("An action against a risk: do it, and say that it is done"),
        "fmea_action_late": _("An action against a risk is late"),
        "fmea_scoring": _("A team scores a risk: your rating, or your signature, is wanted"),
        "ledger_broken": _("The ledger was found altered"),
        "training_ends": _("Training ends soon, or has ended"),
        "badge_ends": _("A badge ends soon, or has ended"),
        "badge_test_ends": _("A badge is to be tested with its holder present"),
        "qualification_ends": _("A qualification of the site ends soon, or has ended"),
        "pin_ends": _("A PIN is to be changed soon, or is overdue"),
        "audit_ends": _("A grant to audit ends soon, or has ended"),
        "user_locked": _("Account locked after wrong attempts"),
        "refused_often": _("Somebody was refused again and again"),
        "tokens_refused": _("A token that is not in use was shown again and again"),
        "stopped_often": _("The same STOP again and again"),
    }
)

role: Say = role_name
