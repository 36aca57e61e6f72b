"""The trail of a batch as its reader may read it: no COI id of a journey that is not theirs to see."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from coi.selectors.visible import masker
from people import selectors as people
from people.forms.alterations import Told, told_on_page
from people.rules.authority import Person
from qc import selectors
from qc.rules.trail import Trail, TrailEntry
from qc.selectors import BatchView


@dataclass(frozen=True)
class ShownEntry:
    """An entry with what it tells of itself, and the old and new values of what it altered."""

    entry: TrailEntry
    words: str
    altered: tuple[Told, ...]


@dataclass(frozen=True)
class ShownTrail:
    """The entries that are out of the ordinary, and the trail with its reviews."""

    trail: Trail
    entries: tuple[ShownEntry, ...]


def shown_to(viewer: Person, view: BatchView, now: datetime) -> ShownTrail:
    """The trail for this reader. In words, reasons, values, comments and remarks ••• stands for what is not theirs.

    Whoever gave a reason may have named another journey, as after a mix-up; a signature is over the record, which
    stays as it is.
    """
    found = view.case.trail or Trail()
    words = {line.id: line.words for line in people.lines_of([entry.entry for entry in found.entries])}
    altered = selectors.alterations_in(found)
    entries = [
        ShownEntry(it, words.get(it.entry, ""), told_on_page(altered.get(it.entry, ()), view.zone))
        for it in found.entries
    ]
    say = masker(viewer, now, _texts(found, entries))
    reviews = tuple(
        replace(it, remark=say(it.remark), comments={n: say(text) for n, text in it.comments.items()})
        for it in found.reviews
    )
    shown = tuple(
        ShownEntry(
            replace(it.entry, reason=say(it.entry.reason)),
            say(it.words),
            tuple(replace(one, before=say(one.before), after=say(one.after)) for one in it.altered),
        )
        for it in entries
    )
    return ShownTrail(replace(found, entries=tuple(it.entry for it in shown), reviews=reviews), shown)


def _texts(found: Trail, entries: Sequence[ShownEntry]) -> Iterator[str]:
    for it in entries:
        yield from (it.words, it.entry.reason)
        for one in it.altered:
            yield from (one.before, one.after)
    for review in found.reviews:
        yield from (review.remark, *review.comments.values())
