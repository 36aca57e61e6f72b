"""The pages on which controlled documents are reviewed, approved and put in effect, by whom and by nobody else."""

from uuid import uuid4

import pytest

from people import models, registry, selectors, services
from people.rules.rights import Right
from people.rules.roles import Role
from tests.people import given
from tests.people.document_pages_given import CONTENT, act, new, steps_of, the_version, write
from tests.people.test_views import sign_in


def test_three_people_bring_a_document_into_effect_and_one_takes_it_out(client, house, alice, bob, quinn):
    sign_in(client, alice)
    assert b"New document" in client.get("/documents/").content
    assert b"recipe" in client.get("/documents/new/").content
    assert client.get("/documents/new/recipe/").status_code == 200
    answer = write(client)
    id = str(the_version().pk)
    assert (answer.status_code, answer["Location"]) == (302, f"/documents/{id}/")
    assert b"<strong>to finish and submit</strong>" in client.get("/documents/").content
    assert steps_of(client, id) == {"submit"}
    assert act(client, id, "submit").status_code == 302
    assert steps_of(client, id) == set()
    sign_in(client, bob)
    assert b"<strong>to review</strong>" in client.get("/documents/").content
    assert steps_of(client, id) == {"review", "reject"}
    assert act(client, id, "review").status_code == 302
    assert b"<strong>to approve</strong>" not in client.get("/documents/").content
    assert steps_of(client, id) == {"reject"}
    sign_in(client, quinn)
    assert b"<strong>to approve</strong>" in client.get("/documents/").content
    assert act(client, id, "approve").status_code == 302
    assert selectors.effective_document("recipe", "R1", given.now()) is None
    assert b"<strong>to put in effect</strong>" in client.get("/documents/").content
    assert act(client, id, "make_effective").status_code == 302
    assert selectors.effective_document("recipe", "R1", given.now()).content == CONTENT
    assert act(client, id, "retire", reason="").status_code == 422
    assert act(client, id, "retire", reason="replaced").status_code == 302
    assert the_version().state == "retired"
    assert {s.printed_name for s in selectors.signatures("document_version", id)} == {"Alice", "Bob", "Quinn"}


def test_the_author_may_not_review_and_the_reviewer_may_not_approve(client, house, alice, draft):
    services.grant_role(user_id=alice.user_id, role=Role.QA_REVIEWER, site="MFG", **house.context())
    both = house.someone("Both", Role.QA_REVIEWER, Role.QA_RELEASER)
    sign_in(client, alice)
    act(client, draft, "submit")
    assert steps_of(client, draft) == set()
    answer = act(client, draft, "review")
    assert answer.status_code == 403
    assert b"You wrote it" in answer.content
    sign_in(client, both)
    act(client, draft, "review")
    assert "approve" not in steps_of(client, draft)
    answer = act(client, draft, "approve")
    assert answer.status_code == 403
    assert b"You reviewed it" in answer.content
    sign_in(client, alice)
    assert act(client, draft, "approve").status_code == 403
    assert the_version().state == "reviewed"


@pytest.mark.parametrize("role", [None, *Role])
def test_only_those_who_may_write_see_the_doors_and_open_them(client, house, draft, role):
    dave = house.someone("Dave", *([role] if role else []))
    sign_in(client, dave)
    may, kinds = role in Right.WRITE_DOCUMENT.roles, map(registry.document_kind, registry.document_kinds())
    may_any = any(role in kind.writing.roles for kind in kinds)
    assert ("New document" in client.get("/documents/").content.decode()) is may_any
    assert client.get("/documents/new/").status_code == (200 if may_any else 403)
    doors = ["/documents/new/recipe/", f"/documents/{draft}/next/"]
    assert {client.get(door).status_code for door in doors} == {200 if may else 403}
    assert write(client, code="R2").status_code == (302 if may else 403)
    assert client.get(f"/documents/{draft}/edit/").status_code == 403
    assert act(client, draft, "submit").status_code == 403
    assert steps_of(client, draft) == set()


@pytest.mark.parametrize("what", ["submit", "review", "approve", "reject", "make_effective", "retire"])
def test_nobody_acts_without_a_role_or_without_signing_in(client, house, draft, what):
    assert act(client, draft, what, reason="x").status_code == 302
    assert the_version().state == "draft"
    sign_in(client, house.someone("Dave"))
    assert act(client, draft, what, reason="x").status_code == 403
    assert client.get(f"/documents/{draft}/{what}/").status_code == 405
    assert the_version().state == "draft"


def test_another_site_is_not_ones_own(client, house, draft):
    eve = house.someone("Eve", Role.SUPERVISOR, Role.QA_REVIEWER, site="HOSP")
    sign_in(client, eve)
    assert client.get(f"/documents/{draft}/next/").status_code == 403
    assert write(client, code="R2").status_code == 422  # not among the sites that she may choose
    assert write(client, code="R2", site="HOSP").status_code == 302


def test_a_double_click_counts_once(client, alice, bob, quinn):
    sign_in(client, alice)
    body = new()
    answers = [client.post("/documents/new/recipe/", body) for _ in range(2)]
    assert len({answer["Location"] for answer in answers}) == 1
    version = the_version()
    edited = {"content": '{"steps": []}', "seen": version.digest, "request_id": str(uuid4())}
    for _ in range(2):
        assert client.post(f"/documents/{version.pk}/edit/", edited).status_code == 302
    for who, what in ((alice, "submit"), (bob, "review"), (quinn, "approve"), (quinn, "make_effective")):
        sign_in(client, who)
        request_id = str(uuid4())
        for _ in range(2):
            assert act(client, version.pk, what, request_id=request_id).status_code == 302, what
    assert models.Signature.objects.count() == 3
    sign_in(client, alice)
    assert client.post("/documents/new/recipe/", body | {"title": "Other"}).status_code == 409


@pytest.mark.requirement("URS-SIG-06")
def test_nobody_signs_what_they_have_not_seen(client, house, alice, bob, draft):
    sign_in(client, alice)
    answer = act(client, draft, "submit", seen="0" * 64)
    assert answer.status_code == 409
    assert b"changed since this page was opened" in answer.content
    act(client, draft, "submit")
    first = the_version().digest
    sign_in(client, bob)
    act(client, draft, "reject", reason="too short")
    services.edit_document(id=draft, content={"steps": ["x"]}, **house.context(alice))
    services.submit_document(id=draft, credential=alice.at_desk, **house.context(alice))
    assert act(client, draft, "review", seen=first).status_code == 409
    assert act(client, draft, "reject", seen=first, reason="x").status_code == 409
    assert the_version().state == "in_review"
    assert act(client, draft, "review").status_code == 302
    assert act(client, draft, "review").status_code == 409


def test_a_rejection_takes_a_reason_and_leads_back_to_the_author(client, alice, bob, draft):
    sign_in(client, alice)
    act(client, draft, "submit")
    assert client.get(f"/documents/{draft}/edit/").status_code == 403
    sign_in(client, bob)
    assert act(client, draft, "reject", reason=" ").status_code == 422
    assert act(client, draft, "reject", reason="too short").status_code == 302
    sign_in(client, alice)
    assert f"/documents/{draft}/edit/" in client.get(f"/documents/{draft}/").content.decode()
    assert client.get(f"/documents/{draft}/edit/").status_code == 200


def test_the_wrong_password_signs_nothing_and_five_close_the_account(client, alice, draft):
    sign_in(client, alice)
    for _ in range(5):
        answer = act(client, draft, "submit", password="wrong")
        assert answer.status_code == 403
        assert b"The password is wrong" in answer.content
        assert b'value="wrong"' not in answer.content
    assert b"Too many wrong attempts" in act(client, draft, "submit").content
    assert the_version().state == "draft"
