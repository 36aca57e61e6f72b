"""Who may do what: every right of every room, and the roles that have it. This table is what the code asks.

Denied by default: a role that does not stand beside a right has not got it. A role counts at the site where it is
granted, and a right at the site of what it is about. Rights bear the name of the service that asks for them,
`room.service`, or of what is read. What is not asked of roles stands in `people.rules.means`.

Nobody is given a right for being a system administrator that belongs to the laboratory or to quality (21 CFR 11.10(d)
and (g); EU GMP Annex 11, 12; MHRA GxP data integrity guidance, 6.16).
"""

from enum import StrEnum

from people.rules.roles import QA, Role

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


class Right(StrEnum):
    """What somebody may do or read, by room, and whose it is."""

    roles: frozenset[Role]

    def __new__(cls, name: str, roles: frozenset[Role]) -> "Right":
        """A right by its name, with the roles that have it."""
        right = str.__new__(cls, name)
        right._value_, right.roles = name, roles
        return right

    @property
    def room(self) -> str:
        """The room whose right it is."""
        return self.value.partition(".")[0]

    # people
    CREATE_ORGANISATION = "people.create_organisation", ADMINISTRATORS
    CREATE_SITE = "people.create_site", ADMINISTRATORS
    CHANGE_SITE = "people.change_site", ADMINISTRATORS
    CREATE_PLACE = "people.create_place", ADMINISTRATORS
    REGISTER_STATION = "people.register_station", ADMINISTRATORS
    CHANGE_STATION = "people.change_station", ADMINISTRATORS
    RENEW_STATION_TOKEN = "people.renew_station_token", ADMINISTRATORS
    BIND_DEVICE = "people.bind_device", ADMINISTRATORS | SUPERVISORS
    RELEASE_DEVICE = "people.release_device", ADMINISTRATORS | SUPERVISORS
    CREATE_USER = "people.create_user", ADMINISTRATORS
    RESET_USER = "people.reset_user", ADMINISTRATORS
    DEACTIVATE_USER = "people.deactivate_user", ADMINISTRATORS
    END_SESSIONS = "people.end_sessions", ADMINISTRATORS
    LINK_PROVIDER = "people.link_provider", ADMINISTRATORS
    UNLINK_PROVIDER = "people.unlink_provider", ADMINISTRATORS
    GRANT_ROLE = "people.grant_role", ADMINISTRATORS
    REVOKE_ROLE = "people.revoke_role", ADMINISTRATORS
    ISSUE_BADGE = "people.issue_badge", ADMINISTRATORS
    REVOKE_BADGE = "people.revoke_badge", ADMINISTRATORS | SUPERVISORS
    RECORD_BADGES_PRINTED = "people.record_badges_printed", ADMINISTRATORS
    REVALIDATE_BADGE = "people.revalidate_badge", ADMINISTRATORS
    REPLACE_BADGE = "people.replace_badge", ADMINISTRATORS
    RECORD_TRAINING = "people.record_training", ADMINISTRATORS | SUPERVISORS
    RECORD_SITE_QUALIFICATION = "people.record_site_qualification", QA | ADMINISTRATORS
    END_SITE_QUALIFICATION = "people.end_site_qualification", QA | ADMINISTRATORS
    REQUIRE_PROGRAMME = "people.require_programme", QA | ADMINISTRATORS
    WAIVE_PROGRAMME = "people.waive_programme", QA | ADMINISTRATORS
    WRITE_DOCUMENT = "people.write_document", AUTHORS
    REVIEW_DOCUMENT = "people.review_document", AUTHORS
    APPROVE_DOCUMENT = "people.approve_document", QA
    REJECT_DOCUMENT = "people.reject_document", OVERSIGHT
    MAKE_EFFECTIVE = "people.make_effective", QA
    RETIRE_DOCUMENT = "people.retire_document", QA
    READ_TRAIL = "people.read_trail", QUALITY | AUDITORS
    OPEN_WINDOWS = "people.open_windows", AUDITORS | ADMINISTRATORS
    READ_RULES = "people.read_rules", QA | AUDITORS | ADMINISTRATORS
    READ_PEOPLE = "people.read_people", QUALITY | AUDITORS | ADMINISTRATORS
    READ_PAGES_SEEN = "people.read_pages_seen", QA | ADMINISTRATORS
    # coi
    CREATE_PRODUCT = "coi.create_product", ADMINISTRATORS
    ENROL_PATIENT_AND_ORDER = "coi.enrol_patient_and_order", COORDINATORS
    CLOSE_JOURNEY = "coi.close_journey", COORDINATORS
    CLOSE_JOURNEY_OF_MANUFACTURER = "coi.close_journey_of_manufacturer", QA
    RECORD_WEIGHT = "coi.record_weight", COORDINATORS | NURSES
    CORRECT_WEIGHT = "coi.correct_weight", COORDINATORS | NURSES
    ADD_ALIAS = "coi.add_alias", COORDINATORS
    ADD_ALIAS_OF_COLLECTION = "coi.add_alias_of_collection", COORDINATORS | SUPERVISORS
    ADD_ALIAS_OF_PRODUCT = "coi.add_alias_of_product", QUALITY
    CHANGE_PATIENT_DETAILS = "coi.change_patient_details", COORDINATORS
    MERGE_PATIENTS = "coi.merge_patients", COORDINATORS
    SHOW_RECONCILIATION = "coi.show_reconciliation", QUALITY | COORDINATORS
    APPROVE_RECONCILIATION = "coi.approve_reconciliation", QUALITY
    REJECT_RECONCILIATION = "coi.reject_reconciliation", QUALITY
    REVEAL_IDENTITY = "coi.reveal_identity", KNOW_PATIENTS
    FIND_BY_IDENTITY = "coi.find_by_identity", KNOW_PATIENTS
    SEE_TREATMENT = "coi.see_treatment", COORDINATORS | PHYSICIANS | NURSES | CELL_LABS
    ERASE_PATIENT = "coi.erase_patient", ADMINISTRATORS
    SEE_JOURNEYS = "coi.see_journeys", EVERYBODY
    PLACE_HOLD = "coi.place_hold", QUALITY | HANDS | NURSES
    HOLD_BATCH = "coi.hold_batch", QUALITY | LABORATORY
    RELEASE_HOLD = "coi.release_hold", QUALITY
    ASSIGN_DEVIATION = "coi.assign_deviation", QUALITY
    CLOSE_DEVIATION = "coi.close_deviation", QUALITY
    CLEAR_STOP = "coi.clear_stop", WORKERS
    RECEIVE_LOT = "coi.receive_lot", HANDS | SUPERVISORS
    SET_LOT_STATUS = "coi.set_lot_status", QUALITY
    REGISTER_EQUIPMENT = "coi.register_equipment", HANDS | SUPERVISORS
    SET_EQUIPMENT_STATUS = "coi.set_equipment_status", QUALITY
    REPRINT_LABEL = "coi.reprint_label", PRINTERS
    ACCOUNT_FOR_LABEL = "coi.account_for_label", PRINTERS
    CORRECT_LABEL_FATE = "coi.correct_label_fate", PRINTERS
    ASK_PRINT = "coi.ask_print", PRINTERS
    MOVE_PRINT = "coi.move_print", PRINTERS
    CONFIRM_PRINT = "coi.confirm_print", PRINTERS
    DENY_PRINT = "coi.deny_print", PRINTERS
    HAND_OUT_LABEL = "coi.hand_out_label", PRINTERS
    REGISTER_PRINTER = "coi.register_printer", ADMINISTRATORS | SUPERVISORS
    CHANGE_PRINTER = "coi.change_printer", ADMINISTRATORS | SUPERVISORS
    LOAD_STOCK = "coi.load_stock", PRINTERS | ADMINISTRATORS | SUPERVISORS
    PRINT_CARDS = "coi.print_cards", ADMINISTRATORS | SUPERVISORS
    RECORD_QUALIFICATION = "coi.record_qualification", HANDS | COURIERS | ANALYSTS | NURSES | SUPERVISORS
    WATCH_SCANNERS = "coi.watch_scanners", QUALITY | AUDITORS | ADMINISTRATORS
    RECORD_ACCEPTANCE = "coi.record_acceptance", QA
    RECORD_ACCEPTANCE_REVIEW = "coi.record_acceptance_review", QC_REVIEWERS | QA
    RECORD_DISPOSITION_TESTING = "coi.record_disposition_testing", LABORATORY | QA_REVIEWERS
    RECORD_DISPOSITION_REVIEW = "coi.record_disposition_review", LABORATORY
    RECORD_DISPOSITION_DECISION = "coi.record_disposition_decision", QA_RELEASERS
    RECORD_DISPOSITION_SIGNED_REVIEW = "coi.record_disposition_signed_review", QA_REVIEWERS
    RECORD_DISPOSITION_SIGNED_DECISION = "coi.record_disposition_signed_decision", QA_RELEASERS
    # qc
    RECORD_RESULT = "qc.record_result", ANALYSTS
    CORRECT_RESULT = "qc.correct_result", ANALYSTS
    REVIEW_RESULT = "qc.review_result", QC_REVIEWERS
    OPEN_RUN = "qc.open_run", ANALYSTS
    READ_CONTROLS = "qc.read_controls", ANALYSTS
    VOID_RUN = "qc.void_run", ANALYSTS
    HAND_IN = "qc.hand_in", ANALYSTS
    RECORD_IMPORT = "qc.record_import", ANALYSTS
    DISCARD_IMPORT = "qc.discard_import", ANALYSTS
    HAND_IN_PLATE = "qc.hand_in_plate", ANALYSTS
    RECORD_PLATE = "qc.record_plate", ANALYSTS
    DISCARD_PLATE = "qc.discard_plate", ANALYSTS
    BEGIN_STUDY = "qc.begin_study", LABORATORY
    RECORD_PULL = "qc.record_pull", ANALYSTS
    HAND_IN_MEASUREMENTS = "qc.hand_in_measurements", ANALYSTS
    ABANDON_STUDY = "qc.abandon_study", QC_REVIEWERS
    CONCLUDE_STUDY = "qc.conclude_study", QC_REVIEWERS
    DECIDE_MATERIAL = "qc.decide_material", QA
    SUBMIT_FOR_REVIEW = "qc.submit_for_review", LABORATORY
    REVIEW_TRAIL = "qc.review_trail", QA
    REVIEW_BATCH = "qc.review_batch", QA_REVIEWERS
    RELEASE_BATCH = "qc.release_batch", QA_RELEASERS
    COMPLETE_RELEASE = "qc.complete_release", QA_RELEASERS
    REJECT_BATCH = "qc.reject_batch", QA_RELEASERS
    ISSUE_DOCUMENT = "qc.issue_document", QA
    NOTE_SIGNAL = "qc.note_signal", OVERSIGHT
    RECORD_DUTY = "qc.record_duty", QC_REVIEWERS | QA
    TAKE_PART_IN_INVESTIGATION = "qc.take_part_in_investigation", LABORATORY | QA
    OPEN_INVESTIGATION = "qc.open_investigation", LABORATORY | QA
    START_INVESTIGATION = "qc.start_investigation", QC_REVIEWERS
    ANSWER_CHECK = "qc.answer_check", QC_REVIEWERS
    ANSWER_CHECK_OF_PRODUCTION = "qc.answer_check_of_production", QA
    TRY_HYPOTHESIS = "qc.try_hypothesis", LABORATORY
    NAME_CAUSE = "qc.name_cause", QC_REVIEWERS
    ESCALATE_INVESTIGATION = "qc.escalate_investigation", QC_REVIEWERS | QA
    AUTHORISE_PLAN = "qc.authorise_plan", QA
    RECORD_ATTEMPT = "qc.record_attempt", ANALYSTS
    PROPOSE_OUTCOME = "qc.propose_outcome", QC_REVIEWERS
    CONCLUDE_INVESTIGATION = "qc.conclude_investigation", QA
    NAME_CRITERIA = "qc.name_criteria", QA
    WRITE_RISK = "qc.write_risk", QA
    WRITE_ALTERNATIVES = "qc.write_alternatives", QA
    RECORD_REQUEST = "qc.record_request", QA | COORDINATORS
    RECORD_ACCEPTANCE_OF_RISK = "qc.record_acceptance_of_risk", QA | COORDINATORS
    RECORD_CONSENT = "qc.record_consent", QA | COORDINATORS
    WRITE_NOTICE = "qc.write_notice", QA
    DECIDE_DOSSIER = "qc.decide_dossier", QA_RELEASERS
    FOLLOW_UP_DOSSIER = "qc.follow_up_dossier", QA | COORDINATORS
    READ_DOSSIER_AT_TREATMENT = "qc.read_dossier_at_treatment", COORDINATORS | PHYSICIANS
    # cpv
    WRITE_PLAN = "cpv.write_plan", OVERSIGHT
    OWN_PARAMETER = "cpv.own_parameter", OVERSIGHT
    ACKNOWLEDGE_SIGNAL = "cpv.acknowledge_signal", OVERSIGHT
    CLOSE_SIGNAL = "cpv.close_signal", OVERSIGHT
    EXCLUDE_POINT = "cpv.exclude_point", OVERSIGHT
    INCLUDE_POINT = "cpv.include_point", OVERSIGHT
    HAND_IN_DATA = "cpv.hand_in_data", OVERSIGHT
    OPEN_COMPARISON = "cpv.open_comparison", QC_REVIEWERS | QA
    DRAW_REPORT = "cpv.draw_report", OVERSIGHT
    READ_REPORTS = "cpv.read_reports", OVERSIGHT | AUDITORS
    # fmea
    WRITE_WORKSHEET = "fmea.write_worksheet", OVERSIGHT
    OPEN_SHEET = "fmea.open_sheet", OVERSIGHT
    EDIT_SHEET = "fmea.edit_sheet", OVERSIGHT
    SUBMIT_SHEET = "fmea.submit_sheet", OVERSIGHT
    KEEP_FILE = "fmea.keep_file", OVERSIGHT
    IMPORT_SHEET = "fmea.import_sheet", OVERSIGHT
    PRINT_WORKSHEET = "fmea.print_worksheet", OVERSIGHT | AUDITORS
    PLAN_ACTION = "fmea.plan_action", OVERSIGHT
    CHANGE_ACTION = "fmea.change_action", OVERSIGHT
    MOVE_ACTION = "fmea.move_action", OVERSIGHT
    MOVE_ACTION_OF_ONES_OWN = "fmea.move_action_of_ones_own", TEAM
    BE_GIVEN_WORK = "fmea.be_given_work", TEAM
    BEGIN_ROUND = "fmea.begin_round", OVERSIGHT
    HAND_IN_SCORE = "fmea.hand_in_score", TEAM
    OPEN_SCORES = "fmea.open_scores", OVERSIGHT
    AGREE_ON_SCORES = "fmea.agree_on_scores", OVERSIGHT
    ANSWER_CONSENSUS = "fmea.answer_consensus", TEAM
    ABANDON_ROUND = "fmea.abandon_round", OVERSIGHT
    DECIDE_RESIDUAL = "fmea.decide_residual", QA
    # audit
    READ_AUDIT_REPORTS = "audit.read_reports", QUALITY | AUDITORS
    READ_BATCH_RECORDS = "audit.read_batch_records", OVERSIGHT | AUDITORS
    READ_CONFIGURATION = "audit.read_configuration", QUALITY | AUDITORS | ADMINISTRATORS
    READ_INVENTORY = "audit.read_inventory", QA | AUDITORS | ADMINISTRATORS
    READ_ACCESS = "audit.read_access", AUDITORS | ADMINISTRATORS
    ASK_BUNDLE = "audit.ask_bundle", QA | AUDITORS
