"""Cards: who is handed which, what stands on the sheets, and what is recorded. Every sheet is read back from pixels."""

import json
import re
from dataclasses import replace
from uuid import uuid4

import pytest
from django.utils import timezone

from coi import services as coi
from coi.rules.cards import MOST, CardKind, card_of, commands
from coi.rules.labels import Symbology
from coi.rules.stock import StockStatus
from coi.selectors import cards as selectors
from coi.services import drawing
from config.demonstration.cards import NEW_BANDS, card_sheets
from config.demonstration.site import HOSPITAL, PLANT, SECOND
from ledger.models import Entry
from ledger.rules import Subject
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.selectors import entries_for_subject
from people import selectors as people
from people import services as people_services
from people.rules import codes
from tests import given, paper
from tests.coi.doors import browser, signed_in

CANCEL, CLEAR = codes.make("C", "CANCEL"), codes.make("C", "CLEAR")
FOREIGN = "='A9999ZOE001"


@pytest.fixture(autouse=True)
def clock(journeys, monkeypatch):
    p = journeys.bedside
    monkeypatch.setattr(timezone, "now", lambda: p.now)


@pytest.fixture
def luca(journeys):
    """A supervisor of the first hospital, at a desk."""
    return signed_in(journeys.demo.member("Luca"))


@pytest.fixture
def ada(journeys):
    """The administrator of every site, at a desk."""
    return signed_in(journeys.demo.member("Ada"))


def read(pdf, resolution=203):
    """Every symbol of a file, as another program shows its pages."""
    return sorted(mark.text for mark in paper.marks(pdf, resolution))


def asked(*chosen, name="cards", **more):
    return {name: list(chosen), "request_id": str(uuid4())} | more


def printed():
    return list(Entry.objects.filter(event="people:badge:printed").order_by("id"))


def facts(entry):
    return json.loads(bytes(entry.body))["facts"]


def offered(answer, name="cards"):
    """The codes that the page offers."""
    return re.findall(rf'name="{name}" value="([^"]+)"', answer.content.decode().replace("&#x27;", "'"))


# --- cards of what stands at a site ----------------------------------------------------------------------------------


def test_a_supervisor_prints_what_stands_at_their_site(journeys, luca):
    page = luca.get("/cards/")
    codes_here = offered(page)
    demo = journeys.demo
    assert {CANCEL, CLEAR, codes.make("S", "NBED"), codes.make("P", "NBED")} <= set(codes_here)
    assert demo.devices["thaw_device", HOSPITAL] in codes_here
    assert demo.lots["bag_set", HOSPITAL] in codes_here
    assert not {codes.make("S", "HOOD"), demo.lots["vector", PLANT], demo.shippers[0]} & set(codes_here)
    assert b"Material lots" in page.content
    assert b"No shipper has been registered" in page.content
    answer = luca.post(f"/cards/{HOSPITAL}/cards.pdf", asked(*codes_here))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == f'inline; filename="cards-{HOSPITAL}.pdf"'
    for resolution in drawing.RESOLUTIONS:
        assert read(answer.content, resolution) == sorted(codes_here)


def test_nothing_but_what_was_chosen_is_on_the_sheet(luca):
    before = Entry.objects.count()
    answer = luca.post(f"/cards/{HOSPITAL}/cards.pdf", asked(CLEAR, codes.make("S", "NBED")))
    assert read(answer.content) == sorted([CLEAR, codes.make("S", "NBED")])
    assert Entry.objects.count() == before, "a card of a thing opens nothing: nothing is recorded"


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ((), "Choose at least one card."),
        ((codes.make("S", "HOOD"),), "not to be had at this site"),
        ((CLEAR, codes.make("M", "NONE")), "not to be had at this site"),
    ],
)
def test_what_cannot_be_printed_is_said_on_the_page(luca, chosen, said):
    answer = luca.post(f"/cards/{HOSPITAL}/cards.pdf", asked(*chosen))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    if CLEAR in chosen:
        assert re.search(rf'value="{re.escape(CLEAR)}" checked', answer.content.decode())


def test_own_sites_alone(journeys, luca, ada):
    assert luca.get(f"/cards/?site={PLANT}").status_code == 403
    assert luca.post(f"/cards/{PLANT}/cards.pdf", asked(CLEAR)).status_code == 403
    assert luca.post("/cards/NOWHERE/cards.pdf", asked(CLEAR)).status_code == 403
    assert b"<select" not in luca.get("/cards/").content
    page = ada.get(f"/cards/?site={SECOND}")
    assert re.search(rf'value="{SECOND}" selected', page.content.decode())
    assert codes.make("S", "SBED") in offered(page)
    with pytest.raises(NotAllowed):
        coi.print_cards(
            site=PLANT, cards=[CLEAR], actor=journeys.demo.member("Luca").actor, now=journeys.bedside.now
        )


def test_the_service_itself_hands_out_what_is_there(journeys):
    about = {"site": HOSPITAL, "actor": journeys.demo.member("Luca").actor, "now": journeys.bedside.now}
    with pytest.raises(NotFound, match="card_unknown"):
        coi.print_cards(cards=[CLEAR, codes.make("S", "HOOD")], **about)
    for chosen in ([], [f"{n}" for n in range(MOST + 1)]):
        with pytest.raises(Invalid):
            coi.print_cards(cards=chosen, **about)


def test_what_is_blocked_or_past_its_date_has_no_card_and_quarantine_is_told(journeys, luca):
    p, lot = journeys.bedside, journeys.demo.lots["anticoagulant", HOSPITAL]
    device = journeys.demo.devices["thaw_device", HOSPITAL]
    about = given.doing(p, "Luca", HOSPITAL)
    coi.set_lot_status(code=lot, status=StockStatus.QUARANTINE, reason="x", **about)
    about = given.doing(p, "Luca", HOSPITAL)
    coi.set_equipment_status(code=device, status=StockStatus.BLOCKED, reason="x", **about)
    page = luca.get("/cards/")
    assert lot in offered(page)
    assert device not in offered(page)
    assert page.content.count(b"in quarantine") == 1
    site = people.site_by_code(HOSPITAL)
    late = p.now.replace(year=p.now.year + 5)
    assert not [t for t in selectors.printables(site, late) if t.kind is CardKind.LOT]
    assert [t for t in selectors.printables(site, late) if t.kind is CardKind.DEVICE]


def test_a_closed_station_has_no_card(journeys, luca):
    p = journeys.bedside
    people_services.change_station(
        code=codes.make("S", "NBED"),
        name="Bedside 12",
        steps=(),
        is_active=False,
        reason="moved",
        **given.doing(p, "Ada", HOSPITAL),
    )
    assert codes.make("S", "NBED") not in offered(luca.get("/cards/"))


def test_whoever_may_not_print_is_told_who_may(journeys):
    for name in ("Alice", "Bob", "Iris", "Dave"):
        desk = signed_in(journeys.demo.member(name))
        page = desk.get("/cards/")
        assert page.status_code == 200
        assert b"No cards for you to print" in page.content
        assert b'href="/cards/"' not in page.content, "no link to it either"
        assert desk.post(f"/cards/{PLANT}/cards.pdf", asked(CLEAR)).status_code == 403
        assert desk.post(f"/cards/{PLANT}/badges.pdf", asked(name="badges")).status_code == 403
    assert browser().get("/cards/").status_code == 302
    for name in ("Amir", "Ada"):
        assert b'href="/cards/"' in signed_in(journeys.demo.member(name)).get("/scanners/").content


def test_every_command_and_kind_has_its_card():
    assert [card_of(command, "") for command in commands()]
    found = {selectors.Printable(kind, codes.make("E", "1"), "x") for kind in CardKind} - set(commands())
    for thing in found:
        if thing.kind is not CardKind.COMMAND:
            assert card_of(thing, "Plant").heading == str(thing.kind).upper()


def test_a_long_name_and_a_long_code_still_read():
    long = codes.make("E", "ABCDEFGHIJKLMNOP")
    thing = selectors.Printable(CardKind.DEVICE, long, "A device with a name " * 9, ("incubator",))
    sheet = coi.card_sheet(
        cards=[card_of(thing, "Plant")] * 12,
        heading="Cards",
        is_demonstration=True,
        now=timezone.now(),
    )
    assert read(sheet) == [long] * 12


def test_a_card_that_does_not_read_is_not_handed_out(luca, monkeypatch):
    honest = drawing._WRITERS[Symbology.CODE_128]
    monkeypatch.setitem(drawing._WRITERS, Symbology.CODE_128, lambda content: honest(content[:-1] + "7"))
    answer = luca.post(f"/cards/{HOSPITAL}/cards.pdf", asked(CLEAR))
    assert answer.status_code == 409
    assert b"does not read as it should. None is handed out" in answer.content


# --- badges ----------------------------------------------------------------------------------------------------------


def test_badges_are_printed_by_whoever_issues_them_and_that_is_recorded(journeys, ada):
    demo = journeys.demo
    nurse, second = demo.member("Ines"), demo.member("Ivan")
    page = ada.get(f"/cards/?site={HOSPITAL}")
    assert len(offered(page, "badges")) == 8
    assert demo.member("Alice").badge not in offered(page, "badges")
    sent = asked(nurse.badge, second.badge, name="badges")
    answer = ada.post(f"/cards/{HOSPITAL}/badges.pdf", sent)
    assert answer.status_code == 200, answer.content
    assert read(answer.content) == sorted([nurse.badge, second.badge])
    (entry,) = printed()
    assert (entry.actor_name, entry.site, entry.occurred_at) == ("Ada Admin", HOSPITAL, journeys.bedside.now)
    assert facts(entry) == {"badges": sorted([nurse.badge, second.badge]), "site": HOSPITAL}
    for subject in (Subject("badge", nurse.badge), Subject("user", str(second.user_id))):
        assert entry.id in [found.id for found in entries_for_subject(subject.kind, subject.key)]
    assert ada.post(f"/cards/{HOSPITAL}/badges.pdf", sent).content == answer.content
    assert len(printed()) == 1, "the same request again is the same sheet"
    assert ada.post(f"/cards/{HOSPITAL}/badges.pdf", sent | {"badges": [nurse.badge]}).status_code == 409
    ada.post(f"/cards/{HOSPITAL}/badges.pdf", asked(nurse.badge, name="badges"))
    assert len(printed()) == 2


def test_a_supervisor_prints_no_badges(journeys, luca):
    page = luca.get("/cards/")
    assert offered(page, "badges") == []
    assert b"<h2>Badges</h2>" not in page.content
    badge = journeys.demo.member("Ines").badge
    assert luca.post(f"/cards/{HOSPITAL}/badges.pdf", asked(badge, name="badges")).status_code == 403
    with pytest.raises(NotAllowed):
        coi.print_badges(site=HOSPITAL, badges=[badge], **given.doing(journeys.bedside, "Luca", HOSPITAL))
    assert printed() == []


@pytest.mark.requirement("URS-PWD-02")
def test_a_revoked_badge_is_never_printed(journeys, ada):
    p, nurse, second = journeys.bedside, journeys.demo.member("Ines"), journeys.demo.member("Ivan")
    people_services.revoke_badge(code=nurse.badge, reason="lost", **given.doing(p, "Luca", HOSPITAL))
    assert nurse.badge not in offered(ada.get(f"/cards/?site={HOSPITAL}"), "badges")
    answer = ada.post(f"/cards/{HOSPITAL}/badges.pdf", asked(nurse.badge, second.badge, name="badges"))
    assert answer.status_code == 422
    assert b"was revoked, or has expired. None is printed" in answer.content
    for chosen in ([nurse.badge], [second.badge, nurse.badge]):
        with pytest.raises(Conflict, match="badge_not_in_force"):
            coi.print_badges(site=HOSPITAL, badges=chosen, **given.doing(p, "Ada", HOSPITAL))
    assert printed() == [], "not one of the others either"


def test_nor_one_that_has_expired_nor_of_a_closed_account_nor_of_another_site(journeys):
    p, nurse, second = journeys.bedside, journeys.demo.member("Ines"), journeys.demo.member("Ivan")
    code, soon = codes.make("B", "SOON"), p.now.replace(year=p.now.year + 1)
    about = {"user_id": nurse.user_id, "site": HOSPITAL}
    people_services.issue_badge(code=code, valid_until=soon, **about, **given.doing(p, "Ada", HOSPITAL))
    people_services.deactivate_user(
        user_id=second.user_id, site=HOSPITAL, reason="left", **given.doing(p, "Ada", HOSPITAL)
    )
    coi.print_badges(site=HOSPITAL, badges=[code], **given.doing(p, "Ada", HOSPITAL))
    late = given.doing(p, "Ada", HOSPITAL) | {"now": soon}
    for chosen, doing in (
        (code, late),
        (second.badge, given.doing(p, "Ada", HOSPITAL)),
        (journeys.demo.member("Alice").badge, given.doing(p, "Ada", HOSPITAL)),
        (codes.make("B", "NOBODY"), given.doing(p, "Ada", HOSPITAL)),
    ):
        with pytest.raises(Conflict, match="badge_not_in_force"):
            coi.print_badges(site=HOSPITAL, badges=[chosen], **doing)


def test_a_hospitals_own_badge_is_that_hospitals_to_print(journeys, ada):
    p, nurse = journeys.bedside, journeys.demo.member("Ines")
    people_services.issue_badge(
        user_id=nurse.user_id, code=FOREIGN, site=HOSPITAL, **given.doing(p, "Ada", HOSPITAL)
    )
    page = ada.get(f"/cards/?site={HOSPITAL}")
    assert FOREIGN not in offered(page, "badges")
    assert b"own badge is that hospital" in page.content
    assert FOREIGN in page.content.decode().replace("&#x27;", "'")
    answer = ada.post(f"/cards/{HOSPITAL}/badges.pdf", asked(FOREIGN, name="badges"))
    assert answer.status_code == 409
    with pytest.raises(Conflict, match="badge_of_another_house"):
        coi.print_badges(site=HOSPITAL, badges=[FOREIGN], **given.doing(p, "Ada", HOSPITAL))
    assert printed() == []


def test_a_sheet_that_does_not_read_leaves_no_entry(journeys, ada, monkeypatch):
    honest = drawing._WRITERS[Symbology.CODE_128]
    monkeypatch.setitem(drawing._WRITERS, Symbology.CODE_128, lambda content: honest(content[:-1] + "7"))
    badge = journeys.demo.member("Ines").badge
    answer = ada.post(f"/cards/{HOSPITAL}/badges.pdf", asked(badge, name="badges"))
    assert answer.status_code == 409
    assert printed() == []


# --- shippers and bands ----------------------------------------------------------------------------------------------


def test_the_label_of_a_shipper(journeys):
    code = journeys.demo.shippers[0]
    desk = signed_in(journeys.demo.member("Amir"))
    assert read(desk.get(f"/shippers/{code}/label.pdf").content) == [code, code]
    picture = desk.get(f"/shippers/{code}/label.png")
    assert picture.headers["Content-Type"] == "image/png"
    assert {content.decode() for _, content in drawing.read_page(picture.content)} == {code}
    assert desk.get(f"/shippers/{code}/label.svg").headers["Content-Type"] == "image/svg+xml"
    for dpi in (203, 300):
        zpl = desk.get(f"/shippers/{code}/label.zpl?dpi={dpi}").content.decode()
        assert zpl.startswith("^XA")
        assert code in zpl
    assert desk.get(f"/shippers/{code}/label.zpl?dpi=72").status_code == 404


def test_shippers_of_others_and_what_is_no_shipper_are_not_found(journeys, luca):
    code, device = journeys.demo.shippers[0], journeys.demo.devices["incubator", PLANT]
    amir = signed_in(journeys.demo.member("Amir"))
    for form in ("pdf", "png", "svg", "zpl"):
        assert luca.get(f"/shippers/{code}/label.{form}").status_code == 404
        assert amir.get(f"/shippers/{device}/label.{form}").status_code == 404
        assert browser().get(f"/shippers/{code}/label.{form}").status_code == 302


def test_a_band_for_playing_the_patient(journeys):
    p = journeys.bedside
    desk = signed_in(journeys.demo.member("Olga"))
    assert b"Wristband for playing the patient" in desk.get("/cards/").content
    answer = desk.post("/cards/wristband.pdf", asked(wristband=f" {p.wristband} "))
    assert answer.status_code == 200, answer.content
    assert read(answer.content) == sorted([p.wristband, f"&/{p.coi_id}"])
    entry = Entry.objects.filter(event="coi:identity:looked_up").latest("id")
    assert entry.actor_name == "Olga Orr"
    assert p.wristband not in bytes(entry.body).decode(), "the code is kept nowhere in clear"


@pytest.mark.parametrize(
    ("band", "said"),
    [
        ("", "This field is required."),
        ("VW1", "not the code of a wristband"),
        (CLEAR, "not the code of a wristband"),
        (codes.make("W", "NOBODY"), "goes by this wristband"),
    ],
)
def test_a_band_of_nobody_is_not_printed(journeys, band, said):
    answer = signed_in(journeys.demo.member("Olga")).post("/cards/wristband.pdf", asked(wristband=band))
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_band_of_another_hospital_is_not_printed(journeys):
    desk = signed_in(journeys.demo.member("Pia"))
    answer = desk.post("/cards/wristband.pdf", asked(wristband=journeys.bedside.wristband))
    assert answer.status_code == 422


def test_there_are_no_bands_outside_a_demonstration(journeys, monkeypatch):
    p, desk = journeys.bedside, signed_in(journeys.demo.member("Olga"))
    with monkeypatch.context() as patch:
        patch.setattr(selectors, "is_demonstration", lambda: False)
        page = desk.get("/cards/")
        assert b"playing the patient" not in page.content
        assert b"No cards for you to print" in page.content
        assert desk.post("/cards/wristband.pdf", asked(wristband=p.wristband)).status_code == 404
    monkeypatch.setattr("coi.services.cards.is_demonstration", lambda: False)
    with pytest.raises(NotFound):
        coi.print_wristband(code=p.wristband, **given.doing(p, "Olga", HOSPITAL))
    luca = signed_in(journeys.demo.member("Alice"))
    assert luca.post("/cards/wristband.pdf", asked(wristband=p.wristband)).status_code == 404


def test_the_cards_of_the_demonstration(journeys):
    p = journeys.bedside
    demo = replace(journeys.demo, wristbands={p.coi_id: p.wristband})
    found = read(card_sheets(demo, p.now))
    assert {m.badge for m in demo.members.values() if m.username != "admin"} <= set(found)
    assert {CANCEL, CLEAR, demo.freezer, p.wristband, *demo.shippers, *demo.lots.values()} <= set(found)
    assert {codes.make("S", key) for key in demo.stations} <= set(found)
    assert len([code for code in found if code.startswith("VW")]) == 1 + NEW_BANDS
    assert len(found) == len(set(found))
    assert len(printed()) == 4, "one entry a site"
