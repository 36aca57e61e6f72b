"""Who may do what: every right of every room, and the roles that have it. This table is what the code asks.

Denied by default: a right that stands in no row is nobody's, and a role that a row does not name has not got it. A role
counts at the site where it is granted, and a right at the site of what it is about. Rights bear the name of the service
that asks for them, `room.service`, or of what is read. What is not asked of roles stands in `people.rules.means`.

Nobody is given a right for being a system administrator that belongs to the laboratory or to quality (21 CFR 11.10(d)
and (g); EU GMP Annex 11, 12; MHRA GxP data integrity guidance, 6.16).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from people.rules.roles import QA, Role


class Right(StrEnum):
    """What somebody may do or read, by room."""

    # people
    CREATE_ORGANISATION = "people.create_organisation"
    CREATE_SITE = "people.create_site"
    CHANGE_SITE = "people.change_site"
    CREATE_PLACE = "people.create_place"
    REGISTER_STATION = "people.register_station"
    CHANGE_STATION = "people.change_station"
    RENEW_STATION_TOKEN = "people.renew_station_token"  # noqa: S105  (names a right)
    BIND_DEVICE = "people.bind_device"
    RELEASE_DEVICE = "people.release_device"
    CREATE_USER = "people.create_user"
    RESET_USER = "people.reset_user"
    DEACTIVATE_USER = "people.deactivate_user"
    END_SESSIONS = "people.end_sessions"
    LINK_PROVIDER = "people.link_provider"
    UNLINK_PROVIDER = "people.unlink_provider"
    GRANT_ROLE = "people.grant_role"
    REVOKE_ROLE = "people.revoke_role"
    ISSUE_BADGE = "people.issue_badge"
    REVOKE_BADGE = "people.revoke_badge"
    RECORD_BADGES_PRINTED = "people.record_badges_printed"
    REVALIDATE_BADGE = "people.revalidate_badge"
    REPLACE_BADGE = "people.replace_badge"
    RECORD_TRAINING = "people.record_training"
    RECORD_SITE_QUALIFICATION = "people.record_site_qualification"
    END_SITE_QUALIFICATION = "people.end_site_qualification"
    REQUIRE_PROGRAMME = "people.require_programme"
    WAIVE_PROGRAMME = "people.waive_programme"
    WRITE_DOCUMENT = "people.write_document"
    REVIEW_DOCUMENT = "people.review_document"
    APPROVE_DOCUMENT = "people.approve_document"
    REJECT_DOCUMENT = "people.reject_document"
    MAKE_EFFECTIVE = "people.make_effective"
    RETIRE_DOCUMENT = "people.retire_document"
    READ_TRAIL = "people.read_trail"
    OPEN_WINDOWS = "people.open_windows"
    READ_RULES = "people.read_rules"
    READ_PEOPLE = "people.read_people"
    READ_PAGES_SEEN = "people.read_pages_seen"
    # coi
    CREATE_PRODUCT = "coi.create_product"
    ENROL_PATIENT_AND_ORDER = "coi.enrol_patient_and_order"
    CLOSE_JOURNEY = "coi.close_journey"
    CLOSE_JOURNEY_OF_MANUFACTURER = "coi.close_journey_of_manufacturer"
    RECORD_WEIGHT = "coi.record_weight"
    CORRECT_WEIGHT = "coi.correct_weight"
    ADD_ALIAS = "coi.add_alias"
    ADD_ALIAS_OF_COLLECTION = "coi.add_alias_of_collection"
    ADD_ALIAS_OF_PRODUCT = "coi.add_alias_of_product"
    CHANGE_PATIENT_DETAILS = "coi.change_patient_details"
    MERGE_PATIENTS = "coi.merge_patients"
    SHOW_RECONCILIATION = "coi.show_reconciliation"
    APPROVE_RECONCILIATION = "coi.approve_reconciliation"
    REJECT_RECONCILIATION = "coi.reject_reconciliation"
    REVEAL_IDENTITY = "coi.reveal_identity"
    FIND_BY_IDENTITY = "coi.find_by_identity"
    SEE_TREATMENT = "coi.see_treatment"
    ERASE_PATIENT = "coi.erase_patient"
    SEE_JOURNEYS = "coi.see_journeys"
    PLACE_HOLD = "coi.place_hold"
    HOLD_BATCH = "coi.hold_batch"
    RELEASE_HOLD = "coi.release_hold"
    ASSIGN_DEVIATION = "coi.assign_deviation"
    CLOSE_DEVIATION = "coi.close_deviation"
    CLEAR_STOP = "coi.clear_stop"
    RECEIVE_LOT = "coi.receive_lot"
    SET_LOT_STATUS = "coi.set_lot_status"
    REGISTER_EQUIPMENT = "coi.register_equipment"
    SET_EQUIPMENT_STATUS = "coi.set_equipment_status"
    REPRINT_LABEL = "coi.reprint_label"
    ACCOUNT_FOR_LABEL = "coi.account_for_label"
    CORRECT_LABEL_FATE = "coi.correct_label_fate"
    ASK_PRINT = "coi.ask_print"
    MOVE_PRINT = "coi.move_print"
    CONFIRM_PRINT = "coi.confirm_print"
    DENY_PRINT = "coi.deny_print"
    HAND_OUT_LABEL = "coi.hand_out_label"
    REGISTER_PRINTER = "coi.register_printer"
    CHANGE_PRINTER = "coi.change_printer"
    LOAD_STOCK = "coi.load_stock"
    PRINT_CARDS = "coi.print_cards"
    RECORD_QUALIFICATION = "coi.record_qualification"
    WATCH_SCANNERS = "coi.watch_scanners"
    RECORD_ACCEPTANCE = "coi.record_acceptance"
    RECORD_ACCEPTANCE_REVIEW = "coi.record_acceptance_review"
    RECORD_DISPOSITION_TESTING = "coi.record_disposition_testing"
    RECORD_DISPOSITION_REVIEW = "coi.record_disposition_review"
    RECORD_DISPOSITION_DECISION = "coi.record_disposition_decision"
    RECORD_DISPOSITION_SIGNED_REVIEW = "coi.record_disposition_signed_review"
    RECORD_DISPOSITION_SIGNED_DECISION = "coi.record_disposition_signed_decision"
    # qc
    RECORD_RESULT = "qc.record_result"
    CORRECT_RESULT = "qc.correct_result"
    REVIEW_RESULT = "qc.review_result"
    OPEN_RUN = "qc.open_run"
    READ_CONTROLS = "qc.read_controls"
    VOID_RUN = "qc.void_run"
    HAND_IN = "qc.hand_in"
    RECORD_IMPORT = "qc.record_import"
    DISCARD_IMPORT = "qc.discard_import"
    HAND_IN_PLATE = "qc.hand_in_plate"
    RECORD_PLATE = "qc.record_plate"
    DISCARD_PLATE = "qc.discard_plate"
    BEGIN_STUDY = "qc.begin_study"
    RECORD_PULL = "qc.record_pull"
    HAND_IN_MEASUREMENTS = "qc.hand_in_measurements"
    ABANDON_STUDY = "qc.abandon_study"
    CONCLUDE_STUDY = "qc.conclude_study"
    DECIDE_MATERIAL = "qc.decide_material"
    SUBMIT_FOR_REVIEW = "qc.submit_for_review"
    REVIEW_TRAIL = "qc.review_trail"
    REVIEW_BATCH = "qc.review_batch"
    RELEASE_BATCH = "qc.release_batch"
    COMPLETE_RELEASE = "qc.complete_release"
    REJECT_BATCH = "qc.reject_batch"
    ISSUE_DOCUMENT = "qc.issue_document"
    NOTE_SIGNAL = "qc.note_signal"
    RECORD_DUTY = "qc.record_duty"
    TAKE_PART_IN_INVESTIGATION = "qc.take_part_in_investigation"
    OPEN_INVESTIGATION = "qc.open_investigation"
    START_INVESTIGATION = "qc.start_investigation"
    ANSWER_CHECK = "qc.answer_check"
    ANSWER_CHECK_OF_PRODUCTION = "qc.answer_check_of_production"
    TRY_HYPOTHESIS = "qc.try_hypothesis"
    NAME_CAUSE = "qc.name_cause"
    ESCALATE_INVESTIGATION = "qc.escalate_investigation"
    AUTHORISE_PLAN = "qc.authorise_plan"
    RECORD_ATTEMPT = "qc.record_attempt"
    PROPOSE_OUTCOME = "qc.propose_outcome"
    CONCLUDE_INVESTIGATION = "qc.conclude_investigation"
    NAME_CRITERIA = "qc.name_criteria"
    WRITE_RISK = "qc.write_risk"
    WRITE_ALTERNATIVES = "qc.write_alternatives"
    RECORD_REQUEST = "qc.record_request"
    RECORD_ACCEPTANCE_OF_RISK = "qc.record_acceptance_of_risk"
    RECORD_CONSENT = "qc.record_consent"
    WRITE_NOTICE = "qc.write_notice"
    DECIDE_DOSSIER = "qc.decide_dossier"
    FOLLOW_UP_DOSSIER = "qc.follow_up_dossier"
    READ_DOSSIER_AT_TREATMENT = "qc.read_dossier_at_treatment"
    # cpv
    WRITE_PLAN = "cpv.write_plan"
    OWN_PARAMETER = "cpv.own_parameter"
    ACKNOWLEDGE_SIGNAL = "cpv.acknowledge_signal"
    CLOSE_SIGNAL = "cpv.close_signal"
    EXCLUDE_POINT = "cpv.exclude_point"
    INCLUDE_POINT = "cpv.include_point"
    HAND_IN_DATA = "cpv.hand_in_data"
    OPEN_COMPARISON = "cpv.open_comparison"
    DRAW_REPORT = "cpv.draw_report"
    READ_REPORTS = "cpv.read_reports"
    # fmea
    WRITE_WORKSHEET = "fmea.write_worksheet"
    OPEN_SHEET = "fmea.open_sheet"
    EDIT_SHEET = "fmea.edit_sheet"
    SUBMIT_SHEET = "fmea.submit_sheet"
    KEEP_FILE = "fmea.keep_file"
    IMPORT_SHEET = "fmea.import_sheet"
    PRINT_WORKSHEET = "fmea.print_worksheet"
    PLAN_ACTION = "fmea.plan_action"
    CHANGE_ACTION = "fmea.change_action"
    MOVE_ACTION = "fmea.move_action"
    MOVE_ACTION_OF_ONES_OWN = "fmea.move_action_of_ones_own"
    BE_GIVEN_WORK = "fmea.be_given_work"
    BEGIN_ROUND = "fmea.begin_round"
    HAND_IN_SCORE = "fmea.hand_in_score"
    OPEN_SCORES = "fmea.open_scores"
    AGREE_ON_SCORES = "fmea.agree_on_scores"
    ANSWER_CONSENSUS = "fmea.answer_consensus"
    ABANDON_ROUND = "fmea.abandon_round"
    DECIDE_RESIDUAL = "fmea.decide_residual"
    # audit
    READ_AUDIT_REPORTS = "audit.read_reports"
    READ_BATCH_RECORDS = "audit.read_batch_records"
    READ_CONFIGURATION = "audit.read_configuration"
    READ_INVENTORY = "audit.read_inventory"
    READ_ACCESS = "audit.read_access"
    ASK_BUNDLE = "audit.ask_bundle"

    @property
    def room(self) -> str:
        """The room whose right it is."""
        return self.value.partition(".")[0]

    @property
    def roles(self) -> frozenset[Role]:
        """Whose it is; nobody's where the table does not say."""
        return TABLE.get(self, frozenset())


ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
ANALYSTS = frozenset({Role.ANALYST})
AUDITORS = frozenset({Role.AUDITOR})
CELL_LABS = frozenset({Role.CELL_LAB})
COORDINATORS = frozenset({Role.COORDINATOR})
COURIERS = frozenset({Role.COURIER})
NURSES = frozenset({Role.NURSE})
PHYSICIANS = frozenset({Role.PHYSICIAN})
QA_RELEASERS = frozenset({Role.QA_RELEASER})
QA_REVIEWERS = frozenset({Role.QA_REVIEWER})
QC_REVIEWERS = frozenset({Role.QC_REVIEWER})
SUPERVISORS = frozenset({Role.SUPERVISOR})
EVERYBODY = frozenset(Role)

LABORATORY = ANALYSTS | QC_REVIEWERS
QUALITY = QA | SUPERVISORS
# Who looks after methods, charts, worksheets and documents, but makes no result.
OVERSIGHT = QUALITY | QC_REVIEWERS
# Who writes, and looks over what another wrote; whoever sets up the system does neither.
AUTHORS = QC_REVIEWERS | QA_REVIEWERS | SUPERVISORS
# Who has material in their hands at a site; who stands at a printer of labels.
HANDS = frozenset({Role.COLLECTOR, Role.OPERATOR, Role.CELL_LAB})
PRINTERS = HANDS | SUPERVISORS | QA_REVIEWERS
KNOW_PATIENTS = frozenset({Role.COORDINATOR, Role.COLLECTOR, Role.NURSE, Role.CELL_LAB})
# Whoever has a part in the work itself; those who only look, administer or are told have none.
TEAM = EVERYBODY - AUDITORS - ADMINISTRATORS - {Role.SPONSOR}
# Of these, whoever works with material: neither who orders nor who treats.
WORKERS = TEAM - COORDINATORS - PHYSICIANS
# Who makes, checks or decides records of patients, products and results: none of them administers the system.
LABORATORY_AND_QUALITY = TEAM
# Who writes anything at a site at all: none of them audits it.
WORK = TEAM | ADMINISTRATORS

TABLE: Mapping[Right, frozenset[Role]] = MappingProxyType(
    {
        # people
        Right.CREATE_ORGANISATION: ADMINISTRATORS,
        Right.CREATE_SITE: ADMINISTRATORS,
        Right.CHANGE_SITE: ADMINISTRATORS,
        Right.CREATE_PLACE: ADMINISTRATORS,
        Right.REGISTER_STATION: ADMINISTRATORS,
        Right.CHANGE_STATION: ADMINISTRATORS,
        Right.RENEW_STATION_TOKEN: ADMINISTRATORS,
        Right.BIND_DEVICE: ADMINISTRATORS | SUPERVISORS,
        Right.RELEASE_DEVICE: ADMINISTRATORS | SUPERVISORS,
        Right.CREATE_USER: ADMINISTRATORS,
        Right.RESET_USER: ADMINISTRATORS,
        Right.DEACTIVATE_USER: ADMINISTRATORS,
        Right.END_SESSIONS: ADMINISTRATORS,
        Right.LINK_PROVIDER: ADMINISTRATORS,
        Right.UNLINK_PROVIDER: ADMINISTRATORS,
        Right.GRANT_ROLE: ADMINISTRATORS,
        Right.REVOKE_ROLE: ADMINISTRATORS,
        Right.ISSUE_BADGE: ADMINISTRATORS,
        Right.REVOKE_BADGE: ADMINISTRATORS | SUPERVISORS,
        Right.RECORD_BADGES_PRINTED: ADMINISTRATORS,
        Right.REVALIDATE_BADGE: ADMINISTRATORS,
        Right.REPLACE_BADGE: ADMINISTRATORS,
        Right.RECORD_TRAINING: ADMINISTRATORS | SUPERVISORS,
        Right.RECORD_SITE_QUALIFICATION: QA | ADMINISTRATORS,
        Right.END_SITE_QUALIFICATION: QA | ADMINISTRATORS,
        Right.REQUIRE_PROGRAMME: QA | ADMINISTRATORS,
        Right.WAIVE_PROGRAMME: QA | ADMINISTRATORS,
        Right.WRITE_DOCUMENT: AUTHORS,
        Right.REVIEW_DOCUMENT: AUTHORS,
        Right.APPROVE_DOCUMENT: QA,
        Right.REJECT_DOCUMENT: OVERSIGHT,
        Right.MAKE_EFFECTIVE: QA,
        Right.RETIRE_DOCUMENT: QA,
        Right.READ_TRAIL: QUALITY | AUDITORS,
        Right.OPEN_WINDOWS: AUDITORS | ADMINISTRATORS,
        Right.READ_RULES: QA | AUDITORS | ADMINISTRATORS,
        Right.READ_PEOPLE: QUALITY | AUDITORS | ADMINISTRATORS,
        Right.READ_PAGES_SEEN: QA | ADMINISTRATORS,
        # coi
        Right.CREATE_PRODUCT: ADMINISTRATORS,
        Right.ENROL_PATIENT_AND_ORDER: COORDINATORS,
        Right.CLOSE_JOURNEY: COORDINATORS,
        Right.CLOSE_JOURNEY_OF_MANUFACTURER: QA,
        Right.RECORD_WEIGHT: COORDINATORS | NURSES,
        Right.CORRECT_WEIGHT: COORDINATORS | NURSES,
        Right.ADD_ALIAS: COORDINATORS,
        Right.ADD_ALIAS_OF_COLLECTION: COORDINATORS | SUPERVISORS,
        Right.ADD_ALIAS_OF_PRODUCT: QUALITY,
        Right.CHANGE_PATIENT_DETAILS: COORDINATORS,
        Right.MERGE_PATIENTS: COORDINATORS,
        Right.SHOW_RECONCILIATION: QUALITY | COORDINATORS,
        Right.APPROVE_RECONCILIATION: QUALITY,
        Right.REJECT_RECONCILIATION: QUALITY,
        Right.REVEAL_IDENTITY: KNOW_PATIENTS,
        Right.FIND_BY_IDENTITY: KNOW_PATIENTS,
        Right.SEE_TREATMENT: COORDINATORS | PHYSICIANS | NURSES | CELL_LABS,
        Right.ERASE_PATIENT: ADMINISTRATORS,
        Right.SEE_JOURNEYS: EVERYBODY,
        Right.PLACE_HOLD: QUALITY | HANDS | NURSES,
        Right.HOLD_BATCH: QUALITY | LABORATORY,
        Right.RELEASE_HOLD: QUALITY,
        Right.ASSIGN_DEVIATION: QUALITY,
        Right.CLOSE_DEVIATION: QUALITY,
        Right.CLEAR_STOP: WORKERS,
        Right.RECEIVE_LOT: HANDS | SUPERVISORS,
        Right.SET_LOT_STATUS: QUALITY,
        Right.REGISTER_EQUIPMENT: HANDS | SUPERVISORS,
        Right.SET_EQUIPMENT_STATUS: QUALITY,
        Right.REPRINT_LABEL: PRINTERS,
        Right.ACCOUNT_FOR_LABEL: PRINTERS,
        Right.CORRECT_LABEL_FATE: PRINTERS,
        Right.ASK_PRINT: PRINTERS,
        Right.MOVE_PRINT: PRINTERS,
        Right.CONFIRM_PRINT: PRINTERS,
        Right.DENY_PRINT: PRINTERS,
        Right.HAND_OUT_LABEL: PRINTERS,
        Right.REGISTER_PRINTER: ADMINISTRATORS | SUPERVISORS,
        Right.CHANGE_PRINTER: ADMINISTRATORS | SUPERVISORS,
        Right.LOAD_STOCK: PRINTERS | ADMINISTRATORS | SUPERVISORS,
        Right.PRINT_CARDS: ADMINISTRATORS | SUPERVISORS,
        Right.RECORD_QUALIFICATION: HANDS | COURIERS | ANALYSTS | NURSES | SUPERVISORS,
        Right.WATCH_SCANNERS: QUALITY | AUDITORS | ADMINISTRATORS,
        Right.RECORD_ACCEPTANCE: QA,
        Right.RECORD_ACCEPTANCE_REVIEW: QC_REVIEWERS | QA,
        Right.RECORD_DISPOSITION_TESTING: LABORATORY | QA_REVIEWERS,
        Right.RECORD_DISPOSITION_REVIEW: LABORATORY,
        Right.RECORD_DISPOSITION_DECISION: QA_RELEASERS,
        Right.RECORD_DISPOSITION_SIGNED_REVIEW: QA_REVIEWERS,
        Right.RECORD_DISPOSITION_SIGNED_DECISION: QA_RELEASERS,
        # qc
        Right.RECORD_RESULT: ANALYSTS,
        Right.CORRECT_RESULT: ANALYSTS,
        Right.REVIEW_RESULT: QC_REVIEWERS,
        Right.OPEN_RUN: ANALYSTS,
        Right.READ_CONTROLS: ANALYSTS,
        Right.VOID_RUN: ANALYSTS,
        Right.HAND_IN: ANALYSTS,
        Right.RECORD_IMPORT: ANALYSTS,
        Right.DISCARD_IMPORT: ANALYSTS,
        Right.HAND_IN_PLATE: ANALYSTS,
        Right.RECORD_PLATE: ANALYSTS,
        Right.DISCARD_PLATE: ANALYSTS,
        Right.BEGIN_STUDY: LABORATORY,
        Right.RECORD_PULL: ANALYSTS,
        Right.HAND_IN_MEASUREMENTS: ANALYSTS,
        Right.ABANDON_STUDY: QC_REVIEWERS,
        Right.CONCLUDE_STUDY: QC_REVIEWERS,
        Right.DECIDE_MATERIAL: QA,
        Right.SUBMIT_FOR_REVIEW: LABORATORY,
        Right.REVIEW_TRAIL: QA,
        Right.REVIEW_BATCH: QA_REVIEWERS,
        Right.RELEASE_BATCH: QA_RELEASERS,
        Right.COMPLETE_RELEASE: QA_RELEASERS,
        Right.REJECT_BATCH: QA_RELEASERS,
        Right.ISSUE_DOCUMENT: QA,
        Right.NOTE_SIGNAL: OVERSIGHT,
        Right.RECORD_DUTY: QC_REVIEWERS | QA,
        Right.TAKE_PART_IN_INVESTIGATION: LABORATORY | QA,
        Right.OPEN_INVESTIGATION: LABORATORY | QA,
        Right.START_INVESTIGATION: QC_REVIEWERS,
        Right.ANSWER_CHECK: QC_REVIEWERS,
        Right.ANSWER_CHECK_OF_PRODUCTION: QA,
        Right.TRY_HYPOTHESIS: LABORATORY,
        Right.NAME_CAUSE: QC_REVIEWERS,
        Right.ESCALATE_INVESTIGATION: QC_REVIEWERS | QA,
        Right.AUTHORISE_PLAN: QA,
        Right.RECORD_ATTEMPT: ANALYSTS,
        Right.PROPOSE_OUTCOME: QC_REVIEWERS,
        Right.CONCLUDE_INVESTIGATION: QA,
        Right.NAME_CRITERIA: QA,
        Right.WRITE_RISK: QA,
        Right.WRITE_ALTERNATIVES: QA,
        Right.RECORD_REQUEST: QA | COORDINATORS,
        Right.RECORD_ACCEPTANCE_OF_RISK: QA | COORDINATORS,
        Right.RECORD_CONSENT: QA | COORDINATORS,
        Right.WRITE_NOTICE: QA,
        Right.DECIDE_DOSSIER: QA_RELEASERS,
        Right.FOLLOW_UP_DOSSIER: QA | COORDINATORS,
        Right.READ_DOSSIER_AT_TREATMENT: COORDINATORS | PHYSICIANS,
        # cpv
        Right.WRITE_PLAN: OVERSIGHT,
        Right.OWN_PARAMETER: OVERSIGHT,
        Right.ACKNOWLEDGE_SIGNAL: OVERSIGHT,
        Right.CLOSE_SIGNAL: OVERSIGHT,
        Right.EXCLUDE_POINT: OVERSIGHT,
        Right.INCLUDE_POINT: OVERSIGHT,
        Right.HAND_IN_DATA: OVERSIGHT,
        Right.OPEN_COMPARISON: QC_REVIEWERS | QA,
        Right.DRAW_REPORT: OVERSIGHT,
        Right.READ_REPORTS: OVERSIGHT | AUDITORS,
        # fmea
        Right.WRITE_WORKSHEET: OVERSIGHT,
        Right.OPEN_SHEET: OVERSIGHT,
        Right.EDIT_SHEET: OVERSIGHT,
        Right.SUBMIT_SHEET: OVERSIGHT,
        Right.KEEP_FILE: OVERSIGHT,
        Right.IMPORT_SHEET: OVERSIGHT,
        Right.PRINT_WORKSHEET: OVERSIGHT | AUDITORS,
        Right.PLAN_ACTION: OVERSIGHT,
        Right.CHANGE_ACTION: OVERSIGHT,
        Right.MOVE_ACTION: OVERSIGHT,
        Right.MOVE_ACTION_OF_ONES_OWN: TEAM,
        Right.BE_GIVEN_WORK: TEAM,
        Right.BEGIN_ROUND: OVERSIGHT,
        Right.HAND_IN_SCORE: TEAM,
        Right.OPEN_SCORES: OVERSIGHT,
        Right.AGREE_ON_SCORES: OVERSIGHT,
        Right.ANSWER_CONSENSUS: TEAM,
        Right.ABANDON_ROUND: OVERSIGHT,
        Right.DECIDE_RESIDUAL: QA,
        # audit
        Right.READ_AUDIT_REPORTS: QUALITY | AUDITORS,
        Right.READ_BATCH_RECORDS: OVERSIGHT | AUDITORS,
        Right.READ_CONFIGURATION: QUALITY | AUDITORS | ADMINISTRATORS,
        Right.READ_INVENTORY: QA | AUDITORS | ADMINISTRATORS,
        Right.READ_ACCESS: AUDITORS | ADMINISTRATORS,
        Right.ASK_BUNDLE: QA | AUDITORS,
    }
)
