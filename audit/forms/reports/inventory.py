"""What there is: software and its components, servers, sites, stations, devices, keys, and how much is kept."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms import asked
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Cell, Column, ColumnKind, Fact, Facts, Found, Report, Severity, Table
from audit.selectors import installed
from audit.selectors.configured import SetUp, set_up
from coi.forms import words
from ledger import selectors as ledger
from ledger.selectors.histories import holdings
from people import registry
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.sites import StationKind

STATIONS: Mapping[str, Promise] = {
    StationKind.SCAN: gettext_lazy("scan station"),
    StationKind.MOBILE: gettext_lazy("hand-held scan station"),
    StationKind.INTERFACE: gettext_lazy("program of another system"),
}


def build(person: Person, question: Question, now: datetime) -> Report:
    """The inventory of the system as it is now."""
    where = asked.here(person, question, Right.READ_INVENTORY, now)
    house, backup = set_up(where.sites, now), installed.last_backup()
    return Report(
        kind=KIND.code,
        title=_("System inventory"),
        about=_(
            "Software with its components, servers, sites and what stands there, keys, and what is kept."
        ),
        question=question.said(),
        as_of=now,
        sites=where.codes,
        sections=(
            _software(),
            _ledger(backup),
            _schema(),
            _sites(where, house),
            _things(where, house),
            _documents(),
            _components(),
        ),
        found=_found(backup),
        left_out=(
            _(
                "Secret keys and passwords are in no report; of keys that others check with, a fingerprint is shown."
            ),
            _(
                "Machines, networks and operating systems are not known here: keep their list beside this one."
            ),
        ),
    )


def _software() -> Facts:
    return Facts(
        key="software",
        title=_("Software and servers"),
        facts=(
            Fact("version", _("Veintrace"), settings.SOFTWARE_VERSION, ColumnKind.CODE),
            Fact("postgresql", _("PostgreSQL"), installed.database_version(), ColumnKind.CODE),
            Fact("redis", _("Redis"), installed.redis_version() or _("not known"), ColumnKind.CODE),
            Fact("demonstration", _("Demonstration"), ledger.is_demonstration(), ColumnKind.YES),
        ),
    )


def _ledger(backup: tuple[str, datetime, int] | None) -> Facts:
    held, point, state = holdings(), ledger.latest_checkpoint(), ledger.ledger_state()
    keys = tuple(
        Fact(f"key_{name}", _("Public key of %(name)s (SHA-256)") % {"name": name}, value, ColumnKind.CODE)
        for name, value in installed.key_fingerprints()
    )
    name, at, size = backup or ("", None, None)
    return Facts(
        key="ledger",
        title=_("Ledger, evidence, keys, backup"),
        facts=(
            Fact("origin", _("Name of the ledger"), settings.LEDGER_ORIGIN, ColumnKind.CODE),
            Fact("broken", _("Found altered"), state.is_broken, ColumnKind.YES),
            Fact("entries", _("Entries"), held.entries, ColumnKind.NUMBER),
            Fact("pending", _("Of them not sealed yet"), held.pending, ColumnKind.NUMBER),
            Fact(
                "sealed", _("Sealed by the newest checkpoint"), point.size if point else 0, ColumnKind.NUMBER
            ),
            Fact(
                "root", _("Root of the newest checkpoint"), point.root.hex() if point else "", ColumnKind.CODE
            ),
            Fact(
                "signed_at",
                _("Newest checkpoint signed"),
                point.signed_at if point else None,
                ColumnKind.TIME,
            ),
            Fact("files", _("Kept files"), held.files, ColumnKind.NUMBER),
            Fact("bytes", _("Size of the kept files, bytes"), held.file_bytes, ColumnKind.NUMBER),
            *keys,
            Fact("backup", _("Newest backup"), name or _("none seen from here"), ColumnKind.CODE),
            Fact("backup_at", _("Newest backup written"), at, ColumnKind.TIME),
            Fact("backup_bytes", _("Size of the newest backup, bytes"), size, ColumnKind.NUMBER),
        ),
    )


def _schema() -> Table:
    return Table(
        key="schema",
        title=_("Schema of the database: the newest migration of each part"),
        columns=(
            Column("part", _("Part"), ColumnKind.CODE),
            Column("migration", _("Migration"), ColumnKind.CODE),
            Column("applied", _("Applied"), ColumnKind.TIME),
        ),
        rows=installed.migrations(),
        empty=_("No migration was applied."),
    )


def _sites(where: asked.Here, house: SetUp) -> Table:
    def count(rows: tuple[object, ...], site: str) -> int:
        return sum(row["site"] == site for row in rows if isinstance(row, dict))

    return Table(
        key="sites",
        title=_("Sites"),
        columns=(
            Column("code", _("Site"), ColumnKind.CODE),
            Column("name", _("Name")),
            Column("organisation", _("Organisation"), ColumnKind.CODE),
            Column("kind", _("Kind"), ColumnKind.WORD),
            Column("zone", _("Zone"), ColumnKind.CODE),
            Column("identifiers", _("Known to others as")),
            Column("stations", _("Stations"), ColumnKind.NUMBER),
            Column("printers", _("Printers"), ColumnKind.NUMBER),
            Column("devices", _("Devices"), ColumnKind.NUMBER),
        ),
        rows=tuple(
            (
                *(it.code, it.name, it.organisation, words.step(it.organisation_kind), it.zone),
                ", ".join(f"{kind.upper()} {value}" for kind, value in it.identifiers),
                *(count(house.stations, it.code), count(house.printers, it.code)),
                count(house.devices, it.code),
            )
            for it in where.sites
        ),
        empty=_("There are no sites."),
    )


def _things(where: asked.Here, house: SetUp) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for row in house.stations:
        state = _("in use") if row["is_active"] else _("not in use")
        rows.append((row["site"], _("station"), row["code"], row["name"], str(STATIONS[row["kind"]]), state))
    for row in house.printers:
        kind, state = words.printer_kind(row["kind"]), words.printer_state(row["state"])
        rows.append((row["site"], _("printer"), row["code"], row["name"], kind, state))
    for row in house.devices:
        kind, state = words.step(row["kind"]), words.step(row["status"])
        rows.append((row["site"], _("device"), row["code"], row["name"], kind, state))
    return Table(
        key="things",
        title=_("Stations, printers and devices"),
        columns=(
            Column("site", _("Site"), ColumnKind.CODE),
            Column("what", _("What"), ColumnKind.WORD),
            Column("code", _("Code"), ColumnKind.CODE),
            Column("name", _("Name")),
            Column("kind", _("Kind"), ColumnKind.WORD),
            Column("state", _("State"), ColumnKind.WORD),
        ),
        rows=tuple(rows),
        empty=_("Nothing is registered at these sites."),
        zone=where.zone,
    )


def _documents() -> Table:
    counts = Counter(it.kind for it in people.latest_versions())
    return Table(
        key="documents",
        title=_("Controlled documents by kind"),
        columns=(
            Column("kind", _("Kind"), ColumnKind.CODE),
            Column("title", _("Called")),
            Column("count", _("Documents"), ColumnKind.NUMBER),
        ),
        rows=tuple((kind, _kind_title(kind), counts[kind]) for kind in registry.document_kinds()),
        empty=_("No kind of document is known."),
    )


def _kind_title(kind: str) -> str:
    known = registry.document_kind(kind)
    return str(known.shown.title) if known is not None else ""


def _components() -> Table:
    return Table(
        key="components",
        title=_("Components with versions and licences"),
        about=_("As each installed package tells of itself."),
        columns=(
            Column("name", _("Component"), ColumnKind.CODE),
            Column("version", _("Version"), ColumnKind.CODE),
            Column("licence", _("Licence")),
        ),
        rows=tuple((it.name, it.version, it.licence or _("not stated")) for it in installed.components()),
        empty=_("No component is installed as a package."),
    )


def _found(backup: tuple[str, datetime, int] | None) -> tuple[Found, ...]:
    found = []
    if ledger.is_broken():
        found.append(Found(Severity.GAP, _("The ledger was found altered."), "ledger"))
    if backup is None:
        text = _("No backup is to be seen from here: say elsewhere when the last one was written.")
        found.append(Found(Severity.NOTE, text, "ledger"))
    return tuple(found)


KIND = ReportKind(
    code="inventory",
    title=gettext_lazy("System inventory"),
    about=gettext_lazy("Software, components, servers, sites, stations, devices, keys and what is kept."),
    asks=frozenset(),
    right=Right.READ_INVENTORY,
    build=build,
    may=frozenset({Ask.SITE}),
)
