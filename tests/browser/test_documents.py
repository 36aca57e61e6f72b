"""A label template of a site's own, written, reviewed, approved and drawn by: three people at three desks."""

import io
import json

import pytest
from PIL import Image

from coi.models import LabelCopy
from coi.selectors.labels import label_copy_by_id, template_of
from coi.services import drawing
from coi.services.printing.content import label_of
from config.demonstration.site import PASSWORD, SECOND
from tests import given
from tests.browser.acting import follow, press
from tests.browser.test_pages import assert_clean

pytestmark = pytest.mark.browser

KIND = "apheresis_bag"


@pytest.fixture
def three(house):
    """An author, a reviewer and an approver."""
    demo = house.journeys.demo
    return [demo.member(name) for name in ("Amir", "Bob", "Rosa")]


def fill_in(page, content):
    """The form of a new label template."""
    page.get_by_label("Code").fill(f"LABEL-{KIND.upper()}-{SECOND}")
    page.get_by_label("Title").fill("Apheresis bags of the second hospital")
    page.get_by_label("Content (JSON)").fill(json.dumps(content))
    page.get_by_role("button", name="Save the draft").click()


def test_a_template_is_written_by_one_and_drawn_by_after_two_others(house, three):
    author, reviewer, approver = (house.desk(member) for member in three)
    p = house.journeys.chair
    p.now = house.clock.now
    given.sweep(p)
    before = label_of(drawn(p))
    author.goto(f"{house.address}/documents/")
    follow(author, "New document")
    assert_clean(author, "choice of a kind")
    follow(author, "Label template")
    content = json.loads(author.get_by_label("Content (JSON)").input_value())
    assert_clean(author, "new document")
    fill_in(author, content | {"kind": KIND, "symbols": ["identity"]})
    author.get_by_text("The first symbol is that of the copy").wait_for()
    assert_clean(author, "faults")
    content |= {"kind": KIND, "lines": ["din", "container"]}
    fill_in(author, content)
    author.get_by_text("The draft is saved.").wait_for()
    width = author.locator("img.specimen").evaluate(
        "picture => picture.decode().then(() => picture.naturalWidth)"
    )
    assert width > 700
    assert_clean(author, "draft")
    address = author.url
    author.get_by_label("Your password").fill(PASSWORD)
    author.get_by_role("button", name="Sign and submit").click()
    author.get_by_text("It waits for its review.").wait_for()
    for page, button, said in (
        (reviewer, "Sign the review", "It waits for its approval."),
        (approver, "Sign the approval", "It can be put in effect."),
    ):
        page.goto(f"{house.address}/documents/")
        follow(page, f"LABEL-{KIND.upper()}-{SECOND} version 1")
        assert_clean(page, button)
        signing = page.locator("section", has=page.get_by_role("button", name=button))
        signing.get_by_label("Your password").fill(PASSWORD)
        signing.get_by_role("button", name=button).click()
        page.get_by_text(said).wait_for()
    approver.get_by_role("button", name="Put it in effect now").click()
    approver.get_by_text("It is in effect from now on.").wait_for()
    assert_clean(approver, "in effect")
    p.now = house.clock.now
    given.a_reprint(p, p.label(KIND), "Sara", SECOND)
    given.sweep(p)
    copy = drawn(p)
    assert template_of(copy).version == f"LABEL-{KIND.upper()}-{SECOND}/1"
    assert copy.template_id in address
    label = label_of(copy)
    assert (before.height_mm, label.height_mm) == (100, 60)
    assert [line.name for line in label.lines] == ["DIN", "Container"]
    assert Image.open(io.BytesIO(drawing.draw_picture(label))).height < 800


def drawn(p):
    """The newest copy of the bag's label."""
    return label_copy_by_id(LabelCopy.objects.get(code=p.label(KIND)).id)


def test_a_next_version_with_what_changed_and_a_stale_form(house, three):
    page = house.desk(three[0])
    page.goto(f"{house.address}/documents/")
    assert_clean(page, "documents")
    page.get_by_role("link", name="LABEL-SAMPLE", exact=True).click()
    follow(page, "New version")
    content = json.loads(page.get_by_label("Content (JSON)").input_value())
    page.get_by_label("Content (JSON)").fill(json.dumps(content | {"lines": ["container"]}))
    page.get_by_label("Why it changes").fill("Room for larger letters")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_text("What changed since version 1").wait_for()
    assert page.locator(".diff del").all_inner_texts()
    assert_clean(page, "second version")
    follow(page, "Edit the draft")
    other = page.context.new_page()
    other.goto(page.url)
    for tab, size in ((other, 62), (page, 64)):
        tab.get_by_label("Content (JSON)").fill(json.dumps(content | {"width_mm": size}))
        press(tab, "Save the draft")
    page.get_by_text("Nothing was saved or signed").wait_for()
    assert page.locator(".diff ins").all_inner_texts() == ['+   "width_mm": 64']
    assert_clean(page, "conflict")
