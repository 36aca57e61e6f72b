"""A house in which every address leads to something, and people who each hold one role: made once for one test."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from audit.rules.questions import Question
from audit.selectors.bundles import bundle as bundle_by_id
from audit.services import bundles, request_report
from coi import services as coi
from coi.models import Alias, Collection, Deviation, Order, PrintJob, Weight
from coi.rules.printing import PrinterKind
from coi.rules.reconciliations import ReconciliationKind
from config.demonstration import site
from config.demonstration.laboratory import METHODS
from config.demonstration.site import HOSPITAL, PLANT, SECOND, read_content
from cpv import services as cpv
from fmea import services as fmea
from fmea.services.workbooks import write_workbook
from ledger import services as ledger
from ledger.models import Effect
from people import services as people
from people.models import Training
from people.rules.roles import Role
from people.selectors import open_versions, site_by_code
from qc import selectors as qc_selectors
from qc import services as qc
from qc.rules.exceptional import Setting
from qc.rules.imports import ImportKind
from tests import given
from tests.cpv.given import PLAN, STEADY, a_process
from tests.fmea.actions_given import planned
from tests.fmea.board import CODE, a_board
from tests.fmea.teams import begun
from tests.furnished import Journeys
from tests.qc import studies_given
from tests.qc.given import Laboratory
from tests.qc.oos import Case
from tests.qc.plates_given import potency_plate
from tests.qc.rules.validation_study_given import CONTENT as VALIDATION
from tests.qc.test_materials import specify

# Roles that one person may hold together; of the others each needs a person.
TOGETHER = set(Role) - {Role.ADMINISTRATOR, Role.AUDITOR}
PDF = b"%PDF-1.7 x"
PLACES = {PLANT: "plant", HOSPITAL: "hospital"}


@dataclass
class House:
    """What stands in the addresses, by the name of the place in them or by an address and that name; and who asks."""

    things: dict[tuple[str, str], str] = field(default_factory=dict)
    run: str = ""  # the id of a run
    validation: str = ""  # the code of a validation study
    known: dict[str, Any] = field(default_factory=dict)  # what a body may name
    clients: dict[tuple[str, str], Client] = field(default_factory=dict)
    outsiders: dict[str, Client] = field(default_factory=dict)
    names: dict[Client, str] = field(default_factory=dict)  # by which each of them signs in
    newcomer: Callable[[str, str, Iterable[Role]], Client] = field(init=False)
    groups: dict[tuple[frozenset[Role], str], Client] = field(default_factory=dict)

    def address(self, route: str, named: Mapping[str, str] = MappingProxyType({})) -> str:
        """The address with something that exists in every place of it; the longest beginning that is known counts.

        `named`: what stands in a place instead.
        """

        def fill(found: re.Match[str]) -> str:
            name, so_far = found.group(1), route[: found.start()]
            known = [begin for begin, of in self.things if of == name and so_far.startswith(begin)]
            return named.get(name) or self.things[max(known, key=len), name]

        return "/" + re.sub(r"<\w+:(\w+)>", fill, route)

    def holding(self, roles: frozenset[Role], site: str) -> Client:
        """Somebody who holds exactly these roles at a site, which one person may hold together."""
        if len(roles) == 1:
            return self.clients[next(iter(roles)), site]
        if (roles, site) not in self.groups:
            name = f"several-{len(self.groups)}-{PLACES[site]}"
            self.groups[roles, site] = self.newcomer(name, site, sorted(roles))
        return self.groups[roles, site]


def routes(patterns: list[Any] | None = None, begins: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every address of the product as its pattern, with its view."""
    for found in patterns if patterns is not None else get_resolver().url_patterns:
        route = begins + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from routes(found.url_patterns, route)
        elif isinstance(found, URLPattern):
            yield route, found.callback


def a_house(j: Journeys) -> House:
    """Everything that an address may name, at the plant and for a patient of the first hospital."""
    house = House()
    _journeys(house, j)
    lab = Laboratory(j.filled, j.filled.containers("product_bag")[0].batch)
    lab.player.now = j.bedside.now + timedelta(hours=1)
    _laboratory(house, lab)
    j.demo.now = lab.player.now
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

    house.known = {
        "request": str(uuid4()),
        "tube": tube,
        "result": house.things["results/", "id"],
        "container": j.filled.containers("product_bag")[0].code,
        "journey": j.fresh.coi_id,
        "wristband": j.fresh.wristband,
        "validation": house.validation,
        "owner": user(Role.ANALYST, PLANT),
        "second": user(Role.QC_REVIEWER, PLANT),
        "quality": user(Role.QA_REVIEWER, HOSPITAL),
        "test": f"{house.things['api/v1/batches/', 'code']}:VIABILITY",
    }


def _put(house: House, begins: str, **things: object) -> None:
    house.things |= {(begins, name): str(value) for name, value in things.items()}


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
    _put(house, "", coi_id=order.coi_id, code=order.coi_id, site=PLANT, id=uuid4(), what="again", form="pdf")
    weight, alias = (
        kind.objects.filter(order=order).values_list("id", flat=True)[0] for kind in (Weight, Alias)
    )
    _put(house, "journeys/", weight=weight, alias=alias)
    _put(house, "reconciliations/", code=asked)
    _put(house, "labels/", code=bag.label)
    _put(house, "labels/batches/", code=bag.batch)
    again = p.containers("product_bag")[1]
    p.now = j.fresh.now
    given.a_reprint(p, again.label, "Amir")
    given.sweep(p)
    _put(house, "labels/queue/", job=PrintJob.objects.get(copy__container__code=again.code).id)
    _put(house, "printers/", code="OWN")
    _put(house, "shippers/", code=j.demo.shippers[0])
    _put(house, "holds/", id=given.a_hold(j.fresh, bag.code))
    _put(house, "deviations/", code=stop.code)
    _put(house, "station/", check=stop.check_id)
    _put(house, "api/v1/stops/", check=stop.check_id)


def _laboratory(house: House, lab: Laboratory) -> None:
    case = Case(lab)
    assert case.open().is_done
    batch = lab.batch
    computing = METHODS["M-FLOW"] | {"calculation": "relative_potency"}
    given.in_effect(lab.player, "method", "M-FLOW", computing)
    lab.player.wait(minutes=1)
    lab.runs.clear()  # the next begins with the method as it is now
    run = lab.run_for("VIABILITY")
    lab.player.wait(minutes=2)
    rows = "sample,criterion,value,unit,replicate,tested_at,comment\r\n"
    about = {"name": "flow.csv", "kind": ImportKind.CSV, "tested_at": lab.player.now, "run": run}
    data = f"{rows}{lab.tube},VIABILITY,92.4,%,1,,\r\n".encode()
    file = qc.hand_in(handed=qc.Handed(data=data, **about), site=PLANT, **lab.doing("Ana"))
    _of_region(lab, "EU")
    dossier = qc.open_dossier(batch=batch, setting=Setting.TRIAL, is_emergency=False, **lab.doing("Bob"))
    studies_given.plan(lab)
    tubes = [it.code for it in lab.player.containers("sample") if str(it.status) == "available"]
    asked = {"kind": "study_plan", "plan": "HOLD", "site": PLANT, "containers": tubes[:2]}
    study = qc.begin_study(**asked, **lab.doing("Leo"))
    lab.player.demo.now = lab.player.now
    site.document(lab.player.demo, "validation_plan", "VP-1", "Validation", VALIDATION)
    lab.player.wait(minutes=1)
    validation = {"kind": "validation_plan", "plan": "VP-1", "site": PLANT}
    house.validation = qc.begin_study(**validation, **lab.doing("Leo")).code
    _put(house, "batches/", code=batch, kind="coa", version=1, dossier=dossier.code, part="request")
    _put(house, "batches/", failure=uuid4(), duty="tell_sponsor")
    _put(house, "api/v1/batches/", code=batch)
    _put(house, "api/v1/results/", kind="batch", code=batch)
    _put(house, "dossiers/", dossier=dossier.code)
    _put(house, "results/", id=case.first.id, kind="batch", code=batch, criterion="VIABILITY")
    _put(house, "laboratory/results/", id=case.first.id)
    _put(house, "materials/", code=Collection.objects.get(order__coi_id=lab.player.coi_id).din)
    _put(house, "trends/", document="CD19-DEMO", criterion="VIABILITY")
    _put(house, "specifications/examples/", name="cd19")
    _put(house, "files/", id=file.id)
    _put(house, "studies/", code=study.code, condition="RT", criterion="VIABILITY")
    kept = qc_selectors.run_by_code(run)
    assert kept is not None
    house.run = kept.id
    plate = {"run": UUID(kept.id), "data": potency_plate(0.3), "name": "plate.csv"}
    _put(house, "runs/<str:code>/potency/", id=qc.hand_in_plate(**plate, **lab.doing("Ana")).id)
    _put(house, "runs/", code=run, method="M-FLOW", lot=next(iter(lab.player.demo.lots.values())))
    _put(house, "investigations/", code=case.code, kind="retest", what="start")
    _put(house, "investigations/of/", id=case.first.id)
    specify(lab)


def _of_region(lab: Laboratory, region: str) -> None:
    """The first hospital lies where the law of exceptional releases is laid down."""
    was = site_by_code(HOSPITAL)
    assert was is not None
    about = {"name": was.name, "zone": was.zone, "locale": was.locale, "identifiers": dict(was.identifiers)}
    people.change_site(was=was, region=region, reason="x", **about, **lab.doing("Ada"))


def _process(house: House, j: Journeys) -> None:
    process = a_process(j.demo)
    process.hand_in(STEADY)
    process.limits()
    process.hand_in(("16.0",))
    chart = process.chart
    period = {"since": chart.points[0].made_at, "until": process.player.now}
    report = cpv.draw_report(plan=PLAN, **period, **process.doing("Leo"))
    j.demo.now = process.player.now
    _put(house, "process/", id=report, code=PLAN, version=1, attribute="x")
    _put(house, "process/charts/", code=process.code, id=chart.points[0].id)
    _put(house, "process/signals/", id=chart.signals[0].id)
    _put(house, "api/v1/process/charts/", code=process.code)
    _put(house, "api/v1/process/signals/", id=chart.signals[0].id)


def _risks(house: House, j: Journeys) -> None:
    board = a_board(j.demo)
    action, around = planned(board), begun(board)
    printed = fmea.print_worksheet(code=CODE, version=0, **board.doing("Amir"))
    kept = fmea.keep_file(code=CODE, data=write_workbook(board.whole.content), **board.doing("Amir"))
    j.demo.now = board.player.now
    for begins in ("risk/", "api/v1/worksheets/"):
        _put(house, begins, code=CODE, action=action, row="R1", id=around, to="under_way", name="x")
    _put(house, "risk/actions/", key=f"{CODE}:{action}")
    _put(house, "risk/<str:code>/files/", id=kept)
    _put(house, "risk/<str:code>/printouts/", id=printed, form="pdf")


def _documents(house: House, j: Journeys) -> None:
    for kind in ("protocol", "specification"):
        content = read_content(f"cd19_{kind}.json")
        context = j.demo.doing("x", j.demo.member("Amir").actor) | {"request_id": uuid4()}
        people.draft_document(kind=kind, code="OTHER", title="x", content=content, site=PLANT, **context)
    drafts = {it.kind: it.id for it in open_versions()}
    _put(house, "documents/", id=drafts["protocol"], kind="protocol")
    _put(house, "specifications/", id=drafts["specification"])


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
    _put(house, "people/", user_id=own.pk, id=training.evidence)
    _put(house, "people/sites/", code=PLANT)
    _put(house, "account/factors/", id=1)
    _put(house, "sign-in/with/", provider_id="none")


def _audits(house: House, j: Journeys) -> None:
    context = j.demo.doing("x", j.demo.member("Bob").actor, PLANT) | {"now": j.demo.now}
    hour = Question(site=PLANT, since=j.demo.now - timedelta(hours=1), until=j.demo.now)
    bundle = bundles.ask_for_bundle(question=hour, **context | {"request_id": uuid4()})
    _kept(bundle, j)
    report = request_report(kind="signatures", question=hour, **context | {"request_id": uuid4()})
    for begins in ("audit/", "api/v1/audit/"):
        _put(house, begins, kind="custody", key=j.fresh.coi_id, ask="journey", form="pdf")
        _put(house, f"{begins}requests/", id=report)
        _put(house, f"{begins}bundles/", id=bundle)


def _kept(id: UUID, j: Journeys) -> None:
    """A bundle is there, with a file that stands for what the worker makes.

    To seal it takes a connection of its own, which sees nothing of a test that is rolled back.
    """
    asked, file = bundle_by_id(id), BytesIO()
    assert asked is not None
    with ZipFile(file, "w") as made:
        made.writestr("x.txt", "x")
    bundles._keep(asked, file.getvalue(), ("0" * 64, ""), {}, j.demo.now)
