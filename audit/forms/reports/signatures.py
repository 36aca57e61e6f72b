"""Every electronic signature: who, when, what it means, over which record, and whether it still holds."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms import asked
from audit.forms.words import record_kind
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Column, ColumnKind, Found, Report, Severity, Table
from audit.selectors.signed import Held, Judged, judged
from ledger.rules import Subject
from ledger.selectors.histories import entries_of_period
from people import selectors as people
from people.events import Event
from people.forms.documents import MEANINGS
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.signatures import SignatureState


def build(person: Person, question: Question, now: datetime) -> Report:
    """The signatures of a period, or of those of them that are about a batch or a journey or by a person."""
    where = asked.reach_of(person, question, Right.READ_AUDIT_REPORTS, now)
    user = asked.whom(question, where, now)
    subject = asked.matter(person, question, where, now)
    found = signatures_in(question, where, now, user=user, subject=subject)
    return Report(
        kind=KIND.code,
        title=_("Electronic signatures"),
        about=_("Every signature with its printed name, time and meaning, and whether it still holds."),
        question=question.said(),
        as_of=now,
        sites=where.codes,
        sections=(signature_table(found), _sums(found)),
        found=signature_gaps(found),
        subjects=() if subject is None else ((subject.kind, subject.key),),
        left_out=(_("Signatures made at sites at which you hold no role for this are not in it."),),
    )


def signatures_in(
    question: Question,
    where: asked.Reach,
    now: datetime,
    *,
    user: int | None = None,
    subject: Subject | None = None,
) -> tuple[Judged, ...]:
    """The signatures of a period, each held against what was signed.

    A signature belongs to the site where it was made: its entry says which. One of no site is told where no site was
    asked about.
    """
    entries = entries_of_period(
        where.since,
        where.until,
        events=[Event.SIGNATURE_MADE],
        subject=subject,
        sites=(*where.codes, *([] if question.site else [""])),
    )
    shown = {str(entry.facts["signature"]) for entry in entries}
    made = people.signatures_between(where.since, where.until, signers=None if user is None else [user])
    return judged([it for it in made if it.id in shown], entries, now)


def signature_table(found: tuple[Judged, ...], key: str = "signatures") -> Table:
    """Signatures as every report shows them (21 CFR 11.50: printed name, date and time, meaning)."""
    return Table(
        key=key,
        title=_("Signatures"),
        about=_(
            "A signature holds if it is as it was entered, and what it was made over is what it was then. Where the "
            "record may change, its digest was made anew for this report; “Why” says where a batch went on after its "
            "decision."
        ),
        columns=(
            Column("at", _("Signed"), ColumnKind.TIME),
            Column("zone", _("Zone")),
            Column("name", _("Printed name")),
            Column("meaning", _("Meaning"), ColumnKind.WORD),
            Column("components", _("Components used"), ColumnKind.WORD),
            Column("record_kind", _("Kind of record"), ColumnKind.WORD),
            Column("record", _("Record"), ColumnKind.CODE),
            Column("digest", _("Digest of what was signed (SHA-256)"), ColumnKind.CODE),
            Column("mark", _("Mark"), ColumnKind.MARK),
            Column("state", _("Holds"), ColumnKind.WORD),
            Column("why", _("Why")),
            Column("entry", _("Entry"), ColumnKind.NUMBER),
        ),
        rows=tuple(_row(it) for it in found),
        empty=_("Nobody signed anything of this kind."),
        zone_column="zone",
    )


def _row(it: Judged) -> tuple[datetime | str | int | None, ...]:
    signature, is_valid = it.signature, it.state is SignatureState.VALID
    components = _("badge and PIN") if signature.auth == "badge_pin" else _("username and password")
    return (
        *(signature.signed_at.astimezone(UTC), signature.zone, signature.printed_name),
        *(str(MEANINGS[signature.meaning]), components, record_kind(it.record.kind)),
        *(it.record.called, signature.record_digest, "good" if is_valid else "bad"),
        *(_("valid") if is_valid else _("INVALID"), why_text(it), it.entry.id if it.entry else None),
    )


def why_text(it: Judged) -> str:
    """What a signature was held against, or what is wrong with it."""
    if it.entry is None:
        return _("No entry of the ledger tells of it.")
    if not it.is_as_entered:
        return _("It is not as it was entered.")
    if it.state is SignatureState.INVALID:
        return _("The record changed after it was signed.")
    if it.held is Held.RECORD:
        return _("The record was digested anew and is the one that was signed.")
    if it.held is Held.DECISION:
        return _(
            "It is over the record that was decided on. The batch went on, and its record is another now."
        )
    return _("What was signed was entered once and is never changed; it is as it was entered.")


def signature_gaps(found: tuple[Judged, ...], section: str = "signatures") -> tuple[Found, ...]:
    """Signatures that do not hold."""
    return tuple(
        Found(
            Severity.GAP,
            _("INVALID: %(meaning)s by %(name)s over %(kind)s %(record)s. %(why)s")
            % {
                "meaning": MEANINGS[it.signature.meaning],
                "name": it.signature.printed_name,
                "kind": record_kind(it.record.kind),
                "record": it.record.called,
                "why": why_text(it),
            },
            section,
        )
        for it in found
        if it.state is SignatureState.INVALID
    )


def _sums(found: tuple[Judged, ...]) -> Table:
    sums: dict[tuple[str, str], list[int]] = {}
    for it in found:
        pair = (record_kind(it.record.kind), str(MEANINGS[it.signature.meaning]))
        counts = sums.setdefault(pair, [0, 0])
        counts[0] += 1
        counts[1] += it.state is SignatureState.INVALID
    return Table(
        key="sums",
        title=_("How many of each kind"),
        columns=(
            Column("record_kind", _("Kind of record"), ColumnKind.WORD),
            Column("meaning", _("Meaning"), ColumnKind.WORD),
            Column("count", _("How many"), ColumnKind.NUMBER),
            Column("invalid", _("Of them INVALID"), ColumnKind.NUMBER),
        ),
        rows=tuple(
            (*pair, *sums[pair]) for pair in sorted(sums, key=lambda pair: (pair[0].casefold(), pair[1]))
        ),
        empty=_("Nobody signed anything of this kind."),
    )


KIND = ReportKind(
    code="signatures",
    title=gettext_lazy("Electronic signatures"),
    about=gettext_lazy("Every signature over a period, and whether it still holds."),
    asks=frozenset({Ask.PERIOD}),
    right=Right.READ_AUDIT_REPORTS,
    build=build,
    may=frozenset({Ask.PERSON, Ask.SITE, Ask.BATCH, Ask.JOURNEY}),
)
