"""Who may do what with files, studies, dossiers, plates, batches, reports and prints: every role, here and elsewhere.

Whoever holds the role is let in; what speaks against the act itself is asked after that, and tested elsewhere.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from audit import services as audit
from audit.rules.questions import Question
from audit.services import bundles
from coi import services as coi
from coi.rules.journey import Disposition, Fate
from config.demonstration.site import PLANT, read_content
from cpv import services as cpv
from fmea import services as fmea
from people import services as people
from people.rules.credentials import Credential
from people.rules.roles import Role
from qc import services as qc
from qc.rules.exceptional import Notice, NoticeKind, Setting
from qc.rules.stability.plan import Pull
from qc.rules.subjects import SubjectKind, SubjectRef
from tests.cpv.given import PLAN
from tests.fmea.board import CODE
from tests.furnished import Journeys
from tests.permissions.furnishing import a_house
from tests.permissions.house import House
from tests.permissions.matrix import Act, judged, newcomer

R = Role
ANALYST, REVIEWER = {R.ANALYST}, {R.QC_REVIEWER}
QA = {R.QA_REVIEWER, R.QA_RELEASER}
QUALITY = QA | {R.SUPERVISOR}
WRITERS = QA | {R.COORDINATOR}
EDITORS = QUALITY | REVIEWER
AUTHORS, KEEPERS = REVIEWER | {R.QA_REVIEWER, R.SUPERVISOR}, {R.ADMINISTRATOR, R.SUPERVISOR}
PRINTERS = {R.SUPERVISOR, R.QA_REVIEWER, R.OPERATOR, R.COLLECTOR, R.CELL_LAB}
Acts = dict[str, tuple[set[Role], Act]]


def of_files_and_studies(house: House, credential: Credential) -> Acts:
    """Files of results, plates, studies."""
    file, run = UUID(house.things["files/", "id"]), UUID(house.run)
    study = {"study": house.things["studies/", "code"]}
    plate = UUID(house.things["runs/<str:code>/potency/", "id"])
    return {
        "record_import": (ANALYST, lambda c: qc.record_import(id=file, **c)),
        "discard_import": (ANALYST, lambda c: qc.discard_import(id=file, **c)),
        "record_plate": (ANALYST, lambda c: qc.record_plate(id=plate, asked=_of_plate(house, c), **c)),
        "discard_plate": (ANALYST, lambda c: qc.discard_plate(id=plate, **c)),
        "hand_in_plate": (ANALYST, lambda c: qc.hand_in_plate(run=run, data=b"x", name="p.csv", **c)),
        "hand_in_measurements": (ANALYST, lambda c: qc.hand_in_measurements(data=b"x", **study, **c)),
        "conclude_study": (
            REVIEWER,
            lambda c: qc.conclude_study(credential=credential, reason="x", **study, **c),
        ),
        "record_pull": (
            ANALYST,
            lambda c: qc.record_pull(pull=Pull("RT", "H0", c["now"]), **study, **c),
        ),
        "abandon_study": (REVIEWER, lambda c: qc.abandon_study(reason="x", **study, **c)),
    }


def _of_plate(house: House, context: dict[str, Any]) -> qc.PlateResult:
    of = SubjectRef(SubjectKind.BATCH, house.things["api/v1/batches/", "code"])
    return qc.PlateResult(subject=of, criterion="CAR", container="x", tested_at=context["now"], seen="")


def of_dossiers(house: House, credential: Credential) -> Acts:
    """The parts of a dossier that quality writes and decides, at the site that made the batch."""
    own = {"dossier": house.things["dossiers/", "dossier"]}
    return {
        "change_supply": (
            QA,
            lambda c: qc.change_supply(setting=Setting.TRIAL, is_emergency=True, **own, **c),
        ),
        "record_request": (
            WRITERS,
            lambda c: qc.record_request(
                physician="J", requested_at=c["now"], evidence=qc.Evidence("x"), **own, **c
            ),
        ),
        "write_notice": (QA, lambda c: qc.write_notice(notice=Notice(NoticeKind.SPONSOR), **own, **c)),
        "name_criteria": (QA, lambda c: qc.name_criteria(criteria=["CAR"], **own, **c)),
        "write_risk": (QA, lambda c: qc.write_risk(text="x", **own, **c)),
        "write_alternatives": (QA, lambda c: qc.write_alternatives(text="x", **own, **c)),
        "follow_up_dossier": (WRITERS, lambda c: qc.follow_up_dossier(text="x", **own, **c)),
        "decide_dossier": (
            {R.QA_RELEASER},
            lambda c: qc.decide_dossier(is_approved=False, reason="x", credential=credential, **own, **c),
        ),
        "record_consent": (
            WRITERS,
            lambda c: qc.record_consent(is_given=False, consented_at=None, reference="", **own, **c),
        ),
    }


def of_batches(house: House) -> Acts:
    """The moves of a batch along its states."""
    batch = house.things["api/v1/batches/", "code"]
    testers = ANALYST | REVIEWER

    def move(to: Disposition) -> Act:
        return lambda c: coi.record_disposition(batch=batch, disposition=to, signatures=[], reason="x", **c)

    return {
        "record_disposition testing": (testers | {R.QA_REVIEWER}, move(Disposition.TESTING)),
        "record_disposition review": (testers, move(Disposition.QA_REVIEW)),
        "record_disposition released": ({R.QA_RELEASER}, move(Disposition.RELEASED)),
        "record_disposition in process": (set(), move(Disposition.IN_PROCESS)),
    }


def of_process_and_risks(house: House) -> Acts:
    """Reports of the process, and files of a worksheet."""
    file = UUID(house.things["risk/<str:code>/files/", "id"])

    def report(c: dict[str, Any]) -> object:
        return cpv.draw_report(plan=PLAN, since=c["now"] - timedelta(days=9), until=c["now"], **c)

    return {
        "draw_report": (EDITORS, report),
        "keep_file": (EDITORS, lambda c: fmea.keep_file(code=CODE, data=b"x", **c)),
        "import_sheet": (EDITORS, lambda c: fmea.import_sheet(code=CODE, file=file, base=0, **c)),
        "print_worksheet": (
            EDITORS | {R.AUDITOR},
            lambda c: fmea.print_worksheet(code=CODE, version=1, **c),
        ),
    }


def of_labels(house: House) -> Acts:
    """Labels that are asked for again, what became of one, and who looks into a deviation."""
    label = house.things["labels/", "code"]
    deviation = house.things["deviations/", "code"]
    fate = {"copy": label, "fate": Fate.SPOILED, "reason": "mistaken"}
    return {
        "assign_deviation": (
            QUALITY,
            lambda c: coi.assign_deviation(
                code=deviation, owner_id=c["actor"].user_id, owner_name="Zoe Zest", **c
            ),
        ),
        "ask_print": (PRINTERS, lambda c: coi.ask_print(copy=label, printer="OWN", **c)),
        "correct_label_fate": (PRINTERS, lambda c: coi.correct_label_fate(**fate, **c)),
    }


def of_audits(house: House) -> Acts:
    """A bundle about a time at the plant."""

    def bundle(c: dict[str, Any]) -> object:
        period = Question(site=PLANT, since=c["now"] - timedelta(days=1), until=c["now"])
        return bundles.ask_for_bundle(question=period, **c)

    kept = UUID(house.things["audit/bundles/", "id"])

    def read(ask: Act) -> Act:
        """Reading takes no request and no place."""
        return lambda c: ask({"id": kept, "actor": c["actor"], "now": c["now"]})

    return {
        "ask_for_bundle": (QA | {R.AUDITOR}, bundle),
        "bundle_for": (QA | {R.AUDITOR}, read(lambda c: audit.bundle_for(**c))),
        "bundle_bytes": (QA | {R.AUDITOR}, read(lambda c: audit.bundle_bytes(**c))),
    }


def of_stations_and_documents(j: Journeys, house: House, credential: Credential) -> Acts:
    """Which device is a station, by its token and a password; and the draft of somebody else."""

    def device(act: Act) -> Act:
        own = {"token": j.demo.tokens["DOCK"], "credential": credential}
        return lambda c: act({**own, "now": c["now"], "request_id": c["request_id"]})

    draft = house.things["documents/", "id"]
    content = read_content("cd19_protocol.json")
    return {
        "bind_device": (KEEPERS, device(lambda c: people.bind_device(**c))),
        "release_device": (KEEPERS, device(lambda c: people.release_device(**c))),
        "edit_document": (AUTHORS, lambda c: people.edit_document(id=draft, content=content, **c)),
        "submit_document": (AUTHORS, lambda c: people.submit_document(id=draft, credential=credential, **c)),
    }


def test_every_role_may_what_it_may_and_nothing_elsewhere(journeys: Journeys) -> None:
    house = a_house(journeys)
    player = journeys.filled
    player.now = journeys.demo.now
    actor, credential = newcomer(player)
    judged(
        player,
        {
            **of_files_and_studies(house, credential),
            **of_dossiers(house, credential),
            **of_batches(house),
            **of_process_and_risks(house),
            **of_labels(house),
            **of_audits(house),
            **of_stations_and_documents(journeys, house, credential),
        },
        actor,
    )
