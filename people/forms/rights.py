"""What every right is called on the pages, in the words of those who use it; and duties that are kept apart."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people.rules.duties import Duty
from people.rules.means import Means
from people.rules.rights import Right

ROOMS: Mapping[str, Promise] = {
    "people": _("Sites, people and documents"),
    "coi": _("Identity and custody"),
    "qc": _("Quality control"),
    "cpv": _("Process"),
    "fmea": _("Risk"),
    "audit": _("Audit"),
}

RIGHTS: Mapping[Right, Promise] = {
    # people
    Right.CREATE_ORGANISATION: _("Add an organisation"),
    Right.CREATE_SITE: _("Add a site"),
    Right.CHANGE_SITE: _("Change what is known of a site"),
    Right.CREATE_PLACE: _("Add a place"),
    Right.REGISTER_STATION: _("Register a scan station"),
    Right.CHANGE_STATION: _("Change a scan station"),
    Right.RENEW_STATION_TOKEN: _("Give a scan station a new token"),
    Right.BIND_DEVICE: _("Make a device a scan station"),
    Right.RELEASE_DEVICE: _("End that a device is a scan station"),
    Right.CREATE_USER: _("Open an account"),
    Right.RESET_USER: _("Reset password and PIN of an account"),
    Right.DEACTIVATE_USER: _("Close an account"),
    Right.END_SESSIONS: _("End every session of somebody"),
    Right.LINK_PROVIDER: _("Link somebody to a provider of sign-ins"),
    Right.UNLINK_PROVIDER: _("End a link to a provider of sign-ins"),
    Right.GRANT_ROLE: _("Grant a role"),
    Right.REVOKE_ROLE: _("Revoke a role"),
    Right.ISSUE_BADGE: _("Issue a badge"),
    Right.REVOKE_BADGE: _("Revoke a badge"),
    Right.RECORD_BADGES_PRINTED: _("Print badges"),
    Right.REVALIDATE_BADGE: _("Read a badge again in the presence of its holder"),
    Right.REPLACE_BADGE: _("Replace a lost badge"),
    Right.RECORD_TRAINING: _("Record a training"),
    Right.RECORD_SITE_QUALIFICATION: _("Record what a site is qualified for"),
    Right.END_SITE_QUALIFICATION: _("End what a site is qualified for"),
    Right.REQUIRE_PROGRAMME: _("Ask a programme of a site"),
    Right.WAIVE_PROGRAMME: _("Ask a programme of a site no more"),
    Right.WRITE_DOCUMENT: _("Write, change and submit a controlled document"),
    Right.REVIEW_DOCUMENT: _("Review a controlled document"),
    Right.APPROVE_DOCUMENT: _("Approve a controlled document"),
    Right.REJECT_DOCUMENT: _("Send a controlled document back"),
    Right.MAKE_EFFECTIVE: _("Put a controlled document in effect"),
    Right.RETIRE_DOCUMENT: _("Retire a controlled document"),
    Right.READ_TRAIL: _("Read the trail of entries"),
    Right.OPEN_WINDOWS: _("Look through the read-only windows"),
    Right.READ_RULES: _("Read who may do what"),
    Right.READ_PEOPLE: _("Look at people, their rights and training, and at sites"),
    Right.READ_PAGES_SEEN: _("Read which pages an auditor has seen"),
    # coi
    Right.CREATE_PRODUCT: _("Add a product"),
    Right.ENROL_PATIENT_AND_ORDER: _("Enrol a patient and place an order"),
    Right.CLOSE_JOURNEY: _("End a journey, where the patient is treated"),
    Right.CLOSE_JOURNEY_OF_MANUFACTURER: _("End a journey, where the product is made"),
    Right.RECORD_WEIGHT: _("Record a patient's weight"),
    Right.CORRECT_WEIGHT: _("Correct a patient's weight"),
    Right.ADD_ALIAS: _("Add or retire an identifier, where the patient is treated"),
    Right.ADD_ALIAS_OF_COLLECTION: _(
        "Add or retire an identifier of the collection, where cells are collected"
    ),
    Right.ADD_ALIAS_OF_PRODUCT: _("Add or retire an identifier of the product, where it is made"),
    Right.CHANGE_PATIENT_DETAILS: _("Ask for a change of a patient's details"),
    Right.MERGE_PATIENTS: _("Ask for two records of one patient to be merged"),
    Right.SHOW_RECONCILIATION: _("See the details before and after a reconciliation"),
    Right.APPROVE_RECONCILIATION: _("Approve a reconciliation"),
    Right.REJECT_RECONCILIATION: _("Reject a reconciliation"),
    Right.REVEAL_IDENTITY: _("Reveal who the patient is"),
    Right.FIND_BY_IDENTITY: _("Find a journey by a wristband or a patient's number"),
    Right.SEE_TREATMENT: _("Read what is said of the product where the patient is treated"),
    Right.ERASE_PATIENT: _("Erase a patient's details"),
    Right.SEE_JOURNEYS: _("See the journeys in which the site takes part"),
    Right.PLACE_HOLD: _("Place a hold"),
    Right.HOLD_BATCH: _("Hold what is left of a batch"),
    Right.RELEASE_HOLD: _("End a hold"),
    Right.ASSIGN_DEVIATION: _("Assign a deviation"),
    Right.CLOSE_DEVIATION: _("Close a deviation"),
    Right.CLEAR_STOP: _("Clear a stop at a scan station"),
    Right.RECEIVE_LOT: _("Receive a material lot"),
    Right.SET_LOT_STATUS: _("Approve or block a material lot"),
    Right.REGISTER_EQUIPMENT: _("Register equipment"),
    Right.SET_EQUIPMENT_STATUS: _("Approve or block equipment"),
    Right.REPRINT_LABEL: _("Print a label again"),
    Right.ACCOUNT_FOR_LABEL: _("Say what became of a label"),
    Right.CORRECT_LABEL_FATE: _("Correct what became of a label"),
    Right.ASK_PRINT: _("Ask for a label to be printed"),
    Right.MOVE_PRINT: _("Move a label to another printer"),
    Right.CONFIRM_PRINT: _("Say that a label came out"),
    Right.DENY_PRINT: _("Say that a label did not come out"),
    Right.HAND_OUT_LABEL: _("Take a label as a file"),
    Right.REGISTER_PRINTER: _("Register a printer"),
    Right.CHANGE_PRINTER: _("Change a printer"),
    Right.LOAD_STOCK: _("Load labels into a printer"),
    Right.PRINT_CARDS: _("Print cards"),
    Right.RECORD_QUALIFICATION: _("Qualify a scanner"),
    Right.WATCH_SCANNERS: _("See how the scanners stand"),
    Right.RECORD_ACCEPTANCE: _("Decide on starting material"),
    Right.RECORD_ACCEPTANCE_REVIEW: _("Sign a review of starting material"),
    Right.RECORD_DISPOSITION_TESTING: _("Move a batch to testing"),
    Right.RECORD_DISPOSITION_REVIEW: _("Move a batch to the review of quality"),
    Right.RECORD_DISPOSITION_DECISION: _("Move a batch to its decision"),
    Right.RECORD_DISPOSITION_SIGNED_REVIEW: _("Sign the review that a decision needs"),
    Right.RECORD_DISPOSITION_SIGNED_DECISION: _("Sign the decision on a batch"),
    # qc
    Right.RECORD_RESULT: _("Record a result"),
    Right.CORRECT_RESULT: _("Correct a result"),
    Right.REVIEW_RESULT: _("Review a result"),
    Right.OPEN_RUN: _("Open a run"),
    Right.READ_CONTROLS: _("Record the controls of a run"),
    Right.VOID_RUN: _("Void a run"),
    Right.HAND_IN: _("Hand in a file of results"),
    Right.RECORD_IMPORT: _("Record the results of a file"),
    Right.DISCARD_IMPORT: _("Discard a file of results"),
    Right.HAND_IN_PLATE: _("Hand in a plate"),
    Right.RECORD_PLATE: _("Record the results of a plate"),
    Right.DISCARD_PLATE: _("Discard a plate"),
    Right.BEGIN_STUDY: _("Begin a study"),
    Right.RECORD_PULL: _("Record a pull of a study"),
    Right.HAND_IN_MEASUREMENTS: _("Hand in the measurements of a study"),
    Right.ABANDON_STUDY: _("Abandon a study"),
    Right.CONCLUDE_STUDY: _("Conclude a study"),
    Right.DECIDE_MATERIAL: _("Judge starting material"),
    Right.SUBMIT_FOR_REVIEW: _("Hand a batch to quality"),
    Right.REVIEW_TRAIL: _("Review the trail of a batch"),
    Right.REVIEW_BATCH: _("Review a batch"),
    Right.RELEASE_BATCH: _("Release a batch"),
    Right.COMPLETE_RELEASE: _("Complete a conditional release"),
    Right.REJECT_BATCH: _("Reject a batch"),
    Right.ISSUE_DOCUMENT: _("Issue a certificate"),
    Right.NOTE_SIGNAL: _("Note a signal on a batch"),
    Right.RECORD_DUTY: _("Record a duty after a late failure"),
    Right.TAKE_PART_IN_INVESTIGATION: _("Take part in an investigation"),
    Right.OPEN_INVESTIGATION: _("Open an investigation"),
    Right.START_INVESTIGATION: _("Take up an investigation"),
    Right.ANSWER_CHECK: _("Answer a check of the laboratory"),
    Right.ANSWER_CHECK_OF_PRODUCTION: _("Answer a check of production"),
    Right.TRY_HYPOTHESIS: _("Record an experiment of an investigation"),
    Right.NAME_CAUSE: _("Name the cause of a failing result"),
    Right.ESCALATE_INVESTIGATION: _("Take an investigation to its second phase"),
    Right.AUTHORISE_PLAN: _("Authorise more tests"),
    Right.RECORD_ATTEMPT: _("Record a test of an investigation"),
    Right.PROPOSE_OUTCOME: _("Sign the outcome of an investigation for the laboratory"),
    Right.CONCLUDE_INVESTIGATION: _("Sign the outcome of an investigation for quality"),
    Right.NAME_CRITERIA: _("Open a dossier for an exceptional release, and name its criteria"),
    Right.WRITE_RISK: _("Write the risks of a dossier"),
    Right.WRITE_ALTERNATIVES: _("Write the alternatives of a dossier"),
    Right.RECORD_REQUEST: _("Record the request of the physician"),
    Right.RECORD_ACCEPTANCE_OF_RISK: _("Record that the physician accepts the risk"),
    Right.RECORD_CONSENT: _("Record the patient's consent"),
    Right.WRITE_NOTICE: _("Write a notice of a dossier"),
    Right.DECIDE_DOSSIER: _("Decide a dossier"),
    Right.FOLLOW_UP_DOSSIER: _("Follow up an exceptional release"),
    Right.READ_DOSSIER_AT_TREATMENT: _("Read a dossier where the patient is treated"),
    # cpv
    Right.WRITE_PLAN: _("Write plans and limits of the process"),
    Right.OWN_PARAMETER: _("Be the one whom signals of a parameter wait for"),
    Right.ACKNOWLEDGE_SIGNAL: _("Take up a signal"),
    Right.CLOSE_SIGNAL: _("Close a signal"),
    Right.EXCLUDE_POINT: _("Leave a point out"),
    Right.INCLUDE_POINT: _("Take a point in again"),
    Right.HAND_IN_DATA: _("Hand in numbers of another program"),
    Right.OPEN_COMPARISON: _("Open a comparison"),
    Right.DRAW_REPORT: _("Ask for a report of the process"),
    Right.READ_REPORTS: _("Read the reports of the process"),
    # fmea
    Right.WRITE_WORKSHEET: _("Write worksheets of risk"),
    Right.OPEN_SHEET: _("Open a worksheet"),
    Right.EDIT_SHEET: _("Change a worksheet"),
    Right.SUBMIT_SHEET: _("Submit a worksheet"),
    Right.KEEP_FILE: _("Hand in a file of a worksheet"),
    Right.IMPORT_SHEET: _("Take a file into a worksheet"),
    Right.PRINT_WORKSHEET: _("Print a worksheet"),
    Right.PLAN_ACTION: _("Plan an action"),
    Right.CHANGE_ACTION: _("Change an action"),
    Right.MOVE_ACTION: _("Take an action further"),
    Right.MOVE_ACTION_OF_ONES_OWN: _("Begin and finish one's own action"),
    Right.BE_GIVEN_WORK: _("Be given scores, actions and answers"),
    Right.BEGIN_ROUND: _("Begin a round of scores"),
    Right.HAND_IN_SCORE: _("Hand in one's scores"),
    Right.OPEN_SCORES: _("Open the scores"),
    Right.AGREE_ON_SCORES: _("Propose the agreed scores"),
    Right.ANSWER_CONSENSUS: _("Answer agreed scores"),
    Right.ABANDON_ROUND: _("Abandon a round of scores"),
    Right.DECIDE_RESIDUAL: _("Decide on the risk that is left"),
    # audit
    Right.READ_AUDIT_REPORTS: _("Ask for reports on journeys, people, stations and periods"),
    Right.READ_BATCH_RECORDS: _("Ask for the record of a batch"),
    Right.READ_CONFIGURATION: _("Ask what was in force on a day"),
    Right.READ_INVENTORY: _("Ask what the installation is made of"),
    Right.READ_ACCESS: _("Ask for reviews of access and for security events"),
    Right.ASK_BUNDLE: _("Ask for a bundle that proves itself"),
}

MEANS: Mapping[Means, Promise] = {
    Means.SECRET: _(
        "Whoever knows the password, the PIN or a code of their own account, shows its passkey, or is vouched for by a"
        " provider that is linked to it."
    ),
    Means.STATION: _(
        "At a scan station: whoever shows a badge in force and holds a role that the protocol names for this step, at"
        " the site of this step, with the training that it asks for."
    ),
    Means.OWN_ACCOUNT: _("Whoever is signed in, for their own sessions alone."),
    Means.OWN_WORK: _("Whoever the work waits for: the person, or anybody with the role at the site."),
    Means.OWN_JOURNEYS: _(
        "Anybody with a role at a site that takes part in the journey finds that journey alone."
    ),
    Means.OWN_READING: _(
        "What is found, and what a report says, is what whoever asks may read: each kind of report by its right, at"
        " the sites at which it is held."
    ),
    Means.THE_HOUSE: _("The system itself, by the clock or after an entry. No address leads there."),
    Means.ANOTHER_SERVICE: _(
        "Part of another service, which has asked for the right. No address leads there."
    ),
    Means.OPERATOR: _("Whoever runs the server, by a command on it. No address leads there."),
}

DUTIES: Mapping[Duty, Promise] = {
    Duty.ADMINISTERS: _(
        "Who administers a site makes, checks and decides no record at any site: an administrator may beside that be"
        " a sponsor, or audit another site, and nothing else."
    ),
    Duty.AUDITS: _(
        "Who audits a site does none of its work: an auditor may beside that be a sponsor there, and nothing else."
    ),
}

# What one person may not do to one record, whatever roles they hold: judged with that record.
SEPARATED: Mapping[str, Promise] = {
    "own_result": _("Nobody looks over a result that they measured."),
    "own_test": _(
        "Nobody judges a test of their own in an investigation, nor concludes a study of their own."
    ),
    "own_material": _("Nobody decides on starting material that they collected or tested."),
    "own_batch": _(
        "Nobody who made a batch reviews, releases or rejects it, nor judges its failing results."
    ),
    "two_signatures": _("Review and decision of a batch are signed by two people."),
    "hand_over": _("Giver and receiver of a hand-over are two people."),
    "witness": _("The second person of a step is not the first."),
    "stop": _("Who met a stop does not clear it."),
    "own_document": _("Author, reviewer and approver of a document are three people."),
    "own_dossier": _("Who wrote the risks or alternatives of an exceptional release does not decide on it."),
    "own_reconciliation": _("Who asks for a change of who a patient is does not decide on it."),
    "own_action": _("Who owns an action against a risk does not verify it."),
    "own_grant": _("Nobody grants a role, issues a badge or records a training to themselves."),
    "own_account": _("Nobody resets or closes their own account."),
}
