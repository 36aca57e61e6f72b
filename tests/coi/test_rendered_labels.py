"""Labels of journeys: drawn by an effect, kept, marked as printed only then, and seen as specimens."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from coi.rules import labels
from coi.rules.journey import CopyStatus, OrderKind
from coi.rules.printing import PrinterKind
from coi.selectors.labels import label_copies, label_copy, label_file
from coi.services import drawing, reprint_label
from coi.services.printing import content
from config.demonstration import story
from config.demonstration.site import SECOND
from ledger import services as ledger
from ledger.selectors import effects, entries_for_subject
from people.rules.roles import Role
from tests import given
from tests.coi.doors import browser, signed_in

# --- the effect ----------------------------------------------------------------------------------------------------


def _viewer(player, role=Role.COLLECTOR):
    from people import selectors as people

    return people.person(player.one(role, player.site).user_id, player.now)


def test_a_new_label_is_drawn_kept_and_printed(collected):
    viewer, code = _viewer(collected), collected.label("apheresis_bag")
    waiting = label_copy(viewer, code, collected.now)
    assert (waiting.status, waiting.file, label_file(waiting)) == (CopyStatus.ISSUED, "", None)
    assert ledger.sweep_effects(now=collected.now) >= 1
    copy = label_copy(viewer, code, collected.now)
    assert copy.status is CopyStatus.PRINTED
    assert label_file(copy).startswith(b"%PDF-")
    assert copy.facts.din
    assert copy.facts.is_demonstration
    assert copy.facts.order_kind is OrderKind.PATIENT
    rendered = [
        e for e in entries_for_subject("container", copy.container_id) if e.event == "coi:label:rendered"
    ]
    assert [entry.facts["sha256"] for entry in rendered] == [copy.file]
    assert not effects(state="failed")


def test_drawing_twice_changes_nothing(collected):
    from coi.services import render_label

    ledger.sweep_effects(now=collected.now)
    viewer, code = _viewer(collected), collected.label("apheresis_bag")
    before = label_copy(viewer, code, collected.now)
    (effect,) = effects(kind="coi.render_label")
    render_label(replace(effect, claimed_at=collected.now + timedelta(minutes=1)))
    assert label_copy(viewer, code, collected.now) == before
    events = [entry.event for entry in entries_for_subject("container", before.container_id)]
    assert events.count("coi:label:rendered") == 1


@pytest.mark.requirement("URS-LAB-01")
def test_a_label_that_does_not_read_is_never_marked_as_printed(collected, monkeypatch):
    honest = drawing.read_page
    monkeypatch.setattr(drawing, "read_page", lambda page: honest(page)[:1])
    ledger.sweep_effects(now=collected.now)
    viewer, code = _viewer(collected), collected.label("apheresis_bag")
    copy = label_copy(viewer, code, collected.now)
    assert (copy.status, copy.file) == (CopyStatus.ISSUED, "")
    (effect,) = effects(kind="coi.render_label")
    assert effect.state == "pending"
    assert "NotReadBack" in effect.last_error
    monkeypatch.undo()
    ledger.sweep_effects(now=collected.now + timedelta(hours=2))
    assert label_copy(viewer, code, collected.now).status is CopyStatus.PRINTED


def test_a_void_copy_is_not_drawn_and_the_next_says_its_number(collected):
    code, collector = collected.label("apheresis_bag"), collected.one(Role.COLLECTOR, collected.site)
    doing = collected.demo.doing("reprint", collector.actor, collected.site) | {"now": collected.now}
    reprint_label(copy=code, reason="damaged", **doing)
    ledger.sweep_effects(now=collected.now)
    container = collected.containers("apheresis_bag")[0].code
    first, second = label_copies(_viewer(collected), container, collected.now)
    assert (first.status, first.file, first.void_reason) == (CopyStatus.VOID, "", "damaged")
    assert (second.status, second.facts.copy_number) == (CopyStatus.PRINTED, 2)


def test_a_label_applied_before_its_file_came_stays_applied(collected):
    story.label_collection(collected)
    ledger.sweep_effects(now=collected.now)
    copy = label_copy(_viewer(collected), collected.label("apheresis_bag"), collected.now)
    assert copy.status is CopyStatus.APPLIED
    assert copy.file


def test_who_has_nothing_to_do_with_the_journey_finds_no_label(collected):
    from people import selectors as people

    code = collected.label("apheresis_bag")
    stranger = people.person(collected.one(Role.NURSE, SECOND).user_id, collected.now)
    nobody = people.person(collected.demo.member("Dave").user_id, collected.now)
    assert label_copy(_viewer(collected), code, collected.now) is not None
    assert label_copy(stranger, code, collected.now) is None
    assert label_copy(nobody, code, collected.now) is None
    assert label_copy(_viewer(collected), "VL\x00", collected.now) is None


def test_a_file_that_was_changed_is_not_handed_out(collected):
    from ledger.selectors import EvidenceDamaged

    ledger.sweep_effects(now=collected.now)
    copy = label_copy(_viewer(collected), collected.label("apheresis_bag"), collected.now)
    path = Path(settings.EVIDENCE_DIR) / copy.file[:2] / copy.file[2:4] / copy.file
    kept = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(kept + b" ")
    try:
        with pytest.raises(EvidenceDamaged):
            label_file(copy)
    finally:
        path.write_bytes(kept)


# --- the doors -------------------------------------------------------------------------------------------------------


VIEWS = ("pdf", "png", "svg")


def test_what_is_seen_of_a_label_is_a_specimen(collected):
    code, who = collected.label("apheresis_bag"), signed_in(collected.one(Role.COLLECTOR, collected.site))
    assert [who.get(f"/labels/{code}.{form}").status_code for form in VIEWS] == [409] * 3
    ledger.sweep_effects(now=collected.now)
    pdf, png, svg = (who.get(f"/labels/{code}.{form}") for form in VIEWS)
    found = [one["Content-Type"] for one in (pdf, png, svg)]
    assert found == ["application/pdf", "image/png", "image/svg+xml"]
    assert drawing.read_page(png.content) == []
    assert svg.content.startswith(b"<svg")
    assert pdf.content != label_file(label_copy(_viewer(collected), code, collected.now))
    assert who.get(f"/labels/{code}.zpl").status_code == 404
    stranger = signed_in(collected.one(Role.NURSE, SECOND))
    for form in VIEWS:
        assert stranger.get(f"/labels/{code}.{form}").status_code == 404
        assert browser().get(f"/labels/{code}.{form}").status_code == 302


def test_a_void_copy_is_seen_as_void(collected, monkeypatch):
    ledger.sweep_effects(now=collected.now)
    code, collector = collected.label("apheresis_bag"), collected.one(Role.COLLECTOR, collected.site)
    who, asked = signed_in(collector), []
    honest = drawing.draw_label
    monkeypatch.setattr(
        drawing,
        "draw_label",
        lambda label, specimen="": asked.append(specimen) or honest(label, specimen),
    )
    assert who.get(f"/labels/{code}.pdf").status_code == 200
    doing = collected.demo.doing("reprint", collector.actor, collected.site) | {"now": collected.now}
    reprint_label(copy=code, reason="damaged", **doing)
    assert [who.get(f"/labels/{code}.{form}").status_code for form in VIEWS] == [200] * 3
    assert asked == [labels.VIEW_ONLY, labels.VOID]


def test_a_frozen_bag_has_a_label_for_its_cassette(demo):
    filled = given.until(given.a_journey(demo), story.fill)
    ledger.sweep_effects(now=filled.now)
    code, who = filled.cassette("product_bag"), signed_in(filled.demo.member("Alice"))
    assert code not in ("", filled.label("product_bag"))
    assert drawing.read_page(who.get(f"/labels/{code}.png").content) == []
    assert code in who.get(f"/journeys/{filled.coi_id}/labels/").content.decode()
    assert code in who.get(f"/journeys/{filled.coi_id}/").content.decode()
    form = {"request_id": uuid4(), "file": "zpl-300"}
    assert who.post(f"/labels/{code}/hand-out/", form).status_code == 409, "it is on its cassette"
    zpl = content.content_for(
        label_copy(_viewer_named(filled, "Alice"), code, filled.now), PrinterKind.ZPL, 300
    )
    assert (zpl[:3], zpl[-4:]) == (b"^XA", b"^XZ\n")
    viewer = _viewer_named(filled, "Alice")
    bag, cassette = (
        content.label_of(label_copy(viewer, one, filled.now)) for one in (filled.label("product_bag"), code)
    )
    assert cassette.heading == "CASSETTE, T CELLS"
    assert cassette.symbols[0].content == code != bag.symbols[0].content
    assert cassette.symbols[1:] == bag.symbols[1:], "one and the same cells"


def _viewer_named(player, name):
    from people import selectors as people

    return people.person(player.demo.member(name).user_id, player.now)
