"""The pages on which controlled documents are written, looked at and listed."""

import html
import json
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people import models, registry, services
from people.rules.documents import DocumentState
from people.rules.documents_text import MAX_TEXT
from tests.people.document_pages_given import CONTENT, act, the_version, write
from tests.people.test_views import sign_in

# The session, the person, the sites, what waits and all there is, and what the head of the page asks.
LIST, VERSION = 7, 9


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
        registry.DocumentKind(kind.kind, kind.validate, kind.writing, shown),
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
