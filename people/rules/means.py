"""What is not asked of a role by a right of its own: every other service, and by what means it knows that it may.

`people.rules.rights` and this closed list together name every service of every room; a service that stands in neither
fails a test.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from people.rules.rights import Right


class Means(StrEnum):
    """How a service knows that it may, where it asks for no right."""

    SECRET = "secret"  # noqa: S105  (names a means)
    STATION = "station"
    OWN_ACCOUNT = "own_account"
    OWN_WORK = "own_work"
    OWN_JOURNEYS = "own_journeys"
    OWN_READING = "own_reading"
    THE_HOUSE = "the_house"
    ANOTHER_SERVICE = "another_service"
    OPERATOR = "operator"


# A right where the service asks for that of another.
SERVICES: Mapping[str, Right | Means] = MappingProxyType(
    {
        "ledger.append": Means.ANOTHER_SERVICE,
        "ledger.store_evidence": Means.ANOTHER_SERVICE,
        "ledger.enqueue": Means.ANOTHER_SERVICE,
        "ledger.enqueue_each": Means.ANOTHER_SERVICE,
        "ledger.run_effect": Means.THE_HOUSE,
        "ledger.sweep_effects": Means.THE_HOUSE,
        "ledger.seal": Means.THE_HOUSE,
        "ledger.verify": Means.THE_HOUSE,
        "ledger.record_halt": Means.THE_HOUSE,
        "ledger.note_halt": Means.THE_HOUSE,
        "ledger.resolve_halt": Means.OPERATOR,
        "ledger.mark_demonstration": Means.OPERATOR,
        "ledger.note_configuration": Means.OPERATOR,
        "ledger.publish_checkpoints": Means.THE_HOUSE,
        "ledger.replace_lost_key": Means.OPERATOR,
        "ledger.rotate_signing_key": Means.OPERATOR,
        "ledger.seal_until": Means.ANOTHER_SERVICE,
        "people.bootstrap": Means.OPERATOR,
        "people.activate_user": Means.SECRET,
        "people.sign_in": Means.SECRET,
        "people.sign_in_with_code": Means.SECRET,
        "people.sign_in_with_passkey": Means.SECRET,
        "people.sign_in_by_provider": Means.SECRET,
        "people.unlock_with_password": Means.SECRET,
        "people.unlock_with_passkey": Means.SECRET,
        "people.sign_out": Means.OWN_ACCOUNT,
        "people.end_other_sessions": Means.OWN_ACCOUNT,
        "people.change_password": Means.SECRET,
        "people.change_pin": Means.SECRET,
        "people.add_totp": Means.SECRET,
        "people.add_passkey": Means.SECRET,
        "people.make_recovery_codes": Means.SECRET,
        "people.remove_factor": Means.SECRET,
        "people.attempt": Means.ANOTHER_SERVICE,
        "people.refuse": Means.ANOTHER_SERVICE,
        "people.is_own_password": Means.ANOTHER_SERVICE,
        "people.close_sessions": Means.ANOTHER_SERVICE,
        "people.record_page_seen": Means.THE_HOUSE,
        "people.warn_of_expiry": Means.THE_HOUSE,
        "people.alert_on_refusals": Means.THE_HOUSE,
        "people.alert_on_bursts": Means.THE_HOUSE,
        "people.record_refused_door": Means.THE_HOUSE,
        "people.record_refused_token": Means.THE_HOUSE,
        "people.verify_pin": Means.SECRET,
        "people.confirm": Means.SECRET,
        "people.confirm_or_refuse": Means.SECRET,
        "people.draft_document": Right.WRITE_DOCUMENT,
        "people.edit_document": Right.WRITE_DOCUMENT,
        "people.submit_document": Right.WRITE_DOCUMENT,
        "people.close_work_item": Means.OWN_WORK,
        "people.open_work_item": Means.ANOTHER_SERVICE,
        "people.send_notice": Means.ANOTHER_SERVICE,
        "people.sign": Means.ANOTHER_SERVICE,
        "people.insert_user": Means.ANOTHER_SERVICE,
        "people.is_repeat": Means.ANOTHER_SERVICE,
        "people.require": Means.ANOTHER_SERVICE,
        "people.require_anywhere": Means.ANOTHER_SERVICE,
        "people.require_over": Means.ANOTHER_SERVICE,
        "coi.record_scan": Means.STATION,
        "coi.find_journey": Means.OWN_JOURNEYS,
        "coi.retire_alias": Right.ADD_ALIAS,
        "coi.print_badges": Right.RECORD_BADGES_PRINTED,
        "coi.print_wristband": Right.FIND_BY_IDENTITY,
        "coi.shipper_picture": Right.PRINT_CARDS,
        "coi.shipper_zpl": Right.PRINT_CARDS,
        "coi.alert_on_stops": Means.THE_HOUSE,
        "coi.contain_broken_ledger": Means.THE_HOUSE,
        "coi.close_untouched_checks": Means.THE_HOUSE,
        "coi.open_due_scanner_work": Means.THE_HOUSE,
        "coi.open_overdue_deviations": Means.THE_HOUSE,
        "coi.plan_opening": Means.ANOTHER_SERVICE,
        "coi.draw_cards": Means.ANOTHER_SERVICE,
        "coi.card_sheet": Means.ANOTHER_SERVICE,
        "coi.new_coi_id": Means.ANOTHER_SERVICE,
        "coi.new_din": Means.ANOTHER_SERVICE,
        "coi.queue_print": Means.ANOTHER_SERVICE,
        "coi.require_at": Means.ANOTHER_SERVICE,
        "qc.preview_document": Right.ISSUE_DOCUMENT,
        "qc.preview_report": Means.OWN_JOURNEYS,
        "qc.open_dossier": Right.NAME_CRITERIA,
        "qc.change_supply": Right.NAME_CRITERIA,
        "cpv.propose_limits": Right.WRITE_PLAN,
        "cpv.follow": Means.THE_HOUSE,
        "cpv.gather": Means.THE_HOUSE,
        "cpv.judge_chart": Means.THE_HOUSE,
        "cpv.judge_charts": Means.THE_HOUSE,
        "cpv.observe_batches": Means.THE_HOUSE,
        "cpv.observe_weeks": Means.THE_HOUSE,
        "fmea.chase_actions": Means.THE_HOUSE,
        "audit.find_places": Means.OWN_READING,
        "audit.search": Means.OWN_READING,
        "audit.request_report": Means.OWN_READING,
        "audit.ask_for_bundle": Right.ASK_BUNDLE,
        "audit.bundle_for": Right.ASK_BUNDLE,
        "audit.bundle_bytes": Right.ASK_BUNDLE,
    }
)
