"""Controlled documents through their services: three people, one in effect, signatures that fit or do not."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from ledger import selectors as ledger
from ledger.rules import Where
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.services import verify
from people import models, registry, selectors, services
from people.events import Event
from people.rules.documents import DocumentState
from people.rules.rights import Right
from people.rules.roles import Role
from people.rules.signatures import Meaning, SignatureState, signature_state
from tests.people import given

CONTENT = {"steps": ["thaw", "fill"], "volume": "12.50"}


@pytest.fixture
def author(house):
    return house.someone("Alice", Role.SUPERVISOR)


@pytest.fixture
def reviewer(house):
    return house.someone("Bob", Role.QA_REVIEWER)


@pytest.fixture
def approver(house):
    return house.someone("Quinn", Role.QA_RELEASER, Role.QA_REVIEWER)


@pytest.fixture
def draft(house, author):
    return services.draft_document(
        kind="recipe", code="R1", title="Recipe", content=CONTENT, site="MFG", **house.context(author)
    )


@pytest.fixture
def approved(house, draft, author, reviewer, approver):
    services.submit_document(id=draft.id, credential=author.at_desk, **house.context(author))
    services.review_document(id=draft.id, credential=reviewer.at_station, **house.context(reviewer))
    return services.approve_document(id=draft.id, credential=approver.at_desk, **house.context(approver))


@pytest.mark.requirement("URS-DOC-01")
def test_a_document_is_written_reviewed_approved_and_put_in_effect(house, approved, approver):
    assert approved.state is DocumentState.APPROVED
    assert selectors.effective_document("recipe", "R1", given.now()) is None
    made = services.make_effective(id=approved.id, **house.context(approver))
    assert (made.state, made.effective_from) == (DocumentState.EFFECTIVE, house.at)
    assert selectors.effective_document("recipe", "R1", house.at) == made
    assert selectors.effective_document("recipe", "R1", house.at - timedelta(seconds=1)) is None
    assert made.content == CONTENT


@pytest.mark.requirement("URS-SIG-01")
def test_each_step_is_signed_over_the_digest_with_name_time_and_meaning(house, approved):
    made = selectors.signatures("document_version", approved.id)
    assert {(s.printed_name, s.meaning, s.auth) for s in made} == {
        ("Alice", Meaning.AUTHORSHIP, "password"),
        ("Bob", Meaning.REVIEW, "badge_pin"),
        ("Quinn", Meaning.APPROVAL, "password"),
    }
    assert all(s.signed_at == house.at and s.zone == "Europe/Berlin" for s in made)
    assert all(signature_state(s, approved.digest) is SignatureState.VALID for s in made)
    changed = selectors.document_version(approved.id).digest[::-1]
    assert all(signature_state(s, changed) is SignatureState.INVALID for s in made)


def test_a_next_version_retires_the_one_before_at_the_same_moment(
    house, approved, author, reviewer, approver
):
    first = services.make_effective(id=approved.id, **house.context(approver))
    house.at += timedelta(seconds=30)
    fields = {"kind": "recipe", "code": "R1", "title": "Recipe", "content": {"steps": ["x"]}, "site": "MFG"}
    with pytest.raises(Invalid):
        services.draft_document(**fields, **house.context(author))
    second = services.draft_document(**fields, reason="shorter", **house.context(author))
    assert second.version == 2
    with pytest.raises(Conflict, match="version_open"):
        services.draft_document(**fields, reason="again", **house.context(author))
    services.submit_document(id=second.id, credential=author.at_desk, **house.context(author))
    services.review_document(id=second.id, credential=reviewer.at_desk, **house.context(reviewer))
    services.approve_document(id=second.id, credential=approver.at_desk, **house.context(approver))
    services.make_effective(id=second.id, **house.context(approver))
    now_in_effect = selectors.effective_document("recipe", "R1", house.at)
    assert (now_in_effect.version, now_in_effect.content) == (2, {"steps": ["x"]})
    assert selectors.document_version(first.id).state is DocumentState.RETIRED
    before = selectors.effective_document("recipe", "R1", house.at - timedelta(seconds=1))
    assert before.id == first.id
    assert [v.version for v in selectors.versions_of("recipe", "R1")] == [2, 1]


def test_author_reviewer_and_approver_must_differ(house, draft, author, approver):
    services.grant_role(user_id=author.user_id, role=Role.QA_REVIEWER, site="MFG", **house.context())
    services.submit_document(id=draft.id, credential=author.at_desk, **house.context(author))
    with pytest.raises(NotAllowed, match="author_may_not"):
        services.review_document(id=draft.id, credential=author.at_desk, **house.context(author))
    services.review_document(id=draft.id, credential=approver.at_desk, **house.context(approver))
    with pytest.raises(NotAllowed, match="reviewer_may_not"):
        services.approve_document(id=draft.id, credential=approver.at_desk, **house.context(approver))
    with pytest.raises(NotAllowed, match="author_may_not"):
        services.approve_document(id=draft.id, credential=author.at_desk, **house.context(author))


def test_a_rejected_version_is_a_draft_again_and_its_old_signatures_do_not_fit(
    house, draft, author, reviewer
):
    services.submit_document(id=draft.id, credential=author.at_desk, **house.context(author))
    with pytest.raises(Conflict, match="not_in_this_state"):
        services.edit_document(id=draft.id, content={"steps": ["y"]}, **house.context(author))
    rejected = services.reject_document(
        id=draft.id, credential=reviewer.at_desk, reason="too long", **house.context(reviewer)
    )
    assert rejected.state is DocumentState.DRAFT
    edited = services.edit_document(id=draft.id, content={"steps": ["y"]}, **house.context(author))
    states = [signature_state(s, edited.digest) for s in selectors.signatures("document_version", draft.id)]
    assert states == [SignatureState.INVALID] * 2
    with pytest.raises(NotAllowed):
        services.edit_document(id=draft.id, content={"steps": ["z"]}, **house.context(reviewer))


@pytest.mark.parametrize(
    ("content", "path"), [({"steps": ["a", ""]}, "steps[1]"), ({"x": 0.5}, "x"), ({"x": "\x00"}, "x")]
)
def test_unsound_content_is_refused_with_the_place_that_is_wrong(house, author, content, path):
    fields = {"kind": "recipe", "code": "R9", "title": "T", "site": "MFG"}
    with pytest.raises(Invalid) as caught:
        services.draft_document(**fields, content=content, **house.context(author))
    assert [problem["path"] for problem in caught.value.detail["problems"]] == [path]
    assert not models.Document.objects.filter(code="R9").exists()
    assert services.draft_document(**fields, content=CONTENT, **house.context(author)).version == 1


def test_an_unknown_kind_is_refused(house, author):
    with pytest.raises(Invalid):
        services.draft_document(
            kind="nonsense", code="R1", title="T", content={}, site="MFG", **house.context(author)
        )
    assert "recipe" in registry.document_kinds()


def test_a_kind_is_registered_once():
    registry.register_document_kind("recipe", given.recipe_problems, topics=given.recipe_topics)
    with pytest.raises(ValueError, match="registered already"):
        registry.register_document_kind("recipe", lambda content: [])


@pytest.mark.parametrize("role", [None, *(r for r in Role if r not in Right.WRITE_DOCUMENT.roles)])
def test_only_authors_of_the_kind_draft(house, role):
    dave = house.someone("Dave", *([role] if role else []))
    with pytest.raises(NotAllowed, match="role_missing"):
        services.draft_document(
            kind="recipe", code="R1", title="T", content=CONTENT, site="MFG", **house.context(dave)
        )


def test_the_right_role_at_another_site_is_no_right(house, draft, author):
    services.submit_document(id=draft.id, credential=author.at_desk, **house.context(author))
    elsewhere = house.someone("Eve", Role.QA_REVIEWER, site="HOSP")
    with pytest.raises(NotAllowed, match="role_missing"):
        services.review_document(id=draft.id, credential=elsewhere.at_desk, **house.context(elsewhere))


def test_the_wrong_secret_signs_nothing_and_is_counted(house, draft, author):
    wrong = type(author.at_desk)(author.username, "wrong")
    with pytest.raises(NotAllowed, match="credential_refused"):
        services.submit_document(id=draft.id, credential=wrong, **house.context(author))
    assert models.Credential.objects.get(pk=author.user_id).failures == 1
    assert selectors.signatures("document_version", draft.id) == []
    assert selectors.document_version(draft.id).state is DocumentState.DRAFT
    services.submit_document(id=draft.id, credential=author.at_desk, **house.context(author))


@pytest.mark.requirement("URS-SIG-05")
def test_nobody_signs_with_the_credential_of_another(house, draft, author, reviewer):
    with pytest.raises(NotAllowed, match="credential_of_another"):
        services.submit_document(id=draft.id, credential=reviewer.at_desk, **house.context(author))


def test_the_same_step_again_signs_once(house, draft, author):
    context = house.context(author)
    for _ in range(2):
        version = services.submit_document(id=draft.id, credential=author.at_desk, **context)
        assert version.state is DocumentState.IN_REVIEW
    assert len(selectors.signatures("document_version", draft.id)) == 1


def test_the_same_draft_again_is_one_draft(house, author):
    context = house.context(author)
    fields = {"kind": "recipe", "code": "R2", "title": "T", "content": CONTENT, "site": "MFG"}
    first = services.draft_document(**fields, **context)
    assert services.draft_document(**fields, **context) == first
    with pytest.raises(Conflict, match="request_id_used"):
        services.draft_document(**(fields | {"content": {"steps": ["q"]}}), **context)


def test_a_retired_document_is_no_longer_in_effect(house, approved, approver):
    services.make_effective(id=approved.id, **house.context(approver))
    services.retire_document(id=approved.id, reason="unused", **house.context(approver))
    assert selectors.effective_document("recipe", "R1", given.now()) is None
    with pytest.raises(Conflict, match="not_in_this_state"):
        services.make_effective(id=approved.id, **house.context(approver))


def test_a_version_that_is_not_there_is_not_found(house, author):
    for missing in (str(uuid4()), "nonsense"):
        with pytest.raises(NotFound):
            services.submit_document(id=missing, credential=author.at_desk, **house.context(author))


def test_a_rebuild_from_the_entries_gives_the_same_tables(house, approved, approver):
    services.make_effective(id=approved.id, **house.context(approver))
    services.revoke_badge(code=approver.badge, reason="lost", **house.context())
    house.station()
    assert verify(now=given.now(), record=False).findings == ()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_badge SET revoked_at = NULL WHERE code = %s", [approver.badge])
    (finding,) = verify(now=given.now(), record=False).findings
    assert (finding.table, finding.columns) == ("people.badge", ("revoked_at",))


# --- signatures of any record ---


def confirmed(someone, at=None):
    check = services.confirm(
        credential=someone.at_station, where=Where(), now=at or given.now(), request_id=uuid4()
    )
    assert check.confirmed is not None
    return check.confirmed


def sign(house, someone, credential, digest="a" * 64, **more):
    with services.writing():
        return services.sign(
            **{
                "signer": someone.person(),
                "meaning": Meaning.VERIFICATION,
                "record_kind": "batch",
                "record_id": "B1",
                "record_digest": digest,
                "credential": credential,
                **house.context(someone),
                **more,
            }
        )


def test_a_signature_is_made_once_and_kept_in_the_stream_it_concerns(house, author):
    made = sign(house, author, confirmed(author), stream="journey:X")
    assert selectors.signatures("batch", "B1") == [made]
    (entry,) = ledger.entries_in_stream("journey:X")
    assert entry.event == Event.SIGNATURE_MADE
    with pytest.raises(Conflict, match="already_signed"):
        sign(house, author, confirmed(author))


def test_a_signature_needs_the_signers_own_fresh_credential(house, author, reviewer):
    with pytest.raises(NotAllowed, match="credential_of_another"):
        sign(house, author, confirmed(reviewer))
    with pytest.raises(NotAllowed, match="credential_stale"):
        sign(house, author, confirmed(author), now=given.now() + timedelta(minutes=3))
    with pytest.raises(Invalid):
        sign(house, author, confirmed(author), digest="A" * 64)
    assert sign(house, author, confirmed(author)).printed_name == "Alice"


def test_changed_content_is_found(house, approved):
    assert list(selectors.document_findings()) == []
    with connection.cursor() as cursor:
        cursor.execute('UPDATE people_documentversion SET content = \'{"steps": ["other"]}\'')
    (finding,) = selectors.document_findings()
    assert finding.row_id == approved.id


def test_a_pinned_version_leaves_out_the_content_that_its_reader_knows(approved, django_assert_num_queries):
    with django_assert_num_queries(1):
        pinned = selectors.pinned_version(approved.id, known=["0" * 64])
    assert (pinned.content, pinned.digest, pinned.is_as_signed) == (approved.content, approved.digest, True)
    known = selectors.pinned_version(approved.id, known=[approved.digest])
    assert (known.content, known.digest, known.is_as_signed) == (None, approved.digest, False)
    assert selectors.pinned_version(uuid4(), known=()) is None


def test_a_pinned_version_that_was_tampered_with_is_not_as_signed(approved):
    models.DocumentVersion.objects.filter(pk=approved.id).update(content={"name": "another"})
    assert not selectors.pinned_version(approved.id, known=()).is_as_signed
