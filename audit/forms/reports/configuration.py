"""What was in effect at a moment: documents, stations and devices, printers, roles, settings."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms import asked
from audit.forms.setting_words import SETTINGS
from audit.forms.words import document_kind_text
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Cell, Column, ColumnKind, Found, Report, Section, Severity, Table
from audit.selectors.configured import Configured, SetUp, configured, set_up
from coi.forms import words
from coi.rules import protocol
from people import registry
from people import selectors as people
from people.forms.documents import MEANINGS
from people.rules.authority import Person
from people.rules.documents import DocumentVersionView
from people.rules.rights import Right
from people.rules.signatures import SignatureView
from people.rules.sites import StationKind

DOCUMENT = "document_version"


def build(person: Person, question: Question, now: datetime) -> Report:
    """Everything that was in effect at a moment, as far as the ledger and the documents know it."""
    at = asked.moment(question, now)
    where = asked.here(person, question, Right.READ_CONFIGURATION, now)
    documents = [it for kind in registry.document_kinds() for it in people.effective_documents(kind, at)]
    installed, house = configured(at), set_up(where.sites, at)
    return Report(
        kind=KIND.code,
        title=_("Configuration in force"),
        about=_("What was in effect at the moment asked about, as entries and signed documents tell it."),
        question=question.said(),
        as_of=at,
        sites=where.codes,
        sections=(
            _documents(documents, where),
            _stations(house, where, _step_titles(documents)),
            _printers(house),
            _devices(house, where),
            _roles(where, at),
            _settings(installed, where),
        ),
        found=tuple(_found(documents, house, installed, at)),
        left_out=(
            _("Rules that stand in the software itself are those of its version."),
            _("Documents belong to a site and count for whoever works by them: all in effect are listed."),
        ),
    )


def _documents(documents: list[DocumentVersionView], where: asked.Here) -> Table:
    signed = people.signatures_of(DOCUMENT, [it.id for it in documents])
    return Table(
        key="documents",
        title=_("Controlled documents in effect"),
        columns=(
            Column("kind", _("Kind"), ColumnKind.WORD),
            Column("code", _("Code"), ColumnKind.CODE),
            Column("title", _("Title")),
            Column("version", _("Version"), ColumnKind.NUMBER),
            Column("site", _("Site"), ColumnKind.CODE),
            Column("from", _("In effect from"), ColumnKind.TIME),
            Column("until", _("Retired"), ColumnKind.TIME),
            Column("signed", _("Signed by")),
            Column("digest", _("Digest (SHA-256)"), ColumnKind.CODE),
            Column("mark", _("Mark"), ColumnKind.MARK),
            Column("holds", _("Content as signed"), ColumnKind.WORD),
        ),
        rows=tuple(
            (
                *(document_kind_text(it.kind), it.code, it.title, it.version, it.site),
                *(it.effective_from, it.retired_at),
                _signers(signed[it.id]),
                *(it.digest, "good" if it.is_as_signed else "bad", _("yes") if it.is_as_signed else _("no")),
            )
            for it in documents
        ),
        empty=_("No document was in effect then."),
        zone=where.zone,
    )


def _signers(signed: Iterable[SignatureView]) -> str:
    """In the order of time; what was signed in one moment, from author to approver."""
    meanings = list(MEANINGS)
    found = sorted(signed, key=lambda one: (one.signed_at, meanings.index(one.meaning)))
    return "; ".join(f"{one.printed_name} ({MEANINGS[one.meaning]})" for one in found)


def _time(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _step_titles(documents: Iterable[DocumentVersionView]) -> Mapping[str, str]:
    """What the protocols in effect call their steps."""
    read = [protocol.parse(it.content)[0] for it in documents if it.kind == "protocol"]
    return {step.code: step.title for one in read if one is not None for step in one.steps}


def _stations(house: SetUp, where: asked.Here, titles: Mapping[str, str]) -> Table:
    return Table(
        key="stations",
        title=_("Stations, their steps and their scanners"),
        columns=(
            Column("site", _("Site"), ColumnKind.CODE),
            Column("code", _("Station"), ColumnKind.CODE),
            Column("name", _("Name")),
            Column("place", _("Place"), ColumnKind.CODE),
            Column("state", _("State"), ColumnKind.WORD),
            Column("steps", _("Steps that may be done there")),
            Column("scanner", _("Scanner"), ColumnKind.WORD),
            Column("scanner_at", _("Its test card was scanned"), ColumnKind.TIME),
            Column("scanner_until", _("Good until"), ColumnKind.TIME),
            Column("make", _("Make and serial number")),
            Column("zone", _("Zone")),
        ),
        rows=tuple(
            (
                *(row["site"], row["code"], row["name"], row["place"]),
                _("in use") if row["is_active"] else _("not in use"),
                "; ".join(titles.get(step, words.step(step)) for step in row["steps"]) or _("none"),
                *_scanner(house.scanners.get(row["code"])),
                where.zone_of(row["site"]),
            )
            for row in house.stations
        ),
        empty=_("There were no stations."),
        zone_column="zone",
    )


def _scanner(row: Mapping[str, Any] | None) -> tuple[Cell, ...]:
    if row is None:
        return (_("never qualified"), None, None, "")
    state = _("qualified") if row["is_qualified"] else _("failed its test card")
    return (state, _time(row["at"]), _time(row["until"]), f"{row['make']} {row['serial']}".strip())


def _printers(house: SetUp) -> Table:
    return Table(
        key="printers",
        title=_("Printers and the labels loaded"),
        columns=(
            Column("site", _("Site"), ColumnKind.CODE),
            Column("code", _("Printer"), ColumnKind.CODE),
            Column("name", _("Name")),
            Column("kind", _("Kind"), ColumnKind.WORD),
            Column("state", _("State"), ColumnKind.WORD),
            Column("width", _("Width of the label, mm"), ColumnKind.NUMBER),
            Column("height", _("Height of the label, mm"), ColumnKind.NUMBER),
            Column("dpi", _("Dots per inch"), ColumnKind.NUMBER),
            Column("labels", _("For labels of")),
            Column("stations", _("For stations")),
        ),
        rows=tuple(
            (
                *(row["site"], row["code"], row["name"], words.printer_kind(row["kind"])),
                *(words.printer_state(row["state"]), row["width_mm"], row["height_mm"], row["dpi"]),
                ", ".join(words.thing(kind) for kind in row["kinds"]) or _("every kind"),
                ", ".join(row["stations"]) or _("none"),
            )
            for row in house.printers
        ),
        empty=_("There were no printers."),
    )


def _devices(house: SetUp, where: asked.Here) -> Table:
    return Table(
        key="devices",
        title=_("Devices"),
        columns=(
            Column("site", _("Site"), ColumnKind.CODE),
            Column("code", _("Device"), ColumnKind.CODE),
            Column("name", _("Name")),
            Column("kind", _("Kind"), ColumnKind.WORD),
            Column("state", _("State"), ColumnKind.WORD),
            Column("due", _("Calibration due"), ColumnKind.TIME),
            Column("zone", _("Zone")),
        ),
        rows=tuple(
            (
                *(row["site"], row["code"], row["name"], words.step(row["kind"]), words.step(row["status"])),
                *(_time(row["calibration_due_at"]), where.zone_of(row["site"])),
            )
            for row in house.devices
        ),
        empty=_("There were no devices."),
        zone_column="zone",
    )


def _roles(where: asked.Here, at: datetime) -> Table:
    accounts = people.accounts(where.codes)
    return Table(
        key="roles",
        title=_("Roles held"),
        columns=(
            Column("site", _("Site"), ColumnKind.CODE),
            Column("role", _("Role"), ColumnKind.WORD),
            Column("username", _("Username"), ColumnKind.CODE),
            Column("name", _("Printed name")),
            Column("from", _("From"), ColumnKind.TIME),
            Column("until", _("Until"), ColumnKind.TIME),
            Column("zone", _("Zone")),
        ),
        rows=tuple(
            (
                *(held.site, words.role(held.role), account.username, account.printed_name),
                *(held.valid_from, held.valid_until, where.zone_of(held.site)),
            )
            for account in accounts
            for held in account.roles_at(at, where.codes)
        ),
        empty=_("Nobody held a role."),
        zone_column="zone",
    )


def _settings(installed: Configured | None, where: asked.Here) -> Section:
    rows: tuple[tuple[Cell, ...], ...] = ()
    if installed is not None:
        said = sorted({"software": installed.software, **installed.settings}.items())
        rows = tuple(
            (name, str(SETTINGS.get(name, "")), _value(name, value), installed.since) for name, value in said
        )
    return Table(
        key="settings",
        title=_("Software and settings that decide"),
        columns=(
            Column("name", _("Setting"), ColumnKind.CODE),
            Column("about", _("What it says")),
            Column("value", _("Value")),
            Column("since", _("Entered at the start of"), ColumnKind.TIME),
        ),
        rows=rows,
        empty=_("Not recorded: no entry until then tells with which settings the installation was started."),
        zone=where.zone,
    )


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if not isinstance(value, list):
        return str(value)
    return ", ".join(words.role(it) if name == "SECOND_FACTOR_ROLES" else str(it) for it in value)


def _found(
    documents: list[DocumentVersionView], house: SetUp, installed: Configured | None, at: datetime
) -> Iterable[Found]:
    for it in documents:
        if not it.is_as_signed:
            text = _("%(code)s, version %(version)s: the content is not the one that was signed.")
            said = text % {"code": it.code, "version": it.version}
            yield Found(Severity.GAP, said, "documents")
    for row in house.stations:
        scanner = house.scanners.get(row["code"])
        until = _time(scanner["until"]) if scanner is not None else None
        is_scanning = row["is_active"] and row["kind"] != StationKind.INTERFACE
        if is_scanning and (until is None or until <= at):
            text = _("Station %(station)s was in use without a scanner that counts as qualified.")
            yield Found(Severity.NOTE, text % {"station": row["code"]}, "stations")
    if installed is None:
        yield Found(
            Severity.NOTE, _("The settings of the installation are not recorded for then."), "settings"
        )


KIND = ReportKind(
    code="configuration",
    title=gettext_lazy("Configuration in force on a date"),
    about=gettext_lazy("Documents, stations, printers, roles and settings that were in effect at a moment."),
    asks=frozenset({Ask.MOMENT}),
    right=Right.READ_CONFIGURATION,
    build=build,
    may=frozenset({Ask.SITE}),
)
