"""The editor of specifications: written with forms, saved as a draft by the services of documents."""

import json
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from django.urls import reverse

from config.demonstration.site import PLANT, PRODUCT
from people import selectors as people
from people import services
from people.models import DocumentVersion
from qc.forms.examples import example, example_names
from qc.rules.specification import SCHEMA

NEW = reverse("qc:new_specification")


class Fields(HTMLParser):
    """What a browser would send back of a page's editor: every field but the buttons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.data: dict[str, list[str]] = {}
        self.select = self.area = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        it = dict(attrs)
        name = it.get("name", "")
        if tag == "select":
            self.select = name
        elif tag == "textarea":
            self.area = name
            self.data[name] = [""]
        elif tag == "option" and "selected" in it:
            self.data[self.select] = [it["value"]]
        elif tag == "input" and name and (it.get("type") != "checkbox" or "checked" in it):
            self.data.setdefault(name, []).append(it.get("value") or "")

    def handle_data(self, data):
        if self.area:
            self.data[self.area] = [self.data[self.area][0] + data]

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.data[self.area] = [self.data[self.area][0].removeprefix("\n")]
            self.area = ""


def fill(client, url, page, act, fields):
    """A button of the page, after something was typed into its fields."""
    return client.post(url, Fields(page).data | fields | {"act": act})


def newest(code):
    return people.versions_of("specification", code)[0]


@pytest.mark.parametrize("name", example_names())
def test_an_example_is_saved_as_it_is_opened(lab, as_, name):
    amir, url = as_("Amir"), f"{NEW}?from={name}"
    page = amir.get(url).content.decode()
    answer = fill(amir, url, page, "save", {"code": "OWN", "title": "Ours", "site": PLANT})
    version = newest("OWN")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("people:document", args=[version.id])
    assert version.content == example(name)
    assert (version.state, version.schema, version.title) == ("draft", SCHEMA, "Ours")


def test_a_specification_is_written_from_nothing_field_by_field(lab, as_):
    amir = as_("Amir")
    page = amir.get(NEW).content.decode()
    assert "There is none yet" in page
    page = fill(amir, NEW, page, "add", {"h:name": "Release"}).content.decode()
    assert "Criterion 1" in page
    # what covers a resting desk has alerts of its own
    main = page[page.index("<main") : page.index("</main>")]
    assert main.count('role="alert"') == 0  # nobody is blamed for what is still to be written
    first = {"c:code": "VIABILITY", "c:title": "Viability", "c:method": "M-COUNT", "c:unit": "%"}
    page = fill(amir, NEW, page, "look", first | {"c:low": "70.5"}).content.decode()
    assert "A limit has more decimals than the result is rounded to." in page
    assert 'value="70.5"' in page
    page = fill(amir, NEW, page, "close", {"c:low": "70", "c:low.within": "no"}).content.decode()
    assert "&gt; 70 %" in page
    page = fill(amir, NEW, page, "add", {}).content.decode()
    page = fill(amir, NEW, page, "look", {"c:sort": "quality", "c:code": "STERILITY"}).content.decode()
    assert "Words that meet it" in page
    words = {"c:title": "Sterility", "c:method": "M-STER", "c:choices": "sterile\r\nnot sterile"}
    page = fill(amir, NEW, page, "look", words | {"c:accepted": "steril"}).content.decode()
    assert "What is accepted has to be among the choices." in page
    refused = fill(amir, NEW, page, "save", {"code": "OWN", "title": "Ours", "site": PLANT})
    assert refused.status_code == 422
    assert "steril" in refused.content.decode()
    assert not people.versions_of("specification", "OWN")
    page = refused.content.decode()
    assert fill(amir, NEW, page, "save", {"c:accepted": "sterile"}).status_code == 302
    assert newest("OWN").content == {
        "name": "Release",
        "subject": "batch",
        "criteria": [
            {
                "sort": "quantity",
                "timing": "release",
                "code": "VIABILITY",
                "title": "Viability",
                "method": "M-COUNT",
                "unit": "%",
                "low": {"value": "70", "is_inclusive": False},
            },
            {
                "sort": "quality",
                "timing": "release",
                "code": "STERILITY",
                "title": "Sterility",
                "method": "M-STER",
                "choices": ["sterile", "not sterile"],
                "accepted": ["sterile"],
            },
        ],
    }


def test_criteria_are_moved_taken_out_and_made_alternatives(lab, as_):
    amir, url = as_("Amir"), f"{NEW}?from=ari-0001-release"
    page = amir.get(url).content.decode()
    assert "Survival of NALM6 at 1:1: &lt; 70 % or" in page
    page = fill(amir, url, page, "down:0", {}).content.decode()
    page = fill(amir, url, page, "remove:2", {}).content.decode()
    page = fill(amir, url, page, "ungroup:0", {}).content.decode()
    group = {
        "h:any_of[0].code": "CELLS",
        "h:any_of[0].title": "Cells",
        "h:any_of[0].criteria": ["CAR", "VIABILITY"],
    }
    page = fill(amir, url, page, "look", group).content.decode()
    content = json.loads(Fields(page).data["content"][0])
    assert [one["code"] for one in content["criteria"]][:3] == ["VIABILITY", "APPEARANCE", "CAR"]
    assert content["any_of"] == [{"code": "CELLS", "title": "Cells", "criteria": ["VIABILITY", "CAR"]}]
    page = fill(amir, url, page, "look", {"h:any_of[0].criteria": ["CAR"]}).content.decode()
    assert "At least two choices are needed." in page


def test_a_draft_is_changed_and_one_that_changed_meanwhile_is_not(lab, as_):
    amir = as_("Amir")
    draft = a_draft(lab)
    url = reverse("qc:edit_specification", args=[draft.id])
    assert url in amir.get(reverse("qc:specification", args=[draft.id])).content.decode()
    page = amir.get(url).content.decode()
    stale = amir.get(url).content.decode()
    page = fill(amir, url, page, "open:2", {}).content.decode()
    answer = fill(amir, url, page, "save", {"c:title": "Viable cells"})
    assert answer.status_code == 302
    assert newest(PRODUCT).content["criteria"][2]["title"] == "Viable cells"
    refused = fill(amir, url, stale, "save", {"h:name": "Another"})
    assert refused.status_code == 409
    shown = refused.content.decode()
    assert "Its content was changed since this page was opened" in shown
    assert "Viable cells" in shown
    assert newest(PRODUCT).content["name"] != "Another"


def test_the_same_save_twice_is_one_version(lab, as_):
    amir, url = as_("Amir"), f"{NEW}?from=abecma"
    page = amir.get(url).content.decode()
    about = {"code": "OWN", "title": "Ours", "site": PLANT}
    assert {fill(amir, url, page, "save", about).status_code for _twice in range(2)} == {302}
    assert len(people.versions_of("specification", "OWN")) == 1
    again = amir.get(url).content.decode()
    used = fill(amir, url, again, "save", about)
    assert used.status_code == 409
    assert "has this code already" in used.content.decode()


def a_draft(lab):
    lab.player.demo.now = lab.player.now
    effective = newest(PRODUCT)
    return services.draft_document(
        kind="specification",
        code=PRODUCT,
        title="Second",
        content=effective.content,
        site=PLANT,
        reason="to be changed",
        **lab.player.demo.doing("second draft", lab.member("Amir").actor),
    )


def test_the_next_version_begins_with_the_one_in_effect_and_needs_a_reason(lab, as_):
    amir, base = as_("Amir"), newest(PRODUCT)
    url = reverse("qc:next_specification", args=[base.id])
    assert url in amir.get(reverse("qc:specification", args=[base.id])).content.decode()
    page = amir.get(url).content.decode()
    assert fill(amir, url, page, "save", {}).status_code == 422
    assert fill(amir, url, page, "save", {"reason": "renamed", "h:name": "Renamed"}).status_code == 302
    version = newest(PRODUCT)
    assert version.version == base.version + 1
    assert version.content == {**base.content, "name": "Renamed"}
    assert url not in amir.get(reverse("qc:specification", args=[base.id])).content.decode()
    assert fill(amir, url, page, "save", {"reason": "again", "request_id": str(uuid4())}).status_code == 409


def test_what_no_form_knows_is_kept_and_named(lab, as_):
    amir, url = as_("Amir"), f"{NEW}?from=abecma"
    data = Fields(amir.get(url).content.decode()).data
    content = json.loads(data["content"][0])
    content["odd"] = {"x": 1}
    content["criteria"][0]["strange"] = "y"
    data["content"] = [json.dumps(content)]
    shown = amir.post(url, data | {"act": "open:0"}).content.decode()
    assert json.loads(Fields(shown).data["content"][0]) == content
    assert "odd: There is no such field." in shown
    assert "strange: There is no such field." in shown
    assert "1 thing" not in shown


@pytest.mark.parametrize("content", ["", "no", "[]", '{"criteria": 3}', '{"a": 1.5'])
def test_a_page_that_cannot_be_read_is_refused_whole(lab, as_, content):
    answer = as_("Amir").post(NEW, {"content": content, "act": "save"})
    assert answer.status_code == 422
    assert not people.versions_of("specification", "OWN")


@pytest.mark.parametrize("act", ["open:99", "open:-1", "remove:x", "up:", "ungroup:7", "fly", "open:³", ""])
def test_a_button_that_there_is_not_does_nothing(lab, as_, act):
    amir, url = as_("Amir"), f"{NEW}?from=abecma"
    page = amir.get(url).content.decode()
    answer = fill(amir, url, page, act, {})
    assert answer.status_code == 200
    assert json.loads(Fields(answer.content.decode()).data["content"][0]) == example("abecma")


@pytest.mark.parametrize("who", ["Ana", "Olga"])
def test_who_may_not_write_documents_is_offered_no_editor(lab, as_, who):
    client, draft = as_(who), a_draft(lab)
    assert NEW not in client.get(reverse("qc:specifications")).content.decode()
    for url in (
        NEW,
        reverse("qc:edit_specification", args=[draft.id]),
        reverse("qc:next_specification", args=[draft.id]),
    ):
        assert client.get(url).status_code == 403
        assert client.post(url, {"act": "save"}).status_code == 403


def test_only_its_author_edits_a_draft_and_only_specifications_are_edited_here(lab, as_):
    draft = a_draft(lab)
    assert as_("Bob").get(reverse("qc:edit_specification", args=[draft.id])).status_code == 403
    protocol = people.versions_of("protocol", PRODUCT)[0]
    for id in (protocol.id, uuid4()):
        assert as_("Amir").get(reverse("qc:edit_specification", args=[id])).status_code == 404
    assert as_("Amir").get(f"{NEW}?from=none").status_code == 404


def test_the_page_costs_no_more_for_more_criteria(lab, as_, django_assert_max_num_queries):
    amir, url = as_("Amir"), f"{NEW}?from=humanised-cd19-release"
    page = amir.get(url).content.decode()
    before = DocumentVersion.objects.count()
    with django_assert_max_num_queries(14):
        fill(amir, url, page, "add", {})
    assert DocumentVersion.objects.count() == before
