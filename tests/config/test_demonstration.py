"""What the demonstration leaves for its visitors: sign-ins, and every card in one file."""

import json
import stat
from datetime import timedelta

import pytest
from django.core.management import call_command

from config.demonstration import loading, sheet
from config.demonstration.player import Player
from ledger.models import Entry
from tests.config.mistakes_given import given_slips, players_of


@pytest.fixture
def folder(journeys, settings, tmp_path):
    """The folder of a demonstration that was loaded before there was a file of cards."""
    settings.DEMO_DIR = str(tmp_path)
    (tmp_path / "demo.json").write_text(json.dumps(sheet.as_data(journeys.demo)))
    return tmp_path


def test_the_cards_are_written_once_for_their_owner_alone(folder):
    call_command("load_demo")
    cards = folder / "cards.pdf"
    assert cards.read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE(cards.stat().st_mode) == 0o600
    printed = Entry.objects.filter(event="people:badge:printed")
    assert set(printed.values_list("site", flat=True)) == {"CELLS", "NORTH", "SOUTH", "SWIFT"}
    cards.write_bytes(b"printed")
    call_command("load_demo")
    assert cards.read_bytes() == b"printed"
    assert printed.count() == 4


def test_the_sheet_names_badges_that_exist(folder, journeys):
    call_command("load_demo")
    text = (folder / "sign-ins.txt").read_text()
    ada, ines = (next(line for line in text.splitlines() if name in line) for name in ("Ada", "Ines"))
    assert "badge none" in ada
    assert journeys.demo.member("Ines").badge in ines


def test_bands_outlive_the_process_that_made_them(journeys):
    journeys.demo.wristbands["CHX"] = "VWX"
    try:
        assert sheet.from_data(sheet.as_data(journeys.demo)).wristbands == {"CHX": "VWX"}
    finally:
        journeys.demo.wristbands.clear()
    older = sheet.as_data(journeys.demo)
    del older["wristbands"]
    assert sheet.from_data(older).wristbands == {}


@pytest.mark.parametrize("stopped_after", [7, len(loading.STAGES)])
def test_a_history_that_was_interrupted_goes_on(journeys, stopped_after):
    """Whatever was played is there already: the labels on the bags have changed since, and that hinders nothing."""

    def play(stages):
        begun = journeys.demo.now + timedelta(days=1)
        player = Player(journeys.demo, begun, name="interrupted 7", is_deterministic=True)
        player.slips, player.others = given_slips(0), players_of(journeys)
        player.enrol(907)
        for stage, wait in stages:
            stage(player)
            player.wait(hours=wait)
        return player

    first = play(loading.STAGES[:stopped_after])
    made = Entry.objects.count()
    second = play(loading.STAGES[:stopped_after])
    assert Entry.objects.count() == made, "nothing is played twice"
    assert (second.now, second.coi_id, second.answers) == (first.now, first.coi_id, first.answers)
    if stopped_after < len(loading.STAGES):
        for stage, wait in loading.STAGES[stopped_after:]:
            stage(second)
            second.wait(hours=wait)
        assert {c.status for c in second.containers("product_bag")} <= {"infused", "closed"}
