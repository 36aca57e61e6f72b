"""Files of results: handed in and kept as they are, looked at row by row, recorded whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from coi.selectors.containers import Whereabouts, whereabouts
from ledger import selectors as ledger
from ledger.rules import Actor, Where, derive, new, put
from ledger.rules import Subject as LedgerSubject
from ledger.rules.errors import Conflict, DomainError, Invalid, NotFound
from ledger.services import store_evidence
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.services import require
from qc import selectors
from qc.events import Event
from qc.rules.criteria import Criterion
from qc.rules.importing import ImportState, ImportView, Problem, Report, reports
from qc.rules.imports import KIND as MAPPING
from qc.rules.imports import (
    CriterionOf,
    ImportKind,
    ImportMapping,
    Preview,
    SampleFact,
    default_mapping,
    instant,
    judge_criteria,
    judge_samples,
    judge_times,
    parse,
    read_file,
)
from qc.rules.subjects import SubjectKind, SubjectRef
from qc.services.recording import Doing, Topic, asking, invalid, record, writing
from qc.services.results import Found, judge_result, record_result

TABLE = "qc.import"
MAX_NAME = 120


@dataclass(frozen=True)
class Handed:
    """A file as somebody hands it in. `mapping` is a document's code (empty: the product's own of this kind).

    `tested_at` counts for rows that name no time themselves.
    """

    data: bytes
    name: str
    kind: ImportKind
    tested_at: datetime
    mapping: str = ""
    run: str = ""


@dataclass(frozen=True)
class Ready:
    """One result that would be recorded: about what, and how."""

    subject: SubjectRef
    report: Report
    found: Found


@dataclass(frozen=True)
class Looked:
    """A file as it would be recorded now: every row, every result, and everything that is wrong."""

    view: ImportView
    preview: Preview
    results: tuple[Ready, ...]
    problems: tuple[Problem, ...]

    @property
    def is_ready(self) -> bool:
        """Whether all of it may be recorded."""
        return self.preview.is_clean and not self.problems and bool(self.results)


def hand_in(
    *, handed: Handed, site: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> ImportView:
    """Keep a file of results as evidence. Nothing of it is recorded yet, and a faulty one is kept too.

    Raises NotAllowed, NotFound (mapping, run), Invalid (file too large or empty, name).
    """
    doing = asking(actor, where, now, request_id, handed=handed, site=site)
    analyst = require(actor=actor, right=Right.HAND_IN, site=site, now=now)
    row = derive(request_id, "import")
    if (earlier := selectors.imported(row)) is not None:
        return _same(earlier, handed)
    mapping_id, run_id = _mapping_id(handed, now), _run_id(handed, site)
    name = handed.name.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise invalid({"name": "too_long" if len(name) > MAX_NAME else "empty"})
    with writing():
        kept = store_evidence(
            data=handed.data,
            media_type="text/csv",
            name=f"results {handed.kind}",
            stream=f"site:{site}",
            **doing.as_keywords(derive(request_id, "file")),
        )
        values = {
            "site_id": site,
            "kind": str(handed.kind),
            "mapping_id": mapping_id,
            "run_id": run_id,
            "evidence": kept.id,
            "sha256": kept.sha256,
            "name": name,
            "state": str(ImportState.READ),
            "tested_at": handed.tested_at,
            "handed_in_at": now,
            "handed_in_by_id": analyst.user_id,
            "handed_in_name": analyst.printed_name,
        }
        facts = {"import": row, "kind": str(handed.kind), "sha256": kept.sha256}
        record(
            doing, _topic(site, str(row)), Event.FILE_HANDED_IN, facts, changes=(new(TABLE, row, **values),)
        )
    return _known(row)


def look_at(view: ImportView, analyst: Person, now: datetime) -> Looked:
    """What the file says, and what would be recorded of it by this analyst now. Writes nothing."""
    mapping = _mapping(view)
    data = ledger.evidence_bytes(UUID(view.evidence)) or b""
    preview = read_file(data, kind=ImportKind(view.kind), mapping=mapping)
    zone = ZoneInfo(people.zone_of(view.site))
    known = whereabouts(preview.samples)
    facts = {code: SampleFact(code, _leads_to(it)) for code, it in known.items()}
    preview = judge_times(judge_samples(preview, mapping, facts, None), mapping, zone)
    refs = {code: ref for code, it in known.items() if (ref := _subject(it)) is not None}
    criterion_of = _criterion_of(refs, now)
    preview = judge_criteria(preview, mapping, criterion_of)
    found, problems = reports(preview, criterion_of)
    ready, more = _judged(found, refs, view, (analyst, zone), now)
    return Looked(view, preview, ready, (*problems, *more))


def record_import(*, id: UUID, actor: Actor, where: Where, now: datetime, request_id: UUID) -> ImportView:
    """Record every result of a file, in one transaction; each then waits to be looked over by another person.

    Raises NotFound, NotAllowed, Invalid (something is wrong with a row: nothing is recorded), Conflict (recorded or
    discarded before).
    """
    view, doing = _known(id), asking(actor, where, now, request_id, id=id)
    analyst = require(actor=actor, right=Right.RECORD_IMPORT, site=view.site, now=now)
    if view.state is ImportState.RECORDED and _was_this(doing, view):
        return view
    with writing():
        selectors.lock_import(id)
        view = _known(id)
        if view.state is not ImportState.READ:
            raise Conflict(f"file_{view.state}")
        looked = look_at(view, analyst, now)
        if not looked.is_ready:
            raise Invalid(
                "file_not_clean", detail={"problems": len(looked.problems) + len(looked.preview.faults)}
            )
        for ready in looked.results:
            label = f"{ready.subject.kind} {ready.subject.code} {ready.report.criterion}"
            record_result(
                subject=ready.subject,
                criterion=ready.report.criterion,
                found=ready.found,
                **doing.as_keywords(derive(request_id, label)),
            )
        done = {"state": str(ImportState.RECORDED), "recorded_at": now, "recorded": len(looked.results)}
        facts = {"import": view.id, "reading": looked.preview.reading_digest, "results": len(looked.results)}
        changes = (put(TABLE, view.id, **done),)
        record(doing, _topic(view.site, view.id), Event.FILE_RECORDED, facts, changes=changes)
    return _known(id)


def discard_import(*, id: UUID, actor: Actor, where: Where, now: datetime, request_id: UUID) -> ImportView:
    """Say that a file is not going to be recorded; it stays as evidence. Raises NotFound, NotAllowed, Conflict."""
    view, doing = _known(id), asking(actor, where, now, request_id, id=id)
    require(actor=actor, right=Right.DISCARD_IMPORT, site=view.site, now=now)
    if view.state is ImportState.DISCARDED:
        return view
    with writing():
        selectors.lock_import(id)
        if _known(id).state is not ImportState.READ:
            raise Conflict("file_recorded")
        change = put(TABLE, view.id, state=str(ImportState.DISCARDED))
        record(
            doing, _topic(view.site, view.id), Event.FILE_DISCARDED, {"import": view.id}, changes=(change,)
        )
    return _known(id)


def _judged(
    found: tuple[Report, ...],
    refs: Mapping[str, SubjectRef],
    view: ImportView,
    by: tuple[Person, ZoneInfo],
    now: datetime,
) -> tuple[tuple[Ready, ...], tuple[Problem, ...]]:
    """Each value as a result of its subject, by the very rules that would record it."""
    analyst, zone = by
    ready, problems = [], []
    for report in found:
        ref = refs.get(report.sample)
        subject = selectors.subject(ref, now) if ref is not None else None
        if ref is None or subject is None:
            problems.append(Problem(report.rows[0], "sample", "subject_unknown", report.sample))
            continue
        one = Ready(ref, report, _found(report, view, zone))
        try:
            judge_result(subject, report.criterion, one.found, analyst, now)
        except DomainError as error:
            fields = error.detail.get("fields", {}) if isinstance(error, Invalid) else {}
            for name, code in (fields or {"": error.code}).items():
                problems.append(Problem(report.rows[0], name, str(code), report.criterion))
        else:
            ready.append(one)
    return tuple(ready), tuple(problems)


def _found(report: Report, view: ImportView, zone: ZoneInfo) -> Found:
    at = instant(report.tested_at, zone) if report.tested_at else view.tested_at
    return Found(
        value=report.value,
        tested_at=at if isinstance(at, datetime) else view.tested_at,
        container=report.sample,
        run=view.run,
        source_file=view.sha256,
        replicates=report.replicates,
    )


def _subject(it: Whereabouts) -> SubjectRef | None:
    if it.batch:
        return SubjectRef(SubjectKind.BATCH, it.batch)
    return SubjectRef(SubjectKind.COLLECTION, it.collection) if it.collection else None


def _leads_to(it: Whereabouts) -> frozenset[tuple[str, str]]:
    pairs = ((str(SubjectKind.BATCH), it.batch), (str(SubjectKind.COLLECTION), it.collection))
    return frozenset(pair for pair in pairs if pair[1])


def _criterion_of(refs: Mapping[str, SubjectRef], now: datetime) -> CriterionOf:
    """The criterion of a code in the very specification that judges a sample.

    A sample that leads nowhere, whose fault is told, is read by any of them: its other faults are told at once.
    """
    own = {ref: _criteria_of(ref, now) for ref in dict.fromkeys(refs.values())}
    all_of_them = {code: criterion for known in reversed(own.values()) for code, criterion in known.items()}

    def find(sample: str, code: str) -> Criterion | None:
        return (own[refs[sample]] if sample in refs else all_of_them).get(code)

    return find


def _criteria_of(ref: SubjectRef, now: datetime) -> dict[str, Criterion]:
    subject = selectors.subject(ref, now)
    found = selectors.specification_by_id(subject.specification_id) if subject is not None else None
    return {criterion.code: criterion for criterion in found.criteria} if found is not None else {}


def _mapping(view: ImportView) -> ImportMapping:
    if not view.mapping_id:
        return default_mapping(ImportKind(view.kind))
    version = people.document_version(view.mapping_id)
    mapping = parse(version.content)[0] if version is not None else None
    if mapping is None:
        raise NotFound("mapping_not_effective")
    return mapping


def _mapping_id(handed: Handed, now: datetime) -> str | None:
    if not handed.mapping:
        return None
    version = people.effective_document(MAPPING, handed.mapping, now)
    if version is None:
        raise NotFound("mapping_not_effective")
    return version.id


def _run_id(handed: Handed, site: str) -> str | None:
    if not handed.run:
        return None
    run = selectors.run_by_code(handed.run)
    if run is None or run.site != site:
        raise NotFound("run_unknown")
    return run.id


def _same(earlier: ImportView, handed: Handed) -> ImportView:
    if (earlier.kind, earlier.name) != (str(handed.kind), handed.name.strip()):
        raise Conflict("request_id_used")
    return earlier


def _was_this(doing: Doing, view: ImportView) -> bool:
    entry = ledger.entry_for_request(doing.request_id)
    return entry is not None and entry.event == Event.FILE_RECORDED and entry.facts.get("import") == view.id


def _known(id: UUID) -> ImportView:
    found = selectors.imported(id)
    if found is None:
        raise NotFound("file_unknown")
    return found


def _topic(site: str, id: str) -> Topic:
    return Topic(f"site:{site}", {}, (LedgerSubject("import", id),))
