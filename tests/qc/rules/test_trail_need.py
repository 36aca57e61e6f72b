"""A specification may let a batch go without a review of its audit trail; unless it says so, the review is needed."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from people.rules.signatures import Meaning, SignatureView
from qc.rules import blockers as rules
from qc.rules.blockers import BlockerCode as B
from qc.rules.passed import CheckCode, passed_checks
from qc.rules.releases import ways_of
from qc.rules.specification import TrailNeed, parse, problems
from qc.rules.trail import Trail, TrailReview, is_signed, review_digest
from tests.qc.rules.blockers_given import CASE, DEMONSTRATION

CONTENT = json.loads((DEMONSTRATION / "cd19_specification.json").read_text())


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, TrailNeed.NEEDED),
        ({"trail_review": "needed"}, TrailNeed.NEEDED),
        ({"trail_review": "not_needed"}, TrailNeed.NOT_NEEDED),
    ],
)
def test_it_is_needed_unless_the_specification_says_otherwise(said, expected):
    found, faults = parse(CONTENT | said)
    assert faults == ()
    assert found.trail_review is expected


@pytest.mark.parametrize("wrong", ["", "no", None, False, 3])
def test_anything_else_is_a_fault_at_its_place(wrong):
    (fault,) = problems(CONTENT | {"trail_review": wrong})
    assert (fault.path, fault.code) == ("trail_review", "not_choice")


@pytest.mark.parametrize("trail", [Trail(), None], ids=["nobody looked", "not told"])
def test_a_batch_goes_without_it_where_it_is_not_needed(trail):
    needed = replace(CASE, trail=trail)
    free = replace(needed, specification=replace(CASE.specification, trail_review=TrailNeed.NOT_NEEDED))
    unread = [B.TRAIL_UNREVIEWED]
    for case, expected in ((needed, unread), (free, [])):
        told = [it.code for way in ways_of(case).against.values() for it in way]
        assert set(told) & set(unread) == set(expected)
        assert case.is_trail_open == bool(expected)
    assert B.TRAIL_UNREVIEWED not in [it.code for it in rules.blockers(free)]
    assert CheckCode.TRAIL not in [it.code for it in passed_checks(free)], "nothing to check, nothing passed"


def test_where_there_is_no_specification_it_is_needed():
    assert replace(CASE, specification=None, trail=Trail()).is_trail_open


SIGNED = {"batch": "B1", "upto": 9, "entries": [5, 7], "comments": {3: "a slip"}, "remark": "fine"}


def signature(**more):
    given = {"signer_id": 6, "record_digest": review_digest(**SIGNED)}
    return SignatureView(
        **{
            "id": "s",
            "printed_name": "Bob",
            "meaning": Meaning.REVIEW,
            "signed_at": datetime(2026, 3, 2, tzinfo=UTC),
            "zone": "UTC",
            "auth": "password",
            "record_kind": "trail_review",
            "record_id": "r",
        }
        | given
        | more
    )


REVIEW = TrailReview(
    6, "Bob", 9, remark="fine", entries=(5, 7), comments={3: "a slip"}, digest=review_digest(**SIGNED)
)


def test_a_review_is_signed_by_its_reviewer_over_what_it_says():
    assert is_signed(REVIEW, "B1", [signature()])


@pytest.mark.parametrize(
    ("review", "batch", "signatures"),
    [
        (REVIEW, "B1", []),
        (REVIEW, "B2", [signature()]),
        (REVIEW, "B1", [signature(signer_id=7)]),
        (REVIEW, "B1", [signature(record_digest="0" * 64)]),
        (replace(REVIEW, upto=10), "B1", [signature()]),
        (replace(REVIEW, entries=(5,)), "B1", [signature()]),
        (replace(REVIEW, comments={}), "B1", [signature()]),
        (replace(REVIEW, remark=""), "B1", [signature()]),
        (replace(REVIEW, digest="0" * 64), "B1", [signature()]),
    ],
)
def test_anything_else_is_not_signed(review, batch, signatures):
    assert not is_signed(review, batch, signatures)


def test_a_review_that_does_not_hold_was_not_made():
    trail = Trail(reviews=(replace(REVIEW, is_valid=False),), last=9)
    assert trail.reviewed_upto(frozenset()) is None
    assert not trail.is_reviewed(frozenset())
