"""Tests and release of a demonstration batch, by the people whose work it is.

The numbers are drawn around those of published batches, so that charts have something true to life to show.
"""

import math
import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from coi.selectors.batches import batch_by_code
from config.demonstration import laboratory
from config.demonstration.player import Player
from config.demonstration.site import PLANT, SPACE, Member
from ledger.selectors import entry_for_request
from people.rules.credentials import BadgeCredential
from qc import selectors
from qc import services as qc
from qc.rules.releases import Way
from qc.rules.results import ResultView
from qc.rules.subjects import SubjectKind, SubjectRef
from qc.rules.trail import TrailRefusal

SOON = ("APPEARANCE", "IDENTITY", "VIABILITY", "CD3", "CAR")


class NotReleased(AssertionError):
    """The story needs a release that was refused."""


def values(p: Player) -> dict[str, str]:
    """One value for each criterion that a release needs; the same for the same journey."""
    rng = random.Random(f"quality {p.name}")
    return {
        "APPEARANCE": "slightly turbid, pack intact",
        "IDENTITY": "confirmed",
        "VIABILITY": f"{min(98.9, max(82.0, rng.gauss(92.0, 3.0))):.1f}",
        "CD3": f"{min(99.8, max(90.0, rng.gauss(97.6, 1.0))):.1f}",
        "CAR": f"{max(14.0, rng.gauss(31.0, 7.5)):.1f}",
        "CD4_CD8": f"{math.exp(rng.gauss(0.4, 0.5)):.2f}",
        "VCN": f"{min(4.4, math.exp(rng.gauss(0.6, 0.3))):.1f}",
        "ENDOTOXIN": rng.choice(("<0.05", "<0.05", "<0.05", "0.07", "0.12")),
        "MYCOPLASMA": "not detected",
        "STERILITY_INTERIM": "no growth to date",
        "STERILITY_FINAL": "no growth",
        "DOSE": f"{min(4.8, max(0.4, rng.gauss(2.3, 0.5))):.1f}",
    }


def start_tests(p: Player) -> None:
    """The release sample is in the laboratory; flow cytometry comes first."""
    results(p, SOON)


def finish_tests(p: Player) -> None:
    """The slower results; each is looked over by a second person, then the batch goes to review."""
    results(p, [code for code in values(p) if code not in (*SOON, "STERILITY_FINAL")])
    reviewer = p.demo.member("Leo")
    submitted = qc.submit_for_review(batch=batch_of(p), **doing_of(p, reviewer, "submit"))
    _need(submitted)


def release(p: Player) -> None:
    """The trail is looked over; review and conditional release by two people who made nothing of it."""
    look_over(p, "trail")
    _sign(p, "Bob", "sign Bob", qc.review_batch)
    p.wait(hours=2)
    _sign(
        p,
        "Rosa",
        "sign Rosa",
        qc.release_batch,
        way=Way.CONDITIONAL,
        expected={"STERILITY_FINAL": p.now + timedelta(days=5)},
    )
    p.wait(hours=2)


def complete(p: Player) -> None:
    """The culture has grown nothing in 14 days: the release is completed."""
    results(p, ("STERILITY_FINAL",))
    look_over(p, "trail again")
    _sign(p, "Bob", "sign again Bob", qc.review_batch)
    p.wait(hours=1)
    _sign(p, "Rosa", "complete Rosa", qc.complete_release)


def look_over(p: Player, label: str) -> None:
    """Bob reads what was out of the ordinary in the journey and signs; what he signed before an interruption is not
    signed again."""
    bob = p.demo.member("Bob")
    doing = doing_of(p, bob, label)
    if entry_for_request(doing["request_id"]) is not None:
        return
    batch = batch_by_code(batch_of(p))
    trail = selectors.trails_of([batch])[batch.id] if batch is not None else None
    if trail is None:
        raise NotReleased("no trail")
    refused = qc.review_trail(batch=batch_of(p), upto=trail.last, credential=bob.credential, **doing)
    if refused and refused != (TrailRefusal.SEEN_ALREADY,):
        raise NotReleased(str(refused))


def _sign(p: Player, first_name: str, label: str, service: Callable[..., qc.Attempt], **more: Any) -> None:
    member = p.demo.member(first_name)
    credential = BadgeCredential(member.badge, member.pin)
    _need(service(batch=batch_of(p), credential=credential, **more, **doing_of(p, member, label)))


def results(p: Player, criteria: Iterable[str], **other: str) -> list[ResultView]:
    """Record these criteria of the batch and look each over; `other` are values that are not those of `values`."""
    analyst, reviewer, found = p.demo.member("Ana"), p.demo.member("Leo"), values(p) | other
    specification, made = _specification(p), []
    runs: dict[str, str] = {}
    for code in criteria:
        method = specification[code]
        if laboratory.METHODS[method].get("needs_run") and method not in runs:
            doing = doing_of(p, analyst, f"run {method}")
            runs[method] = laboratory.make_run(p.demo, method, analyst, doing)
        p.wait(minutes=25)
        what = qc.Found(
            value=found[code],
            tested_at=p.now - timedelta(minutes=10),
            container=p.containers("sample")[-1].code,
            run=runs.get(method, ""),
        )
        subject = SubjectRef(SubjectKind.BATCH, batch_of(p))
        result = qc.record_result(
            subject=subject, criterion=code, found=what, **doing_of(p, analyst, f"result {code}")
        )
        p.wait(minutes=5)
        made.append(qc.review_result(result=UUID(str(result.id)), **doing_of(p, reviewer, f"review {code}")))
    return made


def _specification(p: Player) -> dict[str, str]:
    """The method of each criterion."""
    batch = batch_by_code(batch_of(p))
    specification = selectors.specification_of(batch) if batch is not None else None
    criteria = specification.criteria if specification is not None else ()
    return {criterion.code: criterion.method for criterion in criteria}


def batch_of(p: Player) -> str:
    """The code of the journey's batch."""
    return p.containers("product_bag")[0].batch


def doing_of(p: Player, member: Member, label: str) -> dict[str, Any]:
    """What every service takes; the label makes the request the same one when it is played again."""
    doing = p.demo.doing(label, member.actor, PLANT)
    return doing | {"now": p.now, "request_id": uuid5(SPACE, f"{p.coi_id} {label}")}


def _need(attempt: qc.Attempt) -> None:
    if not attempt.is_done:
        raise NotReleased(str(attempt.blockers))
