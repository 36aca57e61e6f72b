"""The trail of a batch over the API: what is out of the ordinary, old and new values, who looked it over."""

from typing import Any

from qc.forms import release_words
from qc.forms.trail_shown import ShownEntry, ShownTrail
from qc.rules.trail import Trail, TrailReview
from qc.selectors import BatchView


def trail_answer(view: BatchView, shown: ShownTrail) -> dict[str, Any]:
    """All of it that its reader may read; a new thing has no old value."""
    found, producers = view.case.trail or Trail(), view.case.dossier.producers
    unseen = {it.sequence for it in found.unreviewed(producers)}
    return {
        "batch": view.batch.code,
        "is_needed": view.case.needs_trail_review,
        "is_reviewed": found.is_reviewed(producers),
        "last": found.last,
        "entries": [_entry(it, is_unseen=it.entry.sequence in unseen) for it in shown.entries],
        "reviews": [_review(it) for it in shown.trail.reviews],
    }


def _entry(shown: ShownEntry, *, is_unseen: bool) -> dict[str, Any]:
    it = shown.entry
    return {
        "number": it.sequence,
        "entry": it.entry,
        "event": it.event,
        "kind": str(it.kind),
        "words": str(release_words.TRAIL_KINDS[it.kind]),
        "at": it.at,
        "by": it.by,
        "reason": it.reason,
        "is_reviewed": not is_unseen,
        "changes": [
            {"thing": one.thing, "field": one.column, "old": one.before, "new": one.after}
            for one in shown.altered
        ],
    }


def _review(it: TrailReview) -> dict[str, Any]:
    return {
        "reviewer": it.reviewer,
        "at": it.at,
        "upto": it.upto,
        "remark": it.remark,
        "comments": {str(number): text for number, text in it.comments.items()},
        "digest": it.digest,
        "is_valid": it.is_valid,
    }
