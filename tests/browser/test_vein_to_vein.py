"""One patient's cells from enrolment to infusion, by browsers and typed scans alone."""

import re

import pytest
from django.db import transaction

from coi.selectors.containers import containers_of
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT
from people.rules import codes
from tests import given

pytestmark = pytest.mark.browser

WRISTBAND = codes.make("W", "BROWSER01")


class Journey:
    """What the people of the journey have in hand."""

    def __init__(self, house):
        self.house, self.demo = house, house.journeys.demo

    def member(self, first_name):
        return self.demo.member(first_name)

    def label(self, kind, number=0):
        return [c for c in containers_of(self.coi_id) if c.kind == kind][number].label

    def enrol(self):
        page = self.house.desk(self.member("Olga"))
        page.get_by_role("link", name="New patient and order").click()
        for label, text in (
            ("Family name", "Testcase"),
            ("Given name", "Brow"),
            ("Date of birth", "1971-02-03"),
            ("Hospital number (MRN)", "MRN900"),
            ("Hospital number again", "MRN900"),
            ("Wristband code", WRISTBAND),
        ):
            page.get_by_label(label).fill(text)
        page.get_by_role("button", name="Enrol and issue the COI id").click()
        page.get_by_text("Order sheet").first.wait_for()
        self.coi_id = page.locator("h1").inner_text()
        assert re.fullmatch(r"CH[0-9A-Z]{13}", self.coi_id)

    def collect(self):
        chair = self.house.station("NCHAIR")
        nora, noah = self.member("Nora"), self.member("Noah")
        chair.badge(nora)
        chair.scan(f"&/{self.coi_id}")
        chair.expect("MATCH", "Scan the patient's wristband")
        chair.scan(WRISTBAND)
        chair.done("Identify the patient")
        lots = [self.demo.lots[name, HOSPITAL] for name in ("bag_set", "anticoagulant")]
        chair.scan(WRISTBAND, *lots, self.demo.devices["apheresis_device", HOSPITAL])
        chair.done("Collect by apheresis")
        label = self.label("apheresis_bag")
        chair.together(nora, noah, [WRISTBAND, label])
        chair.done("Label the apheresis bag at the chair")
        self.house.clock.wait(hours=3)
        chair.badge(nora)
        chair.scan(label)
        chair.expect("NEEDS VALUES", "Enter the values")
        chair.enter(volume="182", tnc="11,4")
        chair.done("End the collection")
        chair.page.get_by_role("button", name="Line clearance").click()
        chair.page.locator("#reasons", has_text="the place is free").wait_for()

    def travel(self):
        label, shipper = self.label("apheresis_bag"), self.demo.shippers[0]
        hatch = self.house.station("NDOCK")
        hatch.together(self.member("Lena"), self.member("Carol"), [label, shipper])
        hatch.done("Hand over to the courier")
        self.house.clock.wait(hours=9)
        dock = self.house.station("DOCK")
        arrival = {"temperature": "4.6", "seal": "intact"}
        dock.together(self.member("Carol"), self.member("Alice"), [label, shipper], second_values=arrival)
        dock.done("Receive at the manufacturer")

    def manufacture(self):
        """The first steps by scans; the long middle is played, as it is the same again and again."""
        hood = self.house.station("HOOD")
        alice, amir = self.member("Alice"), self.member("Amir")
        label = self.label("apheresis_bag")
        hood.together(alice, amir, [label])
        hood.done("Start the batch")
        scans = [label, self.demo.lots["selection_reagent", PLANT]]
        hood.together(alice, amir, scans, values={"vessels": "2"})
        hood.done("Select T cells and split into culture vessels")
        hood.page.locator("#reasons", has_text="2 × culture vessel").wait_for()
        for number in range(2):
            hood.together(alice, amir, [self.label("culture", number)])
            hood.done("Label a culture vessel")
        player = self.player()
        with transaction.atomic():
            for stage in (story.transduce, story.harvest, story.fill, given.release):
                stage(player)
        self.house.clock.now = player.now

    def player(self):
        clock = self.house.clock.now
        return Player(self.demo, clock, site=HOSPITAL, name="b", coi_id=self.coi_id, wristband=WRISTBAND)

    def return_home(self):
        bags = [self.label("product_bag", number) for number in range(2)]
        dock, hatch = self.house.station("DOCK"), self.house.station("NDOCK")
        scans = [*bags, self.demo.shippers[1]]
        dock.together(self.member("Alice"), self.member("Carol"), scans)
        dock.done("Hand over to the courier for the hospital")
        self.house.clock.wait(hours=20)
        arrival = {"temperature": "-158", "seal": "intact"}
        hatch.together(self.member("Carol"), self.member("Lena"), scans, second_values=arrival)
        hatch.done("Receive at the hospital")

    def treat(self):
        bed, lab = self.house.station("NBED"), self.house.station("NLAB")
        ines, ivan, bag = self.member("Ines"), self.member("Ivan"), self.label("product_bag")
        bed.badge(ines)
        bed.scan(f"&/{self.coi_id}", WRISTBAND)
        bed.enter(weight="71.5")
        bed.done("Confirm that the patient is ready")
        lena, luca = self.member("Lena"), self.member("Luca")
        lab.badge(lena)
        lab.scan(bag)
        lab.expect("NEEDS A CHOICE", "What are you doing?")
        lab.choose("Thaw the bag")
        lab.scan(self.demo.devices["thaw_device", HOSPITAL])
        lab.expect("NEEDS A SECOND PERSON")
        lab.badge(luca)
        lab.scan(bag)
        lab.done("Thaw the bag")
        lab.page.locator("#countdown[data-state='running']", has_text="End the infusion").wait_for()
        bed.badge(ines)
        for who in (ines, ivan):
            bed.scan(WRISTBAND, bag)
            bed.expect("NEEDS YOUR PIN", "Enter your PIN to sign")
            bed.sign(who.pin)
            if who is ines:
                bed.expect("NEEDS A SECOND PERSON")
                bed.badge(ivan)
        bed.done("Check at the bedside")
        bed.badge(ines)
        bed.scan(WRISTBAND, bag)
        bed.done("Start the infusion")
        self.house.clock.wait(minutes=14)
        bed.scan(bag)
        bed.enter(volume="48")
        bed.done("End the infusion")


def test_a_journey_from_enrolment_to_infusion(house):
    journey = Journey(house)
    journey.enrol()
    journey.collect()
    journey.travel()
    journey.manufacture()
    journey.return_home()
    journey.treat()
    page = house.desk(journey.member("Olga"))  # her first session ended days ago
    page.get_by_role("link", name=journey.coi_id).click()
    page.get_by_role("heading", name="Genealogy").wait_for()
    assert page.get_by_text("“End the infusion” complete").count() == 1
    assert page.locator(".tag-infused").count() == 1
    assert page.locator(".custody li").count() == 6
