"""Two hospitals, a courier and a manufacturer, with people, stations, stock and documents: all by the services.

Synthetic throughout: facility numbers A9990 to A9999 are those that the standard keeps for tests.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from coi import services as coi
from coi.rules.label_templates import DOCUMENT_KIND, codes_for
from coi.rules.qualification import CardReading
from coi.rules.scanners import CARD, Transmission
from coi.rules.stock import StockStatus
from config.demonstration import laboratory
from ledger.rules import Actor, ActorKind, AuthMethod, Where
from ledger.services import mark_demonstration
from people import services as people
from people.rules import codes
from people.rules.authority import LONGEST_AUDIT
from people.rules.credentials import PasswordCredential
from people.rules.roles import Role
from people.rules.sites import OrganisationKind

HERE = Path(__file__).parent
PRODUCT = "CD19-DEMO"
PASSWORD = "vein to vein, one patient"  # noqa: S105  (of a demonstration: printed at every start)
SPACE = UUID("8f4c7a1e-0000-4000-8000-76656e747261")

HOSPITAL, SECOND, COURIER, PLANT = "NORTH", "SOUTH", "SWIFT", "CELLS"


@dataclass(frozen=True)
class SiteSpec:
    """One organisation with one site."""

    code: str
    name: str
    kind: OrganisationKind
    zone: str
    fin: str
    region: str = ""


SITES = (
    SiteSpec(PLANT, "Cellworks Manufacturing", OrganisationKind.MANUFACTURER, "Europe/Amsterdam", "A9990"),
    SiteSpec(
        HOSPITAL, "Northgate University Hospital", OrganisationKind.HOSPITAL, "Europe/London", "A9999", "GB"
    ),
    SiteSpec(SECOND, "Southfield Cancer Centre", OrganisationKind.HOSPITAL, "Europe/Madrid", "A9998", "EU"),
    SiteSpec(COURIER, "Swiftbird Medical Courier", OrganisationKind.COURIER, "Europe/Amsterdam", "A9997"),
)


@dataclass(frozen=True)
class PersonSpec:
    """One person: roles at one site, and what they are trained in."""

    name: str
    site: str
    roles: tuple[Role, ...]
    topics: tuple[str, ...] = ()


def _hospital(site: str, names: tuple[str, ...]) -> tuple[PersonSpec, ...]:
    coordinator, collector, second, nurse, other, lab, lab_two = names
    return (
        PersonSpec(coordinator, site, (Role.COORDINATOR,)),
        PersonSpec(collector, site, (Role.COLLECTOR,), ("apheresis",)),
        PersonSpec(second, site, (Role.COLLECTOR, Role.SUPERVISOR), ("apheresis",)),
        PersonSpec(nurse, site, (Role.NURSE,), ("infusion", "apheresis")),
        PersonSpec(other, site, (Role.NURSE,), ("infusion",)),
        PersonSpec(lab, site, (Role.CELL_LAB,), ("thaw", "infusion")),
        PersonSpec(lab_two, site, (Role.CELL_LAB, Role.SUPERVISOR), ("thaw", "infusion")),
    )


PEOPLE = (
    PersonSpec("Alice Adams", PLANT, (Role.OPERATOR,), ("manufacturing",)),
    PersonSpec("Amir Aziz", PLANT, (Role.OPERATOR, Role.SUPERVISOR), ("manufacturing",)),
    PersonSpec("Ana Lind", PLANT, (Role.ANALYST,), laboratory.TOPICS),
    PersonSpec("Leo Marsh", PLANT, (Role.QC_REVIEWER,)),
    PersonSpec("Bob Brandt", PLANT, (Role.QA_REVIEWER,)),
    PersonSpec("Rosa Reyes", PLANT, (Role.QA_RELEASER,)),
    PersonSpec("Iris Auden", PLANT, (Role.AUDITOR,)),
    PersonSpec("Carol Chen", COURIER, (Role.COURIER,)),
    PersonSpec("Dave Dunn", PLANT, ()),
    *_hospital(
        HOSPITAL,
        ("Olga Orr", "Nora Neal", "Noah Nash", "Ines Ito", "Ivan Ivers", "Lena Lowe", "Luca Lorenz"),
    ),
    *_hospital(
        SECOND,
        ("Pia Prado", "Sara Soto", "Saul Serra", "Eva Egea", "Elio Esteve", "Marta Mora", "Mateo Mir"),
    ),
    PersonSpec("Ben Okoro", PLANT, (Role.ANALYST,), laboratory.TOPICS),
    PersonSpec("Hugo Hale", HOSPITAL, (Role.PHYSICIAN,)),
    PersonSpec("Julia Jara", SECOND, (Role.PHYSICIAN,)),
    PersonSpec("Sven Sand", PLANT, (Role.SPONSOR,)),
)


@dataclass(frozen=True)
class StationSpec:
    """One station at a place of its own."""

    key: str
    site: str
    name: str
    steps: tuple[str, ...]
    is_single_patient: bool = False


def _hospital_stations(site: str, letter: str) -> tuple[StationSpec, ...]:
    chair = ("identify", "collect", "label_collection", "end_collection")
    return (
        StationSpec(f"{letter}CHAIR", site, "Apheresis chair 1", chair, is_single_patient=True),
        StationSpec(f"{letter}DOCK", site, "Cell laboratory hatch", ("send_collection", "receive_product")),
        StationSpec(f"{letter}LAB", site, "Cell laboratory", ("thaw", "close", "relabel_bag")),
        StationSpec(
            f"{letter}BED",
            site,
            "Bedside 12",
            ("patient_ready", "bedside", "infuse_start", "infuse_end"),
            True,
        ),
    )


STATIONS = (
    StationSpec("DOCK", PLANT, "Goods in", ("receive_collection", "relabel_collection", "ship")),
    StationSpec(
        "HOOD",
        PLANT,
        "Clean room hood 3",
        (
            "start_batch",
            "select_split",
            "label_culture",
            "transduce",
            "pool",
            "label_harvest",
            "fill",
            "label_bag",
        ),
        True,
    ),
    StationSpec(
        "BENCH", PLANT, "Sampling bench", ("sample_culture", "label_sample", "sample_product", "close_sample")
    ),
    StationSpec("FREEZER", PLANT, "Freezer room", ("into_cassette", "freeze")),
    StationSpec("QUARANTINE", PLANT, "Quarantine store", ("close_unused",)),
    *_hospital_stations(HOSPITAL, "N"),
    *_hospital_stations(SECOND, "S"),
)

LOTS = (
    ("bag_set", HOSPITAL),
    ("anticoagulant", HOSPITAL),
    ("bag_set", SECOND),
    ("anticoagulant", SECOND),
    ("selection_reagent", PLANT),
    ("vector", PLANT),
    ("cryomedium", PLANT),
    *((material, PLANT) for material in laboratory.MATERIALS),
)
DEVICES = (
    ("apheresis_device", HOSPITAL),
    ("apheresis_device", SECOND),
    ("incubator", PLANT),
    ("rate_freezer", PLANT),
    ("thaw_device", HOSPITAL),
    ("thaw_device", SECOND),
)
SHIPPERS = 4
# Who scans the test card at a station: the first of these that the site has.
ON_SHIFT = (Role.OPERATOR, Role.CELL_LAB, Role.COURIER)


@dataclass(frozen=True)
class Member:
    """A person of the demonstration, ready to scan and to sign."""

    user_id: int
    username: str
    name: str
    site: str
    badge: str
    pin: str
    roles: tuple[Role, ...]

    @property
    def actor(self) -> Actor:
        """This person at a desk."""
        return Actor(ActorKind.PERSON, self.name, self.user_id, AuthMethod.PASSWORD)

    @property
    def credential(self) -> PasswordCredential:
        """What they sign with at a desk."""
        return PasswordCredential(self.username, PASSWORD)


@dataclass
class Demo:
    """The furnished installation: who, where, with what. Ids derive from names, so that a repeat changes nothing."""

    now: datetime
    members: dict[str, Member] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    stations: dict[str, StationSpec] = field(default_factory=dict)
    lots: dict[tuple[str, str], str] = field(default_factory=dict)
    devices: dict[tuple[str, str], str] = field(default_factory=dict)
    shippers: list[str] = field(default_factory=list)
    freezer: str = ""
    wristbands: dict[str, str] = field(default_factory=dict)  # of the open journeys, by their COI id

    def member(self, first_name: str) -> Member:
        """By first name; all of them differ."""
        return next(m for name, m in self.members.items() if name.split()[0] == first_name)

    def with_role(self, role: Role, site: str) -> list[Member]:
        """The members who hold the role at the site."""
        return [m for m in self.members.values() if m.site == site and role in m.roles]

    def has_people(self, site: str) -> bool:
        """Whether anybody of the demonstration works at the site."""
        return any(m.site == site for m in self.members.values())

    def binder(self, station: str) -> Member:
        """Who binds devices to this station: a supervisor of its site."""
        return self.with_role(Role.SUPERVISOR, self.stations[station].site)[0]

    def doing(self, label: str, actor: Actor, site: str = PLANT) -> dict[str, Any]:
        """What every service takes."""
        zone = next(spec.zone for spec in SITES if spec.code == site)
        where = Where(site=site, zone=zone)
        return {"actor": actor, "where": where, "now": self.now, "request_id": uuid5(SPACE, label)}


def qualify(demo: Demo, key: str, now: datetime) -> None:
    """Somebody who works at the station scans the whole test card there, with a scanner that is set up right."""
    site = demo.stations[key].site
    member = next(m for role in ON_SHIFT for m in demo.with_role(role, site))
    coi.record_qualification(
        token=demo.tokens[key],
        badge=member.badge,
        pin=member.pin,
        readings=[CardReading(symbol.code, Transmission(symbol.sent.encode())) for symbol in CARD],
        make="Imager (demonstration)",
        serial=f"DEMO-{key}",
        now=now,
        request_id=uuid5(SPACE, f"scanner {key} {now:%Y-%m-%d}"),
    )


def build(now: datetime, tell: Callable[[str], None] = lambda text: None) -> Demo:
    """Furnish an empty installation as the demonstration site, as of `now`. Refused (Conflict) on any other."""
    demo = Demo(now)
    mark_demonstration(actor=Actor.service("demonstration"), now=now, request_id=uuid5(SPACE, "demo"))
    tell("people and stations")
    admin = _bootstrap(demo)
    _sites(demo, admin)
    for number, spec in enumerate(PEOPLE):
        _person(demo, admin, spec, number + 1)
    for station in STATIONS:
        _station(demo, admin, station)
    for key in demo.stations:
        qualify(demo, key, now)
    tell("stock and documents")
    _stock(demo)
    coi.create_product(code=PRODUCT, name="CD19 CAR-T (demonstration)", **demo.doing("product", admin.actor))
    document(demo, "protocol", PRODUCT, "CD19 CAR-T protocol", read_content("cd19_protocol.json"))
    specification = read_content("cd19_specification.json")
    document(demo, "specification", PRODUCT, "CD19 CAR-T release specification", specification)
    lots = {material: code for (material, site), code in demo.lots.items() if site == PLANT}
    for kind, code, title, content in laboratory.documents(lots):
        document(demo, kind, code, title, content)
    for template in read_content("label_templates.json")["templates"]:
        kind = template["kind"]
        title = f"Label: {kind.replace('_', ' ')}"
        document(demo, DOCUMENT_KIND, codes_for(kind, PLANT)[1], title, template)
    return demo


def read_content(name: str) -> dict[str, Any]:
    """A file beside this one."""
    content: dict[str, Any] = json.loads((HERE / name).read_text())
    return content


def _bootstrap(demo: Demo) -> Member:
    spec = SITES[0]
    about = (f"{spec.code}-ORG", spec.name, spec.kind, spec.code, spec.name, spec.zone)
    first = people.FirstSite(*about, fin=spec.fin)
    request = uuid5(SPACE, "bootstrap")
    made = people.bootstrap(
        first=first, username="admin", printed_name="Ada Admin", now=demo.now, request_id=request
    )
    return _activate(demo, PersonSpec("Ada Admin", PLANT, (Role.ADMINISTRATOR,)), "admin", made, "2580")


def _activate(demo: Demo, spec: PersonSpec, username: str, made: people.NewUser, pin: str) -> Member:
    """The person sets password and PIN with the code that was shown to them."""
    people.activate_user(
        username=username,
        activation_code=made.activation_code,
        password=PASSWORD,
        pin=pin,
        where=Where(site=spec.site),
        now=demo.now,
        request_id=uuid5(SPACE, f"activate {username}"),
    )
    badge = codes.make("B", f"{made.user_id:06d}")
    demo.members[spec.name] = Member(made.user_id, username, spec.name, spec.site, badge, pin, spec.roles)
    return demo.members[spec.name]


def _sites(demo: Demo, admin: Member) -> None:
    for spec in SITES[1:]:
        people.create_organisation(
            code=f"{spec.code}-ORG",
            name=spec.name,
            kind=spec.kind,
            **demo.doing(f"org {spec.code}", admin.actor),
        )
        people.create_site(
            organisation=f"{spec.code}-ORG",
            code=spec.code,
            name=spec.name,
            zone=spec.zone,
            identifiers={"fin": spec.fin},
            region=spec.region,
            **demo.doing(f"site {spec.code}", admin.actor),
        )


def _person(demo: Demo, admin: Member, spec: PersonSpec, number: int) -> None:
    username = spec.name.split()[0].lower()
    made = people.create_user(
        username=username,
        printed_name=spec.name,
        site=spec.site,
        email=f"{username}@demo.invalid",
        **demo.doing(f"user {username}", admin.actor, spec.site),
    )
    member = _activate(demo, spec, username, made, f"{2047 + number * 137:04d}")
    about: dict[str, Any] = {"user_id": made.user_id, "site": spec.site}
    people.issue_badge(code=member.badge, **about, **demo.doing(f"badge {username}", admin.actor, spec.site))
    for role in spec.roles:
        people.grant_role(
            role=role,
            valid_until=demo.now + LONGEST_AUDIT if role is Role.AUDITOR else None,
            **about,
            **demo.doing(f"grant {username} {role}", admin.actor, spec.site),
        )
    for topic in spec.topics:
        people.record_training(
            topic=topic,
            valid_until=demo.now + timedelta(days=730),
            **about,
            **demo.doing(f"training {username} {topic}", admin.actor, spec.site),
        )


def _station(demo: Demo, admin: Member, spec: StationSpec) -> None:
    place = codes.make("P", spec.key)
    people.create_place(
        site=spec.site,
        code=place,
        name=spec.name,
        kind="station",
        is_single_patient=spec.is_single_patient,
        **demo.doing(f"place {spec.key}", admin.actor, spec.site),
    )
    made = people.register_station(
        site=spec.site,
        place=place,
        code=codes.make("S", spec.key),
        name=spec.name,
        steps=spec.steps,
        **demo.doing(f"station {spec.key}", admin.actor, spec.site),
    )
    demo.tokens[spec.key] = made.token
    demo.stations[spec.key] = spec
    if spec.key == "FREEZER":
        demo.freezer = place


def _stock(demo: Demo) -> None:
    for number, (material, site) in enumerate(LOTS, 1):
        code = codes.make("M", f"{number:06d}")
        keeper, quality = _keepers(demo, site)
        coi.receive_lot(
            code=code,
            material=material,
            lot_no=f"{material[:3].upper()}-26-{number:03d}",
            expires_at=demo.now + timedelta(days=900),
            site=site,
            **demo.doing(f"lot {number}", keeper.actor, site),
        )
        coi.set_lot_status(
            code=code,
            status=StockStatus.APPROVED,
            reason="certificate checked",
            **demo.doing(f"lot {number} approved", quality.actor, site),
        )
        demo.lots[material, site] = code
    devices = [*DEVICES, *(("shipper", PLANT) for _ in range(SHIPPERS))]
    devices += [(kind, PLANT) for kind in laboratory.DEVICES]
    for number, (kind, site) in enumerate(devices, 1):
        code = _device(demo, kind, site, number)
        if kind == "shipper":
            demo.shippers.append(code)
        else:
            demo.devices[kind, site] = code


def _keepers(demo: Demo, site: str) -> tuple[Member, Member]:
    """Who receives stock at the site, and who approves it."""
    role = Role.OPERATOR if site == PLANT else Role.COLLECTOR
    return demo.with_role(role, site)[0], demo.with_role(Role.SUPERVISOR, site)[0]


def _device(demo: Demo, kind: str, site: str, number: int) -> str:
    code = codes.make("H" if kind == "shipper" else "E", f"{number:06d}")
    keeper, quality = _keepers(demo, site)
    coi.register_equipment(
        code=code,
        kind=kind,
        name=f"{kind.replace('_', ' ').capitalize()} {number}",
        calibration_due_at=demo.now + timedelta(days=900),
        site=site,
        **demo.doing(f"device {number}", keeper.actor, site),
    )
    coi.set_equipment_status(
        code=code,
        status=StockStatus.APPROVED,
        reason="calibration certificate checked",
        **demo.doing(f"device {number} approved", quality.actor, site),
    )
    return code


def document(demo: Demo, kind: str, code: str, title: str, content: dict[str, Any]) -> None:
    """Author, reviewer and approver are three people; then it takes effect."""
    drafted = people.draft_document(
        kind=kind,
        code=code,
        title=title,
        content=content,
        site=PLANT,
        **demo.doing(f"{kind} {code} draft", demo.member("Amir").actor),
    )
    put_in_effect(demo, drafted.id, f"{kind} {code}")


def put_in_effect(demo: Demo, id: str, label: str) -> None:
    """What Amir has written is signed by him, by its reviewer and by its approver; then it takes effect."""
    author = demo.member("Amir")
    people.submit_document(id=id, credential=author.credential, **demo.doing(f"{label} submit", author.actor))
    agree_to(demo, id, label)


def agree_to(demo: Demo, id: str, label: str) -> None:
    """What its author has signed already is signed by its reviewer and its approver; then it takes effect."""
    reviewer, approver = demo.member("Bob"), demo.member("Rosa")
    for verb, service, member in (
        ("review", people.review_document, reviewer),
        ("approve", people.approve_document, approver),
    ):
        service(id=id, credential=member.credential, **demo.doing(f"{label} {verb}", member.actor))
    people.make_effective(id=id, **demo.doing(f"{label} effective", approver.actor))
