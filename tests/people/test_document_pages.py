"""The pages on which controlled documents are written, reviewed, approved and put in effect."""

import html
import json
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people import models, registry, selectors, services
from people.rules.documents import DocumentState
from people.rules.documents_text import MAX_TEXT
from people.rules.roles import Role
from tests.people import given
from tests.people.test_views import sign_in

CONTENT = {"steps": ["thaw", "fill"], "volume": "12.50"}
# The session, the person, the sites, what waits and all there is, and what the head of the page asks.
LIST, VERSION = 7, 9


@pytest.fixture
def client(client):
    client.defaults["wsgi.url_scheme"] = "https"
    return client


@pytest.fixture
def alice(house):
    return house.someone("Alice", Role.SUPERVISOR)


@pytest.fixture
def bob(house):
    return house.someone("Bob", Role.QA_REVIEWER)


@pytest.fixture
def quinn(house):
    return house.someone("Quinn", Role.QA_RELEASER)


def new(**more):
    about = {"site": "MFG", "code": "R1", "title": "Recipe", "content": json.dumps(CONTENT)}
    return about | {"request_id": str(uuid4())} | more


def write(client, **more):
    return client.post("/documents/new/recipe/", new(**more))


def act(client, id, what, password=given.PASSWORD, **more):
    """Do a step with what its form shows now."""
    seen = selectors.document_version(id).digest
    body = {"request_id": str(uuid4()), "seen": seen, "password": password} | more
    return client.post(f"/documents/{id}/{what}/", body)


def the_version(**about):
    return models.DocumentVersion.objects.get(**about)


@pytest.fixture
def draft(house, alice):
    fields = {"kind": "recipe", "code": "R1", "title": "Recipe", "site": "MFG"}
    return services.draft_document(**fields, content=CONTENT, **house.context(alice)).id


def steps_of(client, id):
    page = client.get(f"/documents/{id}/").content.decode()
    return set(re.findall(rf'action="/documents/{id}/([a-z_]+)/"', page))


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


def test_a_next_version_begins_with_the_one_in_effect_and_shows_what_changed(
    client, alice, bob, quinn, draft
):
    for who, what in ((alice, "submit"), (bob, "review"), (quinn, "approve"), (quinn, "make_effective")):
        sign_in(client, who)
        assert act(client, draft, what).status_code == 302
    sign_in(client, alice)
    assert f"/documents/{draft}/next/" in client.get(f"/documents/{draft}/").content.decode()
    page = html.unescape(client.get(f"/documents/{draft}/next/").content.decode())
    assert '"volume": "12.50"' in page
    body = {"request_id": str(uuid4()), "title": "Recipe", "reason": "", "number": 2}
    changed = json.dumps(CONTENT | {"volume": "<b>13</b>"})
    assert client.post(f"/documents/{draft}/next/", body | {"content": changed}).status_code == 422
    answer = client.post(f"/documents/{draft}/next/", body | {"content": changed, "reason": "more"})
    second = the_version(version=2)
    assert answer["Location"] == f"/documents/{second.pk}/"
    page = client.get(answer["Location"]).content.decode()
    assert "<del>−   &quot;volume&quot;: &quot;12.50&quot;</del>" in page
    assert "<ins>+   &quot;volume&quot;: &quot;&lt;b&gt;13&lt;/b&gt;&quot;</ins>" in page
    assert "/next/" not in page
    late = body | {"content": changed, "reason": "again", "request_id": str(uuid4())}
    answer = client.post(f"/documents/{draft}/next/", late)
    assert (answer.status_code, models.DocumentVersion.objects.count()) == (409, 2)
    assert b"Another version is on its way" in answer.content


def test_a_next_version_that_somebody_else_wrote_meanwhile_is_not_written_again(
    client, house, bob, quinn, draft
):
    alice = house.people["Alice"]
    opened = {"title": "Recipe", "reason": "more", "number": 2, "content": "{}"}
    fields = {"kind": "recipe", "code": "R1", "title": "Recipe", "site": "MFG", "reason": "more"}
    for n in (1, 2):
        if n == 2:
            services.draft_document(**fields, content={"steps": []}, **house.context(alice))
        id = str(the_version(version=n).pk)
        for who, what in ((alice, "submit"), (bob, "review"), (quinn, "approve"), (quinn, "make_effective")):
            sign_in(client, who)
            assert act(client, id, what).status_code == 302
    sign_in(client, alice)
    answer = client.post(f"/documents/{draft}/next/", opened | {"request_id": str(uuid4())})
    assert (answer.status_code, models.DocumentVersion.objects.count()) == (409, 2)
    assert b"Another version was written since" in answer.content


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
    may = role in registry.AUTHORS
    assert ("New document" in client.get("/documents/").content.decode()) is may
    doors = ["/documents/new/", "/documents/new/recipe/", f"/documents/{draft}/next/"]
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


def test_a_code_that_is_used_gets_no_second_document(client, alice, draft):
    sign_in(client, alice)
    answer = write(client)
    assert (answer.status_code, models.Document.objects.count()) == (409, 1)
    assert b"has this code already" in answer.content


def test_a_stale_form_overwrites_nothing_and_shows_the_difference(client, alice, draft):
    sign_in(client, alice)
    began = the_version().digest
    for content, status in (('{"steps": ["mine"]}', 302), ('{"steps": ["theirs"]}', 409)):
        body = {"content": content, "seen": began, "request_id": str(uuid4())}
        answer = client.post(f"/documents/{draft}/edit/", body)
        assert answer.status_code == status
    page = answer.content.decode()
    assert "Nothing was saved or signed" in page
    assert "<del>−     &quot;mine&quot;</del>" in page
    assert "<ins>+     &quot;theirs&quot;</ins>" in page
    assert the_version().content == {"steps": ["mine"]}


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


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "This is not JSON: it cannot be read beyond line 1, column 2."),
        ('{"steps": ["a", ""]}', "<code>steps[1]</code>: This is empty."),
        ('{"x": {"y": 0.5}}', "<code>x.y</code>: A number with a point or exponent has no one form"),
        ('{"<i>": 0.5}', "<code>&lt;i&gt;</code>"),
        ('{"x": "\\u0000"}', "<code>x</code>: This text holds a character that cannot be kept."),
        ('{"a": 1, "a": 2}', "The name “a” stands twice"),
        ('{"steps": [""], "x": 0.5}', "2 things are wrong; nothing was saved."),
        ('{"\\ud800": 0.5}', "<code>?</code>: A number with a point"),
        ('{"\\ud800": 1, "\\ud800": 2}', "The name “?” stands twice"),
        ('{"x": %s}' % ("[" * 50_000), "This is nested too deeply."),
        ("[]", "An object is wanted here"),
        ("x\x00", "Null characters are not allowed."),
        ("", "This field is required."),
        (" " * (MAX_TEXT + 1) + "{}", "at most 100000 characters"),
    ],
)
def test_what_is_faulty_is_told_with_its_place_and_not_saved(client, alice, draft, content, said):
    sign_in(client, alice)
    body = {"content": content, "seen": the_version().digest, "request_id": str(uuid4())}
    for answer in (write(client, code="R2", content=content), client.post(f"/documents/{draft}/edit/", body)):
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert the_version().content == CONTENT


def test_a_megabyte_is_too_much(client, alice):
    sign_in(client, alice)
    answer = write(client, content='{"x": "' + "y" * 1024 * 1024 + '"}')
    assert (answer.status_code, models.Document.objects.count()) == (413, 0)
    assert write(client, content='{"x": "' + "y" * 1_000_000 + '"}').status_code == 422


@pytest.mark.parametrize(
    "wrong", [{"code": " "}, {"title": "\t"}, {"code": "x" * 65}, {"site": "NO"}, {"request_id": "x"}]
)
def test_what_a_document_is_called_is_looked_at_too(client, alice, wrong):
    sign_in(client, alice)
    assert (write(client, **wrong).status_code, models.Document.objects.count()) == (422, 0)


def test_there_is_nothing_for_what_is_not_known(client, alice, draft):
    sign_in(client, alice)
    for path in (
        "new/nonsense/",
        f"{uuid4()}/",
        f"{uuid4()}/edit/",
        f"{uuid4()}/next/",
        f"{draft}/preview.png",
    ):
        assert client.get(f"/documents/{path}").status_code == 404, path
    assert act(client, draft, "nonsense").status_code == 404


def test_a_kind_shows_a_picture_or_why_there_is_none(client, alice, draft, monkeypatch):
    def preview(code, content):
        if "volume" not in content:
            raise registry.NotDrawable("No volume <here>.")
        return f"picture of {code}".encode()

    kind = registry.document_kind("recipe")
    shown = registry.Shown(title="Recipe <kind>", preview=preview)
    monkeypatch.setitem(
        registry._kinds,
        "recipe",
        registry.DocumentKind(kind.kind, kind.validate, kind.authors, kind.reviewers, kind.approvers, shown),
    )
    sign_in(client, alice)
    page = client.get(f"/documents/{draft}/").content.decode()
    assert f"/documents/{draft}/preview.png" in page
    assert "Recipe &lt;kind&gt;" in page
    answer = client.get(f"/documents/{draft}/preview.png")
    assert (answer.content, answer["Content-Type"]) == (b"picture of R1", "image/png")
    body = {"content": "{}", "seen": the_version().digest, "request_id": str(uuid4())}
    client.post(f"/documents/{draft}/edit/", body)
    page = client.get(f"/documents/{draft}/").content.decode()
    assert "No volume &lt;here&gt;." in page
    assert "preview.png" not in page
    assert client.get(f"/documents/{draft}/preview.png").status_code == 404


def test_the_lists_are_empty_before_there_is_anything(client, alice):
    sign_in(client, alice)
    page = client.get("/documents/").content.decode()
    assert "There are no controlled documents yet" in page
    assert "Nothing: no draft of yours" in page


def cost(client, path):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


def test_pages_cost_the_same_however_many_documents_there_are(client, house, alice, draft):
    sign_in(client, alice)
    paths = ("/documents/", f"/documents/{draft}/")
    few = [cost(client, path) for path in paths]
    for n in range(6):
        fields = {"kind": "recipe", "code": f"N{n}", "title": "Recipe", "site": "MFG"}
        services.draft_document(**fields, content=CONTENT, **house.context(alice))
    assert [cost(client, path) for path in paths] == few == [LIST, VERSION]


def test_every_state_has_words():
    from people.forms import documents as words
    from people.rules.documents import DocumentAction
    from people.rules.signatures import Meaning
    from people.views.documents import STEPS

    assert set(words.STATES) == set(DocumentState)
    assert set(words.DONE) == set(STEPS) == set(DocumentAction) - {DocumentAction.EDIT}
    assert {m for m in Meaning if m in words.MEANINGS} >= {
        Meaning.AUTHORSHIP,
        Meaning.REVIEW,
        Meaning.APPROVAL,
    }
