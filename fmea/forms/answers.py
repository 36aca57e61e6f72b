"""What programs are told of worksheets: codes and numbers, no words of pages."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from fmea.rules.actions import BeforeAfter
from fmea.rules.comparing import ItemChange
from fmea.rules.counting import RowEvidence, Source
from fmea.rules.detection import Caught
from fmea.rules.evidence import Evidence
from fmea.rules.priority import ActionPriority
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import Scores
from fmea.selectors.overview import WorksheetLine
from people.rules.documents import DocumentVersionView
from people.rules.signatures import SignatureState, SignatureView, signature_state

Json = dict[str, Any]


def line_answer(it: WorksheetLine) -> Json:
    """One worksheet among all."""
    return {
        "code": it.sheet.code,
        "title": it.sheet.title,
        "product": it.sheet.header.get("product", ""),
        "site": it.sheet.site,
        "revision": it.sheet.revision,
        "version_in_effect": None if it.effective is None else it.effective.version,
        "on_its_way": None if it.open is None else str(it.open),
        "rows": it.rows,
        "priorities": {str(key): it.priorities.get(key, 0) for key in ActionPriority},
        "unscored": it.unscored,
        "open_actions": it.open_actions,
        "overdue_actions": it.overdue_actions,
        "look_again": _day(it.look_again),
        "is_late": it.is_late,
    }


def rated_answer(it: BeforeAfter) -> Json:
    """One row with its ratings, before its actions and after those that are done, and what they come to."""
    return {
        "row": it.row.code,
        "step": it.row.step,
        "mode": it.row.mode,
        "before": _ratings(it.before, it.rpn_before, it.priority_before),
        "after": _ratings(it.after, it.rpn_after, it.priority_after),
    }


def _ratings(scores: Scores, rpn: int | None, priority: ActionPriority | None) -> Json:
    ratings = dict(zip(map(str, ScaleKind), scores.ratings, strict=True))
    return {**ratings, "rpn": rpn, "priority": None if priority is None else str(priority)}


def version_answer(it: DocumentVersionView, signatures: Iterable[SignatureView]) -> Json:
    """One version without its content."""
    return {
        "id": it.id,
        "version": it.version,
        "state": str(it.state),
        "digest": it.digest,
        "effective_from": _moment(it.effective_from),
        "retired_at": _moment(it.retired_at),
        "signatures": [
            {
                "name": one.printed_name,
                "meaning": str(one.meaning),
                "signed_at": _moment(one.signed_at),
                "zone": one.zone,
                "is_valid": signature_state(one, it.digest) is SignatureState.VALID,
            }
            for one in signatures
        ],
    }


def change_answer(it: ItemChange) -> Json:
    """One item that differs between two versions, cell by cell."""
    return {
        "table": str(it.table),
        "item": it.item,
        "fate": str(it.fate),
        "has_moved": it.has_moved,
        "cells": [{"column": one.cell.column, "before": one.before, "after": one.after} for one in it.cells],
    }


def evidence_answer(it: RowEvidence) -> Json:
    """What was counted for one row beside its scores, which it never changes."""
    found = it.detection
    leading = it.leading.evidence if it.leading is not None else None
    return {
        "row": it.row,
        "is_contradicted": it.is_contradicted,
        "occurrence": {
            "score": it.score,
            "standing": str(it.standing),
            "proposal": it.proposal,
            "judged": _judged(leading),
        },
        "detection": {
            "standing": str(found.standing),
            "proposal": found.proposal,
            "judged": _judged(found.found.evidence if found.found is not None else None),
            "caught": {str(place): getattr(found.catches, place.value) for place in Caught},
        },
        "sources": [_source(one) for one in it.sources],
    }


def _judged(it: Evidence | None) -> Json | None:
    """A rate with its interval, the prior that it stands on, and the rating that it suggests."""
    if it is None or not it.trials:
        return None
    return {
        "events": it.events,
        "opportunities": int(it.trials),
        "prior": {"a": it.prior.a, "b": it.prior.b},
        "median": it.estimate.median,
        "low": it.estimate.low,
        "high": it.estimate.high,
        "suggested": it.suggested,
        "probability": it.probability,
    }


def _source(it: Source) -> Json:
    sites = [{"site": one.site, "events": one.events, "opportunities": one.n} for one in it.sites]
    about: Mapping[str, Any] = {"kind": str(it.kind), "refs": list(it.refs), "at": list(it.at)}
    return {**about, "events": it.events, "opportunities": it.opportunities, "sites": sites}


def _day(at: date | None) -> str | None:
    return None if at is None else at.isoformat()


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
