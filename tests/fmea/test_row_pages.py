"""One row for reading: what it says, who scored it, how far apart, what was decided, what happened to it."""

from fmea.rules.worksheet import Decision
from tests.fmea.board import CODE
from tests.fmea.http import text

PAGE = f"/risk/{CODE}/rows/R1/"


def test_a_row_says_its_texts_its_controls_and_its_scores(board, as_):
    shown = as_("Ana").get(PAGE)
    page = text(shown)
    for said in (
        "Wrong bag in the shipper",
        "Another patient&#x27;s cells arrive.",
        "Packed is expected.",
        "a stop or a hint at the stations: wrong container",
        "As seen since 2024.",
        "Level 10",
        "Refused at a station: <strong>wrong container</strong>",
        "at pack out",
    ):
        assert said in page, said
    (_severity, occurrence, detection) = shown.context["shown"].scores
    assert occurrence.votes == (("Ada", 3), ("Ben", 4))
    assert occurrence.middle == 3.5
    assert not occurrence.is_far_apart
    assert detection.look_again.isoformat() == "2027-03-01"


def test_the_risk_that_is_left_is_asked_for_and_then_shown_as_it_was_signed(board, as_):
    assert "Nobody has yet." in text(as_("Ana").get(PAGE))
    board.decide("R1", Decision.ACCEPTED)
    page = text(as_("Ana").get(PAGE))
    assert "Seen by the bench and by QA." in page
    assert board.member("Bob").name in page
    board.type("R1", "cause", "Three pick-ups in one hour")
    assert "it has to be decided on again" in text(as_("Ana").get(PAGE))
    assert "no decision has to be signed" in text(as_("Ana").get(f"/risk/{CODE}/rows/R2/"))


def test_the_history_of_a_row_is_its_own(board, as_):
    board.type("R2", "cause", "Elsewhere")
    assert "Nothing has changed since the worksheet began." in text(as_("Ana").get(PAGE))
    board.type("R1", "cause", "Here")
    board.decide("R1")
    lines = as_("Ana").get(PAGE).context["lines"]
    assert [it.event.split(":")[1] for it in lines][:1] == ["residual"]
    assert [it.event for it in lines][-1] == "fmea:sheet:edited"


def test_neighbours_are_one_step_away(board, as_):
    page = text(as_("Ana").get(PAGE))
    assert f'href="/risk/{CODE}/rows/R2/" rel="next"' in page
    assert 'rel="prev"' not in page


def test_a_row_leads_on_to_what_is_done_about_it(board, as_):
    page = text(as_("Amir").get(PAGE))
    ways = (f"/risk/{CODE}/actions/plan/?row=R1", f"/risk/{CODE}/scoring/?row=R1", f"{PAGE}residual/")
    for way in ways:
        assert f'href="{way}"' in page, way
        assert as_("Amir").get(way).status_code == 200, way
    assert "/actions/plan/" not in text(as_("Ana").get(PAGE)), "she plans none"


def test_a_row_that_is_not_there_is_not_found(board, as_):
    text(as_("Ana").get(f"/risk/{CODE}/rows/R7/"), 404)
