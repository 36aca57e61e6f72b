"""What stands in the house of the permission tests: something behind every address, and people of every role."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID, uuid4
from zipfile import ZipFile

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.test import Client

from audit.rules.questions import Question
from audit.selectors.bundles import bundle as bundle_by_id
from audit.services import bundles, request_report
from coi import services as coi
from coi.models import Alias, Collection, Deviation, Order, PrintJob, Weight
from coi.rules.label_templates import DOCUMENT_KIND
from coi.rules.printing import PrinterKind
from coi.rules.reconciliations import ReconciliationKind
from config.demonstration import site
from config.demonstration.laboratory import METHODS
from config.demonstration.site import HOSPITAL, PASSWORD, PLANT, PRODUCT, SECOND, read_content
from cpv import services as cpv
from cpv.rules.programme import limit_set
from cpv.rules.programme.comparison_plan import KIND
from fmea import services as fmea
from fmea.rules.cells import Table
from fmea.rules.editing import SetCell
from fmea.services.workbooks import write_workbook
from ledger import services as ledger
from ledger.models import Effect
from people import services as people
from people.models import Training
from people.rules.roles import Role
from people.selectors import latest_versions, open_versions, site_by_code
from qc import selectors as qc_selectors
from qc import services as qc
from qc.rules.document_words import DocumentKind
from qc.rules.exceptional import Setting
from qc.rules.imports import ImportKind
from tests import given
from tests.cpv.comparisons_given import CODE as COMPARISON
from tests.cpv.comparisons_given import FOLD, VIABILITY, content
from tests.cpv.given import PLAN, STEADY, Process, a_process, parameter
from tests.fmea.actions_given import planned
from tests.fmea.board import CODE, a_board
from tests.fmea.teams import begun
from tests.furnished import Journeys
from tests.people.desk_given import SECRET
from tests.people.desk_given import code as shown_by_app
from tests.permissions.house import PLACES, TOGETHER, House
from tests.qc import studies_given
from tests.qc.given import Laboratory
from tests.qc.oos import Case
from tests.qc.plates_given import potency_plate
from tests.qc.rules.validation_study_given import CONTENT as VALIDATION
from tests.qc.test_materials import specify

PDF = b"%PDF-1.7 x"


def a_house(j: Journeys) -> House:
    """Everything that an address may name, at the plant and for a patient of the first hospital."""
    house = House()
    _journeys(house, j)
    lab = Laboratory(j.filled, j.filled.containers("product_bag")[0].batch)
    lab.player.now = j.bedside.now + timedelta(hours=1)
    _laboratory(house, lab)
    _afterwards(house, j, lab.player.now)
    _process(house, j)
    _risks(house, j)
    _documents(house, j)
    _people(house, j)
    _audits(house, j)
    for effect in Effect.objects.filter(kind__regex="draw|make_report").values_list("pk", flat=True):
        ledger.run_effect(effect_id=effect, now=j.demo.now + timedelta(minutes=1))
    _known(house, j, lab.tube)
    return house


def _known(house: House, j: Journeys, tube: str) -> None:
    """What is sent to an address may be about what is there, and name who is there."""

    def user(role: Role, at: str) -> int:
        found = get_user_model().objects.get(username=f"{role.value.replace('_', '-')}-{PLACES[at]}")
        return int(found.pk)

    house.known |= {
        "request": str(uuid4()),
        "tube": tube,
        "result": house.things["results/", "id"],
        "container": j.filled.containers("product_bag")[0].code,
        "journey": j.fresh.coi_id,
        "wristband": j.fresh.wristband,
        "owner": user(Role.ANALYST, PLANT),
        "second": user(Role.QC_REVIEWER, PLANT),
        "quality": user(Role.QA_REVIEWER, HOSPITAL),
        "test": f"{house.things['api/v1/batches/', 'code']}:VIABILITY",
    }


def _journeys(house: House, j: Journeys) -> None:
    p = j.filled
    order = Order.objects.get(coi_id=j.bedside.coi_id)
    j.fresh.now = max(j.fresh.now, p.now, j.bedside.now)
    bag = p.containers("product_bag")[0]
    name = "Olga"
    asked = coi.change_patient_details(
        coi_id=j.fresh.coi_id,
        details=coi.PatientDetails("Married", "Synthia", order.ordered_at.date(), "MRN0000099"),
        kind=ReconciliationKind.CHANGE,
        reason="x",
        **given.doing(j.fresh, name, HOSPITAL),
    )
    answer = j.bedside.scan(
        "NBED", j.demo.member("Ines"), j.bedside.wristband, j.neighbour.label("product_bag"), step="bedside"
    )
    stop = Deviation.objects.get(code=answer["deviation"])
    coi.register_printer(
        code="OWN",
        site=PLANT,
        setting=coi.PrinterSetting("Own", PrinterKind.PDF, 203),
        stock=coi.LabelStock(50, 20),
        **given.doing(j.fresh, "Amir"),
    )
    house.put("", coi_id=order.coi_id, code=order.coi_id, site=PLANT, id=uuid4(), what="again", form="pdf")
    weight, alias = (
        kind.objects.filter(order=order).values_list("id", flat=True)[0] for kind in (Weight, Alias)
    )
    house.put("journeys/", weight=weight, alias=alias)
    house.put("reconciliations/", code=asked)
    house.put("labels/", code=bag.label)
    house.put("labels/batches/", code=bag.batch)
    again = p.containers("product_bag")[1]
    p.now = j.fresh.now
    given.a_reprint(p, again.label, "Amir")
    given.sweep(p)
    house.put("labels/queue/", job=PrintJob.objects.get(copy__container__code=again.code).id)
    house.put("printers/", code="OWN")
    house.put("shippers/", code=j.demo.shippers[0])
    house.put("holds/", id=given.a_hold(j.fresh, bag.code))
    house.put("deviations/", code=stop.code)
    house.put("station/", check=stop.check_id)
    house.put("api/v1/stops/", check=stop.check_id)


def _laboratory(house: House, lab: Laboratory) -> None:
    batch = lab.batch
    house.put("batches/", code=batch, kind="coa", part="request")
    house.put("api/v1/batches/", code=batch)
    house.put("api/v1/results/", kind="batch", code=batch)
    house.put("results/", kind="batch", code=batch, criterion="VIABILITY")
    house.put("materials/", code=Collection.objects.get(order__coi_id=lab.player.coi_id).din)
    house.put("trends/", document="CD19-DEMO", criterion="VIABILITY")
    house.put("specifications/examples/", name="kymriah-all-eu")
    _failures(house, lab)
    _runs(house, lab)
    _dossier(house, lab)
    _studies(house, lab)
    specify(lab)


def _failures(house: House, lab: Laboratory) -> None:
    """An investigation that has begun, and one that waits for a planned test."""
    case, waiting = Case(lab), Case(lab, "CD3", "4.1")
    assert case.open().is_done
    waiting.with_cause()
    assert waiting.plan().is_done
    for begins in ("results/", "laboratory/results/", "investigations/of/"):
        house.put(begins, id=case.first.id)
    house.put("investigations/", code=case.code, kind="retest", what="start")
    house.put("investigations/<str:code>/test/", code=waiting.code)


def _runs(house: House, lab: Laboratory) -> None:
    """One with a file and a plate, one whose controls have been read, and one whose controls wait for it."""
    given.in_effect(lab.player, "method", "M-FLOW", METHODS["M-FLOW"] | {"calculation": "relative_potency"})
    lab.player.wait(minutes=1)
    lab.runs.clear()  # the next begins with the method as it is now
    flow, read = (qc_selectors.run_by_code(lab.run_for(it)) for it in ("VIABILITY", "VCN"))
    assert flow is not None
    assert read is not None
    lab.player.wait(minutes=2)
    rows = "sample,criterion,value,unit,replicate,tested_at,comment\r\n"
    about = {"name": "flow.csv", "kind": ImportKind.CSV, "tested_at": lab.player.now, "run": flow.code}
    data = f"{rows}{lab.tube},VIABILITY,92.4,%,1,,\r\n".encode()
    file = qc.hand_in(handed=qc.Handed(data=data, **about), site=PLANT, **lab.doing("Ana"))
    plate = {"run": UUID(flow.id), "data": potency_plate(0.3), "name": "plate.csv"}
    house.run = flow.id
    house.put("files/", id=file.id)
    house.put("runs/", code=flow.code, method="M-FLOW")
    house.put("runs/<str:code>/potency/", id=qc.hand_in_plate(**plate, **lab.doing("Ana")).id)
    house.put("runs/<str:code>/controls/<str:lot>.svg", code=read.code, lot=read.readings[0].lot)
    _unread_run(house, lab)


def _unread_run(house: House, lab: Laboratory) -> None:
    method, lots = METHODS["M-DDPCR"], lab.player.demo.lots
    run = qc.open_run(
        site=PLANT,
        method="M-DDPCR",
        instruments=[lab.player.demo.devices[kind, PLANT] for kind in method["instruments"]],
        reagents=[lots[kind, PLANT] for kind in method["reagents"]],
        **lab.doing("Ana"),
    )
    house.put("runs/<str:code>/controls/", code=run.code)
    house.known |= {name: lots[f"control_vcn_{name}", PLANT] for name in ("low", "high")}


def _dossier(house: House, lab: Laboratory) -> None:
    """Of an exceptional release, with the paper of its request."""
    _of_region(lab, "EU")
    asked = {"batch": lab.batch, "setting": Setting.TRIAL, "is_emergency": False}
    dossier = qc.open_dossier(**asked, **lab.doing("Bob")).code
    about = {"physician": "J", "requested_at": lab.player.now, "evidence": qc.Evidence("L-1", PDF)}
    assert qc.record_request(dossier=dossier, **about, **lab.doing("Bob")).is_done
    house.put("batches/", dossier=dossier)
    house.put("dossiers/", dossier=dossier)


def _studies(house: House, lab: Laboratory) -> None:
    """A study of time with its first result, and a validation."""
    studies_given.plan(lab)
    study = studies_given.begin(lab)
    first = studies_given.tubes(lab)[0]
    assert studies_given.pull(lab, study, "H0", first).is_done
    studies_given.measure(lab, study, "H0", first)
    lab.player.demo.now = lab.player.now
    site.document(lab.player.demo, "validation_plan", "VP-1", "Validation", VALIDATION)
    lab.player.wait(minutes=1)
    asked = {"kind": "validation_plan", "plan": "VP-1", "site": PLANT}
    house.validation = qc.begin_study(**asked, **lab.doing("Leo")).code
    house.put("studies/", code=study.code, condition="RT", criterion="VIABILITY")
    for own in ("measurements/", "measurements.csv", "report.pdf"):
        house.put(f"studies/<str:code>/{own}", code=house.validation)


def _afterwards(house: House, j: Journeys, now: datetime) -> None:
    """A batch that was let go, with a document; then its culture has grown."""
    lab = Laboratory(j.ready, j.ready.containers("product_bag")[0].batch)
    lab.player.now = now
    assert qc.issue_document(batch=lab.batch, kind=DocumentKind.COA, **lab.doing("Rosa")).document
    lab.record("STERILITY_FINAL", "growth")
    (failure,) = lab.view().failures
    house.put("batches/<str:code>/documents/<str:kind>/<int:version>/", code=lab.batch, version=1)
    house.put("batches/<str:code>/duties/", code=lab.batch, failure=failure.id, duty="tell_sponsor")
    j.demo.now = lab.player.now


def _of_region(lab: Laboratory, region: str) -> None:
    """The first hospital lies where the law of exceptional releases is laid down."""
    was = site_by_code(HOSPITAL)
    assert was is not None
    about = {"name": was.name, "zone": was.zone, "locale": was.locale, "identifiers": dict(was.identifiers)}
    people.change_site(was=was, region=region, reason="x", **about, **lab.doing("Ada"))


def _process(house: House, j: Journeys) -> None:
    scans = {"code": "SCANS", "title": "Refused scans", "unit": "%", "source": {"kind": "refused_scans"}}
    age = parameter("AGE", unit="a", bounds={})
    process = a_process(j.demo, parameter(covariates=["AGE"]), age, parameter("FOLD"), scans)
    process.hand_in(STEADY)
    process.limits()
    process.hand_in(("16.0",))
    chart = process.chart
    _of_patients(process)
    cpv.gather(now=process.player.now, request_id=uuid4())
    period = {"since": chart.points[0].made_at, "until": process.player.now}
    report = cpv.draw_report(plan=PLAN, **period, **process.doing("Leo"))
    _comparison(process)
    j.demo.now = process.player.now
    house.put("process/", id=report, code=PLAN, version=1, attribute="TITER")
    house.put("process/charts/", code=process.code, id=chart.points[0].id)
    house.put("process/charts/<str:code>/shares", code=limit_set.code_of(PLAN, "SCANS", (PLANT,)))
    house.put("process/comparisons/", code=COMPARISON)
    house.put("process/signals/", id=chart.signals[0].id)
    house.put("api/v1/process/charts/", code=process.code)
    house.put("api/v1/process/signals/", id=chart.signals[0].id)


def _of_patients(process: Process) -> None:
    """How old the patients of all batches were."""
    points = process.chart.points
    rows = [
        cpv.ExternalRow("AGE", it.subject, it.made_at, str(40 + n * 7 % 30)) for n, it in enumerate(points)
    ]
    cpv.hand_in_data(plan=PLAN, site=PLANT, rows=rows, **process.doing())


def _comparison(process: Process) -> None:
    """The plan of one, and lots before and after the change."""
    demo = process.player.demo
    demo.now = process.player.now
    change_at = demo.now + timedelta(hours=1)
    attributes = [VIABILITY | {"code": "TITER", "unit": "mg/L"}, FOLD]
    plan = content(plan=PLAN, change_at=change_at.isoformat(), attributes=attributes)
    site.document(demo, KIND, COMPARISON, COMPARISON, plan)
    process.player.now = demo.now + timedelta(minutes=1)
    process.hand_in(STEADY[:5], start=change_at + timedelta(hours=1))


def _risks(house: House, j: Journeys) -> None:
    board = a_board(j.demo)
    board.edit(SetCell(Table.HEADER, "", "product", PRODUCT))  # of which there are scans to count
    action, around = planned(board), begun(board)
    printed = fmea.print_worksheet(code=CODE, version=0, **board.doing("Amir"))
    kept = fmea.keep_file(code=CODE, data=write_workbook(board.whole.content), **board.doing("Amir"))
    j.demo.now = board.player.now
    for begins in ("risk/", "api/v1/worksheets/"):
        house.put(begins, code=CODE, action=action, row="R1", id=around, to="under_way", name="rate")
    house.put("risk/<str:code>/rows/", form="svg")
    house.queries["risk/<str:code>/actions/plan/"] = "?row=R1"
    house.put("risk/actions/", key=f"{CODE}:{action}")
    house.put("risk/<str:code>/files/", id=kept)
    house.put("risk/<str:code>/printouts/", id=printed, form="pdf")


def _documents(house: House, j: Journeys) -> None:
    for kind in ("protocol", "specification"):
        content = read_content(f"cd19_{kind}.json")
        context = j.demo.doing("x", j.demo.member("Amir").actor) | {"request_id": uuid4()}
        people.draft_document(kind=kind, code="OTHER", title="x", content=content, site=PLANT, **context)
    drafts = {it.kind: it.id for it in open_versions()}
    house.put("documents/", id=drafts["protocol"], kind="protocol")
    house.put("documents/<uuid:id>/preview.png", id=latest_versions(DOCUMENT_KIND)[0].id)
    house.put("specifications/", id=drafts["specification"])


def _people(house: House, j: Journeys) -> None:
    """For each place one person of each role, and those who hold nothing here."""
    now = j.demo.now

    def client(name: str, at: str, roles: Iterable[Role]) -> Client:
        about = {"username": name, "printed_name": name, "site": at, "email": f"{name}@demo.invalid"}
        context = j.demo.doing("x", j.demo.members["Ada Admin"].actor, at) | {"now": now}
        made = people.create_user(**about, **context | {"request_id": uuid4()})
        for role in roles:
            end = now + timedelta(days=30) if role is Role.AUDITOR else None
            about = {"user_id": made.user_id, "role": role, "site": at, "valid_until": end}
            people.grant_role(**about, **context | {"request_id": uuid4()})
        found = Client()
        found.force_login(get_user_model().objects.get(pk=made.user_id))
        house.names[found] = name
        return found

    house.newcomer = client
    for at, place in PLACES.items():
        for role in Role:
            house.clients[role.value, at] = client(f"{role.value.replace('_', '-')}-{place}", at, [role])
    house.outsiders = {
        "no role": client("none", PLANT, []),
        "worker elsewhere": client("elsewhere", SECOND, sorted(TOGETHER)),
        "auditor elsewhere": client("auditor-elsewhere", SECOND, [Role.AUDITOR]),
    }
    own = get_user_model().objects.get(username="analyst-plant")
    about = {"topic": "thaw", "site": PLANT, "evidence": people.EvidenceFile(PDF, "application/pdf")}
    context = j.demo.doing("x", j.demo.members["Ada Admin"].actor, PLANT) | {"now": now}
    people.record_training(user_id=own.pk, **about, **context)
    (training,) = Training.objects.filter(user=own)
    house.put("people/", user_id=own.pk, id=training.evidence)
    house.put("people/sites/", code=PLANT)
    bob = j.demo.member("Bob")
    app = {"secret": SECRET, "code": shown_by_app(now), "password": PASSWORD, "now": now}
    people.add_totp(**j.demo.doing("app", bob.actor) | app)
    house.put("account/factors/", id=Authenticator.objects.get(user=bob.user_id).pk)
    house.put("sign-in/with/", provider_id="none")


def _audits(house: House, j: Journeys) -> None:
    context = j.demo.doing("x", j.demo.member("Bob").actor, PLANT) | {"now": j.demo.now}
    hour = Question(site=PLANT, since=j.demo.now - timedelta(hours=1), until=j.demo.now)
    bundle = bundles.ask_for_bundle(question=hour, **context | {"request_id": uuid4()})
    _kept(bundle, j)
    report = request_report(kind="signatures", question=hour, **context | {"request_id": uuid4()})
    for begins in ("audit/", "api/v1/audit/"):
        house.put(begins, kind="custody", key=j.fresh.coi_id, ask="journey", form="pdf")
        house.put(f"{begins}requests/", id=report)
        house.put(f"{begins}bundles/", id=bundle)
    house.put("audit/reports/<str:kind>/<str:key>.svg", kind="genealogy", key="genealogy")
    house.queries["audit/reports/<str:kind>/<str:key>.svg"] = f"?journey={j.filled.coi_id}"


def _kept(id: UUID, j: Journeys) -> None:
    """A bundle is there, with a file that stands for what the worker makes.

    To seal it takes a connection of its own, which sees nothing of a test that is rolled back.
    """
    asked, file = bundle_by_id(id), BytesIO()
    assert asked is not None
    with ZipFile(file, "w") as made:
        made.writestr("x.txt", "x")
    bundles._keep(asked, file.getvalue(), ("0" * 64, ""), {}, j.demo.now)
