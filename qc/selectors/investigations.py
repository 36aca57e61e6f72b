"""Investigations: those of some subjects as the rules see them, one with all that its next step is judged by."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from coi.rules.weights import WeightView
from coi.selectors.batches import batch_by_code
from coi.selectors.batches import producers_of as producers_of_batch
from coi.selectors.materials import materials_by_din
from coi.selectors.texts import kept_texts
from coi.selectors.visible import sites_of
from coi.selectors.weights import weights_of, weights_of_orders
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import DocumentVersionView
from people.rules.signatures import SignatureState, SignatureView, signature_state
from people.rules.variants import VariantFault, choose
from qc.models import Investigation as Row
from qc.rules.assessing import assessed, facts_of
from qc.rules.criteria import Assessment, Criterion, Verdict, Weight
from qc.rules.investigations import (
    Attempt,
    Due,
    Inquiry,
    Investigation,
    InvestigationState,
    Outcome,
    Proposal,
    investigation_digest,
    is_overdue,
    stored,
)
from qc.rules.investigations.attempts import attempts_of
from qc.rules.results import ResultView
from qc.rules.specification import KIND
from qc.rules.subjects import Subject, SubjectKind, SubjectRef
from qc.selectors.documents import specification_by_id, specification_in
from qc.selectors.results import results_of
from qc.selectors.subject_columns import NAMED, ref_of
from qc.selectors.subjects import subject, wanted_of

INVESTIGATION_RECORD = "investigation"
MOST = 200


@dataclass(frozen=True)
class InvestigationView:
    """One investigation: what the rules see of it, and what people read of it.

    `names` are printed names by number; `written` the vault's ids of what was written, by the digest that the parts
    have as their remark.
    """

    id: str
    rules: Investigation
    subject: SubjectRef
    subject_id: str
    site: str
    zone: str
    result: str
    analyst: str
    opened_by: str
    due: Due
    proposal: Proposal | None
    names: Mapping[int, str]
    written: Mapping[str, str]

    @property
    def code(self) -> str:
        """Its code."""
        return self.rules.code

    def is_late(self, at: datetime) -> bool:
        """Whether its next date has passed at its site."""
        return is_overdue(self.rules, self.due, self.today(at))

    def today(self, at: datetime) -> date:
        """The day at its site."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def next_due(self) -> date:
        """The last day of the phase that it is in."""
        is_in_laboratory = self.rules.state in (InvestigationState.OPENED, InvestigationState.PHASE_1)
        return self.due.phase_1 if is_in_laboratory else self.due.total


@dataclass(frozen=True)
class OutcomeSignature:
    """A signature over an investigation's record, and whether the record is still the one that was signed."""

    signature: SignatureView
    state: SignatureState


@dataclass(frozen=True)
class InvestigationPage:
    """Everything that the page of one investigation shows."""

    view: InvestigationView
    inquiry: Inquiry
    subject: Subject
    criterion: Criterion | None
    results: tuple[ResultView, ...]
    signatures: tuple[OutcomeSignature, ...]
    is_proposed: bool


def investigations_of(
    subjects: Collection[str], producers: Mapping[str, frozenset[int]] | None = None
) -> dict[str, tuple[Investigation, ...]]:
    """Those of batches, collections, lots or studies, by the subject's id, the oldest first (one statement).

    `producers`: who made a batch, by its id, for whoever is to judge by it; nobody without.
    """
    made = producers or {}
    found: dict[str, list[Investigation]] = defaultdict(list)
    for row in _rows().filter(subject__in=subjects).order_by("opened_at", "code"):
        found[str(row.subject)].append(_rules(row, made.get(str(row.subject), frozenset())))
    return {subject: tuple(found[subject]) for subject in subjects}


def investigations_at_point(about: Subject, criterion: str) -> tuple[Investigation, ...]:
    """Those of one criterion of a subject at its time point, with who made it, the oldest first."""
    rows = _rows().filter(subject=about.id, point=about.ref.point, criterion=criterion)
    made = producers_of(about.ref)
    return tuple(_rules(row, made) for row in rows.order_by("opened_at", "code"))


def producers_of(ref: SubjectRef) -> frozenset[int]:
    """Who made a batch; nobody for what is none."""
    batch = batch_by_code(ref.code) if ref.kind is SubjectKind.BATCH else None
    return frozenset() if batch is None else producers_of_batch(batch)


def investigation(code: str) -> InvestigationView | None:
    """One by its code, for services."""
    row = None if "\x00" in code else _rows().filter(code=code).first()
    return None if row is None else _view(row)


def lock_investigation(id: str) -> None:
    """Nobody else writes into it until the transaction ends."""
    Row.objects.select_for_update(no_key=True).filter(pk=id).first()


def kept_parts(id: str, column: str) -> list[dict[str, Any]]:
    """The parts in one of its lists, as they are kept: whoever adds one writes the others as they were."""
    parts: list[dict[str, Any]] = Row.objects.values_list(column, flat=True).get(pk=id)
    return parts


def visible_investigation(viewer: Person, code: str, at: datetime) -> InvestigationView | None:
    """One at one of the viewer's sites; None for all others."""
    found = investigation(code)
    return found if found is not None and found.site in sites_of(viewer, at) else None


def visible_investigations(viewer: Person, at: datetime) -> tuple[InvestigationView, ...]:
    """Those at the viewer's sites: the open ones by when they are due, then the newest of the concluded."""
    rows = _rows().filter(site__in=sorted(sites_of(viewer, at)))
    is_over = InvestigationState.CONCLUDED.value
    open_ones = sorted(
        (_view(row) for row in rows.exclude(state=is_over).order_by("opened_at", "code")[:MOST]),
        key=lambda it: it.next_due,
    )
    return (*open_ones, *(_view(row) for row in rows.filter(state=is_over).order_by("-concluded_at")[:MOST]))


def attempts_at(about: Subject, criterion: Criterion | None, code: str, at: datetime) -> tuple[Attempt, ...]:
    """The attempts at a criterion's result, failing too where the weight of today makes them."""
    return _attempts(criterion, code, results_at_point(about), _weights(about, criterion), at)


def _weights(about: Subject, criterion: Criterion | None) -> tuple[WeightView, ...] | None:
    """The weights by which the criterion judges its results; None where it asks for none."""
    if criterion is None or not criterion.needs_weight or not about.order_id:
        return None
    return weights_of(about.order_id)


def results_at_point(about: Subject) -> tuple[ResultView, ...]:
    """All versions of all results of the subject at its time point."""
    return tuple(r for r in results_of([about.id])[about.id] if r.subject.point == about.ref.point)


def _attempts(
    criterion: Criterion | None,
    code: str,
    results: Sequence[ResultView],
    weighed: Sequence[WeightView] | None,
    at: datetime,
) -> tuple[Attempt, ...]:
    if criterion is None or weighed is None:
        return attempts_of(results, code)
    return attempts_of(results, code, _failing_now(criterion, results, weighed, at))


def _failing_now(
    criterion: Criterion, results: Sequence[ResultView], weighed: Sequence[WeightView], at: datetime
) -> list[str]:
    """Results that met the criterion when they were recorded, and do not by the weight that counts now."""
    weights = [Weight(one.kg, one.measured_at) for one in weighed if one.is_current]
    found = []
    for result in results:
        if result.criterion == criterion.code and result.is_current:
            facts = facts_of(result.inputs, weights, at=at, read_at=result.tested_at)
            judged = assessed(criterion, result.value, facts)
            if isinstance(judged, Assessment) and judged.verdict is Verdict.FAIL:
                found.append(result.id)
    return found


def inquiry_of(view: InvestigationView, about: Subject, at: datetime) -> Inquiry:
    """An investigation with what its next step is judged by."""
    return _inquiry(view, about, results_at_point(about), at)


def _inquiry(view: InvestigationView, about: Subject, results: Sequence[ResultView], at: datetime) -> Inquiry:
    specification = specification_by_id(about.specification_id)
    criterion = specification.criterion(view.rules.criterion) if specification is not None else None
    all_of_it = investigations_at_point(about, view.rules.criterion)
    return Inquiry(
        investigation=next(it for it in all_of_it if it.code == view.code),
        attempts=_attempts(criterion, view.rules.criterion, results, _weights(about, criterion), at),
        sources=frozenset(about.sources),
        others=tuple(it for it in all_of_it if it.code != view.code),
    )


def is_proposed(view: InvestigationView, inquiry: Inquiry) -> bool:
    """Whether QC has signed an outcome over the record as it stands."""
    return view.proposal is not None and view.proposal.digest == digest_with(inquiry, view.proposal.outcome)


def digest_with(inquiry: Inquiry, outcome: Outcome) -> str:
    """The digest of the record with this outcome."""
    return investigation_digest(with_outcome(inquiry, outcome), inquiry.attempts)


def with_outcome(inquiry: Inquiry, outcome: Outcome) -> Investigation:
    """The investigation as it would be signed."""
    return Investigation(**{**vars(inquiry.investigation), "outcome": outcome})


def investigation_page(viewer: Person, code: str, at: datetime) -> InvestigationPage | None:
    """One at one of the viewer's sites; None for all others."""
    view = visible_investigation(viewer, code, at)
    about = subject(view.subject, at) if view is not None else None
    if view is None or about is None:
        return None
    results = results_at_point(about)
    inquiry = _inquiry(view, about, results, at)
    specification = specification_by_id(about.specification_id)
    return InvestigationPage(
        view=view,
        inquiry=inquiry,
        subject=about,
        criterion=specification.criterion(view.rules.criterion) if specification is not None else None,
        results=tuple(r for r in results if r.criterion == view.rules.criterion),
        signatures=tuple(_signatures(view, inquiry, people.signatures(INVESTIGATION_RECORD, view.code))),
        is_proposed=is_proposed(view, inquiry),
    )


def outcome_signatures(codes: Collection[str], at: datetime) -> tuple[OutcomeSignature, ...]:
    """The signatures over investigations, each with whether it still holds (a fixed number of statements)."""
    rows = list(_rows().select_related("order").filter(code__in=list(codes)))
    results, criteria = results_of({str(row.subject) for row in rows}), _criteria(rows, at)
    weights = weights_of_orders({row.order_id for row in rows if row.code in criteria})
    signed = people.signatures_of(INVESTIGATION_RECORD, [row.code for row in rows])
    made: list[OutcomeSignature] = []
    for row in rows:
        view, criterion = _view(row), criteria.get(row.code)
        own = [it for it in results[view.subject_id] if it.subject.point == view.subject.point]
        weighed = weights[str(row.order_id)] if criterion is not None else None
        attempts = _attempts(criterion, row.criterion, own, weighed, at)
        made += _signatures(view, Inquiry(view.rules, attempts), signed[row.code])
    return tuple(made)


def _criteria(rows: Sequence[Any], at: datetime) -> dict[str, Criterion]:
    """The criteria that judge by a patient's weight, by the code of the investigation of such a result."""
    of_batches = [row for row in rows if row.subject_kind == SubjectKind.BATCH]
    pinned = people.document_versions({str(row.order.specification_id or "") for row in of_batches} - {""})
    judging = {row.code: pinned.get(str(row.order.specification_id)) for row in of_batches}
    of_collections = {row.code: row.collection.din for row in rows if row.collection is not None}
    effective = _effective(of_collections.values(), at) if of_collections else {}
    judging |= {code: effective.get(din) for code, din in of_collections.items()}
    found = {}
    for row in rows:
        specification = specification_in(judging.get(row.code))
        criterion = specification.criterion(row.criterion) if specification is not None else None
        if criterion is not None and criterion.needs_weight:
            found[row.code] = criterion
    return found


def _effective(dins: Collection[str], at: datetime) -> dict[str, DocumentVersionView]:
    """The specification that applies to each collection now, by its DIN; of those to which one does."""
    documents = people.effective_documents(KIND, at)
    chosen = {it.din: choose(wanted_of(it), documents) for it in materials_by_din(dins)}
    return {din: it for din, it in chosen.items() if it is not None and not isinstance(it, VariantFault)}


def _signatures(
    view: InvestigationView, inquiry: Inquiry, signed: Sequence[SignatureView]
) -> list[OutcomeSignature]:
    """Each is held against the record with the outcome that was concluded or is proposed."""
    proposed = view.proposal.outcome if view.proposal is not None else None
    outcome = view.rules.outcome or proposed
    digest = digest_with(inquiry, outcome) if outcome is not None else ""
    return [OutcomeSignature(one, signature_state(one, digest)) for one in signed]


def _rows() -> Any:
    return Row.objects.select_related(*NAMED, "container", "site")


def _rules(row: Any, producers: frozenset[int] = frozenset()) -> Investigation:
    ref = ref_of(row)
    return Investigation(
        code=row.code,
        subject=f"{ref.code} {ref.point}" if ref.point else ref.code,
        criterion=row.criterion,
        attempt=row.attempt,
        container=row.container.code if row.container is not None else "",
        analyst_id=row.analyst_id,
        opened_at=row.opened_at,
        opened_by=row.opened_by_id,
        state=InvestigationState(row.state),
        findings=tuple(stored.finding(part) for part in row.findings),
        hypotheses=tuple(stored.hypothesis(part) for part in row.hypotheses),
        cause=stored.cause(row.cause),
        plans=tuple(stored.plan(part) for part in row.plans),
        outcome=Outcome(row.outcome) if row.outcome else None,
        concluded_at=row.concluded_at,
        concluded_by=tuple(row.concluded_by),
        producers=producers,
    )


def _view(row: Any) -> InvestigationView:
    by_hand = [*row.findings, *row.hypotheses, *([row.cause] if row.cause else ())]
    planned = {part["authorised_by"]: part["name"] for part in row.plans}
    names = {row.analyst_id: row.analyst_name, row.opened_by_id: row.opened_by_name}
    return InvestigationView(
        id=str(row.pk),
        rules=_rules(row),
        subject=ref_of(row),
        subject_id=str(row.subject),
        site=row.site_id,
        zone=row.site.zone,
        result=str(row.result_id),
        analyst=row.analyst_name,
        opened_by=row.opened_by_name,
        due=Due(row.phase_1_due, row.due),
        proposal=stored.proposal(row.proposal),
        names=names | planned | {part["by"]: part["name"] for part in by_hand},
        written={part["remark"]: part["text"] for part in by_hand if part["remark"]},
    )


def written_words(view: InvestigationView) -> dict[str, str]:
    """What people wrote in an investigation, by the digests that its parts have; without what was erased."""
    found = kept_texts(list(view.written.values()))
    return {digest: found[id] for digest, id in view.written.items() if id in found}
