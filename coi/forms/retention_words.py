"""How long records are kept, in words: for pages, for refusals, and for the documents that hold the rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coi.rules.retention import Counted, CountsFrom, Kept, KeptState, Records, Rule, StillKept
from people.registry import Shown, Word

RECORDS: Mapping[Records, Word] = {
    Records.TRACEABILITY: gettext_lazy("Tracing the cells"),
    Records.IDENTITY: gettext_lazy("The patient's name"),
    Records.BATCH_RECORD: gettext_lazy("The batch record"),
    Records.AUDIT_TRAIL: gettext_lazy("Entries and signatures"),
    Records.LABEL_TEMPLATE: gettext_lazy("Label templates"),
    Records.TRAINING: gettext_lazy("Records of training"),
    Records.SECURITY_EVENT: gettext_lazy("Security events"),
}
COUNTS_FROM: Mapping[CountsFrom, Word] = {
    CountsFrom.PRODUCT_EXPIRY: gettext_lazy("the product's expiry"),
    CountsFrom.CLOSE_OUT: gettext_lazy("the close-out of the journey"),
    CountsFrom.DECISION: gettext_lazy("the final decision on the batch"),
    CountsFrom.RECORD_END: gettext_lazy("the day on which the record goes out of use"),
}
_MARKS: Mapping[KeptState, tuple[str, str]] = {
    KeptState.UNTIL: ("✔", "done"),
    KeptState.NOT_YET_KNOWN: ("◷", "warn"),
    KeptState.NO_RULE: ("◷", "warn"),
    KeptState.NOTHING: ("✔", "done"),
}
_STATES: Mapping[KeptState, Word] = {
    KeptState.NOT_YET_KNOWN: gettext_lazy("not known yet"),
    KeptState.NO_RULE: gettext_lazy("no rule in effect"),
    KeptState.NOTHING: gettext_lazy("no rule keeps it"),
}
FAULTS: Mapping[str, Word] = {
    "rule_code_shape": gettext_lazy(
        "A rule's code has capitals, digits and “-”, and begins with a letter; at most 32."
    ),
    "region_shape": gettext_lazy(
        "A region has two to eight capitals, such as EU or US; empty is everywhere."
    ),
    "not_counted_from": gettext_lazy("Records of this kind are counted from one of: {choices}."),
}


@dataclass(frozen=True)
class Reason:
    """One rule that applies, in words. `version_id`: the version of the document that it stands in."""

    said: str
    named: str
    source: str
    version_id: str


@dataclass(frozen=True)
class KeptShown:
    """One kind of records: how long it is kept in a word with mark and tone, what that says, each rule that applies."""

    title: str
    mark: str
    tone: str
    word: str
    said: str
    why: tuple[Reason, ...]


def kept_shown(found: Iterable[Kept]) -> tuple[KeptShown, ...]:
    """As a page shows it."""
    return tuple(
        KeptShown(
            title=str(RECORDS[it.records]),
            mark=_MARKS[it.state][0],
            tone=_MARKS[it.state][1],
            word=_how_long(it),
            said=_that_is(it),
            why=tuple(_reason(one) for one in it.why),
        )
        for it in found
    )


def _how_long(it: Kept) -> str:
    if it.state is KeptState.UNTIL and it.until is not None:
        return _("until {day}").format(day=it.until.isoformat())
    return str(_STATES[it.state])


def _that_is(it: Kept) -> str:
    if it.state is KeptState.NOTHING:
        return _("Nothing was collected: there is nothing to trace.")
    if it.state is KeptState.UNTIL:
        return _("The last day on which it must be there.")
    if it.until is None:
        return _("It is kept.")
    return _("It is kept until {day}, or longer.").format(day=it.until.isoformat())


def _reason(one: Counted) -> Reason:
    rule = one.by.rule
    said = _years(rule)
    if one.began_on is None:
        said = _("{years}, which has not come or is not known").format(years=said)
    elif one.until is not None:
        said = _("{years} on {began}: until {until}").format(
            years=said, began=one.began_on.isoformat(), until=one.until.isoformat()
        )
    return Reason(said, _named(rule.code, one.by.document, one.by.version), rule.source, one.by.version_id)


def _years(rule: Rule) -> str:
    text = ngettext("{n} year from {event}", "{n} years from {event}", rule.years)
    return text.format(n=rule.years, event=COUNTS_FROM[rule.counts_from])


def _named(rule: str, document: str, version: int) -> str:
    return _("rule {rule} of {document}, version {version}").format(
        rule=rule, document=document, version=version
    )


def still_kept(found: Iterable[StillKept]) -> list[str]:
    """Why names may not be erased yet: a sentence for each journey."""
    return [_hindrance(one) for one in found]


def _hindrance(one: StillKept) -> str:
    if one.state is KeptState.NO_RULE:
        return _("{journey}: no rule in effect says how long, so it is kept.").format(journey=one.coi_id)
    by = _named(one.rule, one.document, one.version)
    if one.state is KeptState.UNTIL and one.until is not None:
        text = _("{journey}: kept until {day}, by {by}.")
        return text.format(journey=one.coi_id, day=one.until.isoformat(), by=by)
    text = _("{journey}: until when is not known yet. By {by} it counts from {event}.")
    return text.format(journey=one.coi_id, by=by, event=COUNTS_FROM[CountsFrom(one.counts_from)])


def rules_shown() -> Shown:
    """Retention rules; a new document begins with none."""
    return Shown(
        title=gettext_lazy("Retention rules"),
        about=gettext_lazy("How long records of each kind are kept, by which law, and from which event."),
        code_help=gettext_lazy(
            "A name of your own, such as RETENTION. All documents in effect count together."
        ),
        start={"rules": []},
        faults=FAULTS,
    )
