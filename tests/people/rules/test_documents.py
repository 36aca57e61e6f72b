"""The life of a document as a table, its three people, its content and its comparison."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.rules.documents import (
    TRANSITIONS,
    DifferenceKind,
    DocumentAction,
    DocumentRefusal,
    DocumentState,
    compare,
    content_problems,
    judge,
    leaves,
)
from people.rules.signatures import Meaning, SignatureState, SignatureView, signature_state

S, A = DocumentState, DocumentAction
KEYS = st.text("xyz", max_size=2)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(alphabet="abcé", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
ALLOWED = {
    (S.DRAFT, A.EDIT): (S.DRAFT, None),
    (S.DRAFT, A.SUBMIT): (S.IN_REVIEW, Meaning.AUTHORSHIP),
    (S.IN_REVIEW, A.REVIEW): (S.REVIEWED, Meaning.REVIEW),
    (S.IN_REVIEW, A.REJECT): (S.DRAFT, Meaning.REJECTION),
    (S.REVIEWED, A.APPROVE): (S.APPROVED, Meaning.APPROVAL),
    (S.REVIEWED, A.REJECT): (S.DRAFT, Meaning.REJECTION),
    (S.APPROVED, A.MAKE_EFFECTIVE): (S.EFFECTIVE, None),
    (S.APPROVED, A.RETIRE): (S.RETIRED, None),
    (S.EFFECTIVE, A.RETIRE): (S.RETIRED, None),
}


@pytest.mark.parametrize(("state", "action"), list(itertools.product(S, A)))
def test_every_pair_of_state_and_action(state, action):
    by = 1 if action in (A.EDIT, A.SUBMIT) else 3
    refusals = judge(state=state, action=action, by=by, author=1, reviewer=2)
    if (state, action) in ALLOWED:
        assert refusals == ()
        assert (TRANSITIONS[state, action].to, TRANSITIONS[state, action].signs) == ALLOWED[state, action]
    else:
        assert refusals == (DocumentRefusal.NOT_IN_THIS_STATE,)


@pytest.mark.requirement("URS-DOC-01")
@pytest.mark.parametrize(
    ("state", "action", "by", "refusal"),
    [
        (S.DRAFT, A.EDIT, 2, DocumentRefusal.ONLY_THE_AUTHOR),
        (S.DRAFT, A.SUBMIT, 2, DocumentRefusal.ONLY_THE_AUTHOR),
        (S.IN_REVIEW, A.REVIEW, 1, DocumentRefusal.AUTHOR_MAY_NOT),
        (S.IN_REVIEW, A.REJECT, 1, DocumentRefusal.AUTHOR_MAY_NOT),
        (S.REVIEWED, A.APPROVE, 1, DocumentRefusal.AUTHOR_MAY_NOT),
        (S.REVIEWED, A.APPROVE, 2, DocumentRefusal.REVIEWER_MAY_NOT),
    ],
)
def test_author_reviewer_and_approver_are_three_people(state, action, by, refusal):
    assert judge(state=state, action=action, by=by, author=1, reviewer=2) == (refusal,)


def test_all_reasons_are_given_at_once():
    refusals = judge(state=S.RETIRED, action=A.APPROVE, by=1, author=1, reviewer=1)
    assert set(refusals) == {
        DocumentRefusal.NOT_IN_THIS_STATE,
        DocumentRefusal.AUTHOR_MAY_NOT,
        DocumentRefusal.REVIEWER_MAY_NOT,
    }


@pytest.mark.parametrize(
    ("content", "path", "code"),
    [
        ([], "", "not_an_object"),
        ({"a": [1, {"b": 0.5}]}, "a[1].b", "float_not_exact"),
        ({"a": "x\x00"}, "a", "text_not_storable"),
        ({"a": "\ud800"}, "a", "text_not_storable"),
        ({"a": {1: "x"}}, "a", "key_not_text"),
        ({"a": 2**63}, "a", "integer_too_large"),
        ({"a": object()}, "a", "type_unknown"),
    ],
)
def test_content_that_has_no_canonical_form_is_named(content, path, code):
    (problem,) = content_problems(content)
    assert (problem.path, problem.code) == (path, code)


def test_content_nested_without_end_is_named():
    content: dict = {}
    inner = content
    for _ in range(40):
        inner["a"] = {}
        inner = inner["a"]
    assert [problem.code for problem in content_problems(content)] == ["too_deep"]


@given(st.dictionaries(KEYS, JSON, max_size=4))
def test_plain_json_has_no_problems(content):
    assert content_problems(content) == ()


@given(JSON)
def test_equal_content_differs_nowhere(content):
    assert compare(content, content) == ()


@given(JSON, JSON)
def test_content_that_differs_differs_somewhere_and_both_ways(before, after):
    there, back = compare(before, after), compare(after, before)
    assert there or before == after
    assert {d.path for d in there} == {d.path for d in back}


def test_comparison_names_each_place():
    before = {"steps": [{"code": "A"}, {"code": "B"}], "title": "x"}
    after = {"steps": [{"code": "A"}], "title": "y", "note": None}
    assert [(d.path, d.kind) for d in compare(before, after)] == [
        ("steps[1]", DifferenceKind.REMOVED),
        ("title", DifferenceKind.CHANGED),
        ("note", DifferenceKind.ADDED),
    ]


def test_true_and_one_are_not_the_same():
    assert len(compare({"a": True}, {"a": 1})) == 1


@pytest.mark.requirement("URS-SIG-02")
def test_a_signature_fits_only_the_digest_that_was_signed():
    made = SignatureView(
        id="s",
        signer_id=1,
        printed_name="Alice",
        meaning=Meaning.REVIEW,
        signed_at=datetime(2026, 3, 2, tzinfo=UTC),
        zone="UTC",
        auth="password",
        record_kind="document_version",
        record_id="d",
        record_digest="a" * 64,
    )
    assert signature_state(made, "a" * 64) is SignatureState.VALID
    assert signature_state(made, "b" * 64) is SignatureState.INVALID


def test_content_is_shown_as_lines():
    content = {"steps": [{"code": "A", "tags": []}], "title": "x"}
    assert leaves(content) == (("steps[0].code", "A"), ("steps[0].tags", []), ("title", "x"))
