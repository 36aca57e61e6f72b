"""Pages around a worksheet: all of them, a new one, one for reading with its rows in order, and its signature."""

from typing import Any

import pytest
from django.urls import reverse

from config.demonstration.site import PASSWORD, PLANT, PRODUCT
from fmea import services
from fmea.rules.cells import Table
from fmea.rules.editing import Insert
from fmea.rules.scales import ScaleKind
from fmea.rules.writing import TypeText
from fmea.selectors.sheets import sheet, whole_draft
from fmea.selectors.versions import standing_of
from people import selectors as people
from people.rules.documents import DocumentState
from tests.coi.test_query_counts import statements
from tests.fmea.board import CODE, Board
from tests.fmea.http import text
from tests.fmea.rules.given import WRONG_BAG

HOME = "/risk/"
PAGE = f"/risk/{CODE}/"


def more_rows(board: Board, count: int) -> None:
    """Rows like the first one, behind it."""
    made = [
        Insert(Table.ROWS, f"M{n}", {**WRONG_BAG, "code": f"M{n}", "mode": f"Mode {n}"}, "R2")
        for n in range(count)
    ]
    board.edit(*made)


# --- all worksheets --------------------------------------------------------------------------------------------------


def test_without_a_worksheet_the_page_leads_to_the_first_one(demo, time_machine, client):
    time_machine.move_to(demo.now, tick=False)
    for name, may_begin in (("Bob", True), ("Ana", False)):
        assert client.login(username=demo.member(name).username, password=PASSWORD)
        page = text(client.get(HOME))
        assert "There is no worksheet yet" in page
        assert (reverse("fmea:new") in page) is may_begin


def test_the_list_says_how_far_a_worksheet_is_and_what_is_next(board, as_):
    page = text(as_("Ana").get(HOME))
    assert "From collection to infusion" in page
    assert "being written; nothing is in effect yet" in page
    assert "2 rows" in page
    assert "2027-03-01" in page, "the first score that is looked at again, not the worksheet's own day"
    assert "Finish it and hand it to review." in page
    assert reverse("fmea:new") not in page
    board.type("R2", "occurrence.rating", "")
    assert "1 without a score" in text(as_("Ana").get(HOME))


def test_what_is_late_is_said_and_comes_first(board, as_):
    services.open_sheet(
        code="AAA",
        site=PLANT,
        content={**content_of(board), "look_again": "2099-01-01"},
        **board.doing("Amir"),
    )
    board.type("R1", "severity.look_again", "2020-01-01")
    page = text(as_("Ana").get(HOME))
    assert "1 of 2 worksheets has something late." in page
    assert page.index(CODE) < page.index("AAA")
    assert "Look again at the scores that are due." in page


def content_of(board: Board) -> dict[str, Any]:
    found = whole_draft(board.sheet).content()
    for row in found["rows"]:
        for kind in ScaleKind:
            row[kind].pop("look_again", None)
    return found


def test_a_worksheet_of_another_site_is_neither_listed_nor_shown(board, as_):
    julia = as_("Julia")
    assert CODE not in text(julia.get(HOME))
    for path in (PAGE, f"{PAGE}versions/", f"{PAGE}rows/R1/"):
        text(julia.get(path), 404)


def test_reading_costs_the_same_however_many_rows_there_are(board, as_):
    bob, paths = as_("Bob"), (HOME, PAGE, f"{PAGE}rows/R1/", f"{PAGE}versions/")
    before = [len(statements(lambda path=path: bob.get(path))[0]) for path in paths]
    more_rows(board, 30)
    bob = as_("Bob")
    after = [len(statements(lambda path=path: bob.get(path))[0]) for path in paths]
    assert after == before
    assert max(after) <= 16, after


# --- a new one -------------------------------------------------------------------------------------------------------


def begun(client, **more: Any) -> Any:
    page = client.get(reverse("fmea:new"))
    asked = {"title": "Freezing", "code": "FRZ-1", "product": PRODUCT, "site": PLANT, "like": ""}
    request_id = page.context["form"]["request_id"].value()
    return client.post(reverse("fmea:new"), asked | {"request_id": request_id} | more)


def test_a_new_worksheet_begins_with_ten_words_on_each_scale(board, as_):
    answer = begun(as_("Leo"))
    assert answer.status_code == 302
    found = sheet("FRZ-1")
    assert found is not None
    levels = found.header["scales"]
    assert {len(levels[kind]["levels"]) for kind in ScaleKind} == {10}
    assert all(it["text"] for kind in ScaleKind for it in levels[kind]["levels"])
    assert levels["occurrence"]["levels"][4]["up_to"] == "0.002"
    assert "There are no rows yet" in text(as_("Leo").get("/risk/FRZ-1/"))


def test_a_copy_takes_rows_and_reasons_and_neither_names_nor_decisions(board, as_):
    board.decide("R1")
    assert begun(as_("Leo"), like=CODE).status_code == 302
    found = sheet("FRZ-1")
    assert found is not None
    row = whole_draft(found).tables[Table.ROWS]["R1"]
    assert row["severity"] == {"rating": 10, "why": "As seen since 2024."}
    assert row["occurrence"] == {"rating": 3, "why": "As seen since 2024."}
    assert "residual" not in row
    assert found.title == "Freezing"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"code": "new"}, "This word is not free as a code"),
        ({"code": "a/b"}, "A code has letters"),
        ({"code": CODE}, "There is a worksheet with this code already"),
        ({"title": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_with_a_new_worksheet_is_said(board, as_, given, said):
    answer = begun(as_("Leo"), **given)
    assert said in text(answer, answer.status_code)
    assert answer.status_code in {409, 422}
    assert sheet("FRZ-1") is None


def test_whoever_writes_none_begins_none(board, as_):
    ana = as_("Ana")
    assert "Worksheets are begun by quality" in text(ana.get(reverse("fmea:new")))
    assert begun(ana).status_code == 422
    assert sheet("FRZ-1") is None


# --- one for reading -------------------------------------------------------------------------------------------------


def test_a_worksheet_says_what_keeps_it_from_being_signed_and_where(board, as_):
    page = text(as_("Amir").get(PAGE))
    assert "1 thing to do before it can be signed" in page
    assert "somebody signs what becomes of the risk that is left" in page
    assert f'href="{PAGE}rows/R1/"' in page
    assert "Sign and hand to review" not in page


def test_a_worksheet_leads_to_all_that_belongs_to_it(board, as_):
    page = text(as_("Amir").get(PAGE))
    for way in (
        "sheet",
        "actions",
        "scoring",
        "residual",
        "evidence",
        "ranking",
        "versions",
        "scales",
        "files",
    ):
        assert f'href="{PAGE}{way}/"' in page, way


def test_rows_are_in_the_order_of_priority_and_severity_and_not_of_the_number(board, as_):
    board.edit(
        Insert(
            Table.ROWS,
            "R3",
            {
                **WRONG_BAG,
                "code": "R3",
                "mode": "Small",
                "severity": {"rating": 3},
                "detection": {"rating": 10},
            },
            "R2",
        ),
        TypeText(Table.ROWS, "R3", "occurrence.rating", "7"),
    )
    shown = as_("Ana").get(PAGE)
    assert [it.code for it in shown.context["rows"]] == ["R1", "R2", "R3"]
    numbers = [it.now.rpn for it in shown.context["rows"]]
    assert numbers == [150, 120, 210]
    assert "A threshold on the number would put them the wrong way round." in text(shown)


def test_rows_that_share_a_number_are_named_in_place(board, as_):
    board.edit(
        Insert(Table.ROWS, "R3", {**WRONG_BAG, "code": "R3", "severity": {"rating": 10}}, "R2"),
        TypeText(Table.ROWS, "R3", "occurrence.rating", "2"),
        TypeText(Table.ROWS, "R3", "detection.rating", "6"),
    )
    found = as_("Ana").get(PAGE).context["arithmetic"]
    assert [(it.product, [code for code, *_ in it.rows]) for it in found.ties] == [(120, ["R3", "R2"])]
    assert found.facts.distinct == 120


def test_a_row_without_a_score_stands_last_and_says_so(board, as_):
    board.type("R1", "severity.rating", "")
    rows = as_("Ana").get(PAGE).context["rows"]
    assert [(it.code, it.place, it.now.rpn) for it in rows] == [("R2", 1, 120), ("R1", None, None)]


# --- its signature ---------------------------------------------------------------------------------------------------


def signed(client, **more: Any) -> Any:
    form = client.get(PAGE).context["form"]
    asked = {name: form[name].value() for name in ("request_id", "revision")}
    return client.post(f"{PAGE}submit/", asked | {"password": PASSWORD} | more)


def test_the_author_signs_with_a_password_and_the_sheet_rests(board, as_):
    board.decide("R1")
    amir = as_("Amir")
    assert "Ready to be signed" in text(amir.get(PAGE))
    assert "Your password" in text(signed(amir, password="wrong"), 403)
    assert [it.state for it in people.versions_of("fmea_worksheet", CODE)] == [DocumentState.DRAFT]
    assert "Why it changes" not in text(amir.get(PAGE)), "the first version changes nothing"
    assert signed(amir).status_code == 302
    page = text(as_("Amir").get(PAGE))
    assert "Being signed" in page
    assert "Sign and hand to review" not in page
    assert "being signed: waits for its review" in text(as_("Bob").get(HOME))


def test_what_changed_after_it_was_read_is_not_signed(board, as_):
    board.decide("R1")
    amir = as_("Amir")
    revision = amir.get(PAGE).context["form"]["revision"].value()
    board.type("R2", "mode", "Changed meanwhile", by="Bob")
    answer = signed(as_("Amir"), revision=revision)
    assert "Somebody changed the sheet meanwhile." in text(answer, 409)


def test_only_whoever_writes_worksheets_is_asked_to_sign(board, as_):
    board.decide("R1")
    assert as_("Ana").get(PAGE).context["form"] is None
    assert "Quality or a supervisor may sign it" in text(as_("Ana").get(PAGE))


def test_the_next_version_asks_why_and_the_page_counts_what_differs(board, as_):
    board.decide("R1")
    board.in_effect(board.submit())
    board.type("R2", "cause", "The bag is thawed late.")
    standing = standing_of(board.whole, board.player.now)
    assert standing.cells == 1
    amir = as_("Amir")
    page = text(amir.get(PAGE))
    assert "1 cell differs from what is in effect" in page
    assert "Why it changes" in page
    assert "This field is required" in text(signed(amir), 422)
    assert signed(amir, reason="Looked at again").status_code == 302
