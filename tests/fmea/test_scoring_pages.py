"""Pages on which a team scores: who is offered what, what nobody sees before its time, what everybody reads."""

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from config.demonstration.site import PASSWORD
from fmea import services
from fmea.rules.cells import Table
from fmea.rules.editing import Insert
from fmea.rules.scales import ScaleKind
from fmea.selectors.scoring import Standing, rounds_of
from tests.fmea.board import CODE, Board, a_board
from tests.fmea.http import post
from tests.fmea.teams import RATINGS, TEAM, agreed, begun, found, opened, scored

As = Callable[[str], Client]
API = f"/api/v1/worksheets/{CODE}/rounds/"
SECRET = "Only Bob has seen this in the shipper"


def page(client: Client, id: UUID) -> str:
    answer = client.get(reverse("fmea:round", args=[CODE, id]))
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def act(client: Client, id: UUID, what: str, **fields: object):
    url = reverse(f"fmea:{what}", args=[CODE, id])
    return client.post(url, {"request_id": str(uuid4()), **fields})


def offered(shown: str) -> set[str]:
    """The steps whose forms are on a page."""
    return set(re.findall(r'action="/risk/[^/]+/scoring/[^/]+/(\w+)/"', shown))


def rated(**ratings: int) -> dict[str, object]:
    return {"severity": 9, "occurrence": 4, "detection": 3, "why": "Seen", **ratings}


def test_rounds_are_begun_for_several_rows_at_once(board: Board, as_: As) -> None:
    amir = as_("Amir")
    url, team = reverse("fmea:rounds", args=[CODE]), [board.member(name).user_id for name in TEAM]
    sent = {"request_id": str(uuid4()), "rows": ["R1", "R2"], "team": team}
    assert amir.post(url, sent).status_code == 302
    assert {it.row for it in rounds_of(board.sheet)} == {"R1", "R2"}
    assert amir.post(url, sent).status_code == 302
    assert len(rounds_of(board.sheet)) == 2, "the same request once"
    shown = amir.get(url).content.decode()
    assert "There is no row that could be scored now." in shown
    assert shown.count("○ scored blind") == 2
    assert "2 rows are scored now" in shown


def test_a_row_that_is_scored_already_is_told_and_the_others_are_begun(board: Board, as_: As) -> None:
    begun(board)
    sent = {"rows": ["R1", "R2"], "team": [board.member(name).user_id for name in TEAM]}
    amir, url = as_("Amir"), reverse("fmea:rounds", args=[CODE])
    shown = amir.post(url, {"request_id": str(uuid4()), **sent}, follow=True).content.decode()
    assert "R1: This row is being scored already." in shown
    assert "1 row is scored now" in shown
    few = amir.post(url, {"request_id": str(uuid4()), "rows": ["R2"], "team": sent["team"][:1]})
    assert few.status_code == 422
    assert "A team is at least two people" in few.content.decode()
    assert 'value="R2" checked' not in few.content.decode(), "R2 is being scored: it is not offered"


def test_the_people_of_the_worksheet_are_chosen_already_and_only_editors_begin(demo, time_machine) -> None:
    board = a_board(demo, team=[{"person": demo.member("Leo").name}])
    time_machine.move_to(board.player.now, tick=False)
    client = Client()
    client.login(username=board.member("Amir").username, password=PASSWORD)
    form = client.get(reverse("fmea:rounds", args=[CODE])).context["form"]
    assert form["team"].value() == [board.member("Leo").user_id]
    assert board.member("Iris").name not in [it[1] for it in form.fields["team"].choices], "she audits"
    ana = Client()
    ana.login(username=board.member("Ana").username, password=PASSWORD)
    assert ana.get(reverse("fmea:rounds", args=[CODE])).context["form"] is None
    sent = {"request_id": str(uuid4()), "rows": ["R1"], "team": [board.member(name).user_id for name in TEAM]}
    assert ana.post(reverse("fmea:rounds", args=[CODE]), sent).status_code == 403


def test_each_is_offered_their_own_step(board: Board, as_: As) -> None:
    id = begun(board)
    assert offered(page(as_("Amir"), id)) == {"score", "abandon"}
    assert offered(page(as_("Leo"), id)) == {"score"}
    assert offered(page(as_("Rosa"), id)) == set(), "she is not of the team"
    scored(board, id, "Bob")
    scored(board, id, "Leo")
    shown = page(as_("Amir"), id)
    assert offered(shown) == {"score", "open", "abandon"}
    assert f"Missing: {board.member('Amir').name}." in shown


def test_a_round_goes_from_its_work_to_the_sheet(board: Board, as_: As) -> None:
    id = begun(board)
    address = reverse("fmea:round", args=[CODE, id])
    work = as_("Leo").get(reverse("people:work")).content.decode()
    assert "A team scores a risk" in work
    assert as_("Leo").get(reverse("fmea:round_by_id", args=[id])).headers["Location"] == address
    assert reverse("fmea:round_by_id", args=[id]) in work
    assert "the team scores blind" in page(as_("Leo"), id), "its history begins with its beginning"
    for name, rating in zip(TEAM, (3, 4, 8), strict=True):
        assert act(as_(name), id, "hand_in_score", **rated(occurrence=rating)).status_code == 302
    assert act(as_("Amir"), id, "open_scores").status_code == 302
    shown = page(as_("Leo"), id)
    assert "Far apart: 3 to 8." in shown
    assert "All gave 9." in shown
    assert 'aria-label="Occurrence: 3, 4, 8; in the middle 4."' in shown
    assert act(as_("Amir"), id, "agree_on_scores", **rated(occurrence=5)).status_code == 302
    for name in TEAM:
        digest = services.consensus_digest(id, found(id).round)
        sent = {"answer": "agree", "dissent": "", "seen": digest, "password": PASSWORD}
        answer = act(as_(name), id, "answer_consensus", **sent)
        assert answer.status_code == 302, answer.content.decode()
    assert found(id).standing is Standing.SETTLED
    assert board.whole.content["rows"][0]["occurrence"]["rating"] == 5
    shown = page(as_("Rosa"), id)
    assert "it stands on the sheet" in shown
    assert shown.count("✔ signed") == 3
    assert offered(page(as_("Amir"), id)) == set()


def places(id: UUID) -> list[str]:
    """Everything that a reader can ask about a round."""
    trail = reverse("people:entries")
    return [
        reverse("fmea:round", args=[CODE, id]),
        reverse("fmea:rounds", args=[CODE]),
        reverse("people:work"),
        API,
        f"{API}{id}/",
        trail,
        *(
            f"{trail}?kind={kind}&key={key}"
            for kind, key in (
                ("scoring_round", id),
                ("worksheet", CODE),
                ("worksheet_row", f"{CODE}:R1"),
                ("document", f"fmea_worksheet:{CODE}"),
            )
        ),
    ]


@pytest.mark.parametrize("is_given_up", [False, True])
def test_a_blind_score_is_read_nowhere_before_it_is_shown(
    board: Board, as_: As, *, is_given_up: bool
) -> None:
    """The lead and whoever reads the trail may well look, and a score that was seen is no second opinion."""
    id = begun(board)
    bob = board.member("Bob").user_id
    doing = board.doing("Bob")
    services.hand_in_score(id=id, ratings={ScaleKind.OCCURRENCE: 7}, why=SECRET, **doing)
    if is_given_up:
        services.abandon_round(id=id, reason="Another team", **board.doing("Amir"))
    for name in ("Amir", "Leo", "Rosa", "Iris"):
        client = as_(name)
        for place in places(id):
            told = client.get(place)
            text = told.content.decode()
            assert SECRET not in text, (name, place)
            assert not re.search(r"occurrence\W{1,12}7\b", text), (name, place)
            assert str(doing["request_id"]) not in text, "with it the digest of the request could be guessed"
        told = client.get(f"{API}{id}/").json()
        assert (told["scores"], told["spread"], told["consensus"]) == ([], {}, None)
        assert {it["person"] for it in told["team"] if it["has_scored"]} == {bob}
    assert SECRET in as_("Bob").get(f"{API}{id}/").content.decode(), "their own"


def test_one_sees_ones_own_score_and_changes_it(board: Board, as_: As) -> None:
    id = begun(board)
    scored(board, id, "Bob", 7)
    shown = as_("Bob").get(reverse("fmea:round", args=[CODE, id]))
    assert shown.context["forms"]["score"]["occurrence"].value() == 7
    assert as_("Leo").get(reverse("fmea:round", args=[CODE, id])).context["forms"]["score"].initial == {}
    half = act(as_("Bob"), id, "hand_in_score", severity=9, why="x")
    assert half.status_code == 422
    assert half.content.decode().count("Choose a rating, or the last line.") == 2, (
        "nothing is left out unseen"
    )
    none = act(as_("Bob"), id, "hand_in_score", **rated(severity=0, occurrence=0, detection=0))
    assert "Rate on at least one scale." in none.content.decode()
    assert found(id).round.scores[str(board.member("Bob").user_id)].ratings[ScaleKind.OCCURRENCE] == 7


def test_what_nobody_had_given_is_asked_for_twice(board: Board, as_: As) -> None:
    id = opened(board)
    sent = rated(occurrence=8)
    asked = act(as_("Amir"), id, "agree_on_scores", **sent)
    assert asked.status_code == 422
    assert "Nobody had given this rating: Occurrence." in asked.content.decode()
    assert found(id).standing is Standing.OPEN
    assert act(as_("Amir"), id, "agree_on_scores", **sent, is_meant="on").status_code == 302
    assert "Nobody had given this rating." in page(as_("Leo"), id)
    less = act(as_("Amir"), id, "agree_on_scores", **(rated() | {"why": ""}))
    assert "Say why the team agrees on this." in less.content.decode()


def test_whoever_does_not_agree_says_why_and_signs_it(board: Board, as_: As) -> None:
    id = agreed(board)
    sent = {"seen": services.consensus_digest(id, found(id).round), "password": PASSWORD}
    without = act(as_("Leo"), id, "answer_consensus", **sent, answer="dissent")
    assert without.status_code == 422
    both = act(as_("Leo"), id, "answer_consensus", **sent, answer="agree", dissent="Rather 6")
    assert both.status_code == 422
    wrong = act(as_("Leo"), id, "answer_consensus", **(sent | {"password": "x"}), answer="agree")
    assert "Nothing was signed" in wrong.content.decode()
    assert (
        act(as_("Leo"), id, "answer_consensus", **sent, answer="dissent", dissent="Rather 6").status_code
        == 302
    )
    assert "does not agree: Rather 6" in page(as_("Rosa"), id)
    assert offered(page(as_("Leo"), id)) == set()
    twice = act(as_("Leo"), id, "answer_consensus", **sent, answer="agree")
    assert "You have said already whether you agree." in twice.content.decode()


def test_nobody_signs_what_was_agreed_on_anew_meanwhile(board: Board, as_: As) -> None:
    id = agreed(board)
    sent = {"seen": services.consensus_digest(id, found(id).round), "answer": "agree", "password": PASSWORD}
    other = RATINGS | {ScaleKind.DETECTION: 2}
    services.agree_on_scores(id=id, ratings=other, why="The scan stops it", **board.doing("Amir"))
    answer = act(as_("Leo"), id, "answer_consensus", **sent)
    assert answer.status_code == 409
    now = services.consensus_digest(id, found(id).round)
    assert answer.context["forms"]["answer"]["seen"].value() == now, "what the page shows now"
    assert not found(id).round.consensus.signed


def test_a_round_that_is_given_up_says_so(board: Board, as_: As) -> None:
    id = begun(board)
    assert act(as_("Amir"), id, "abandon_round", reason="").status_code == 422
    assert act(as_("Amir"), id, "abandon_round", reason="Another team is asked").status_code == 302
    shown = page(as_("Leo"), id)
    assert "■ given up" in shown
    assert "Another team is asked" in shown
    late = act(as_("Leo"), id, "hand_in_score", **rated())
    assert (late.status_code, "This round of scoring is over" in late.content.decode()) == (409, True)
    assert "■ given up" in as_("Leo").get(reverse("fmea:rounds", args=[CODE])).content.decode()


def test_somebody_elsewhere_finds_nothing(board: Board, as_: As) -> None:
    id, olga = begun(board), as_("Olga")
    for url in (*places(id)[:2], reverse("fmea:round_by_id", args=[id]), API, f"{API}{id}/"):
        assert olga.get(url).status_code == 404, url
    assert as_("Leo").get(reverse("fmea:round", args=[CODE, uuid4()])).status_code == 404
    assert act(olga, id, "hand_in_score", **rated()).status_code == 404


def test_reading_costs_a_fixed_number_of_statements(
    board: Board, as_: As, django_assert_max_num_queries
) -> None:
    begun(board)
    begun(board, row="R2")
    for again in range(2):
        leo = as_("Leo")
        with django_assert_max_num_queries(16):
            leo.get(reverse("fmea:rounds", args=[CODE]))
        with django_assert_max_num_queries(12):
            leo.get(API)
        if not again:
            board.edit(*(Insert(Table.ROWS, f"N{n}", {"mode": "Another"}, after="R2") for n in range(6)))
            for n in range(6):
                begun(board, row=f"N{n}")


def test_a_round_over_http(board: Board, as_: As) -> None:
    team = [board.member(name).user_id for name in TEAM]
    made = post(as_("Amir"), API, row="R1", team=team)
    assert made.status_code == 201, made.content
    address = f"{API}{made.json()['id']}/"
    for name, rating in zip(TEAM, (3, 4, 6), strict=True):
        ratings = {"severity": 9, "occurrence": rating}
        told = post(as_(name), f"{address}scores/", ratings=ratings, why="Seen").json()
        assert (told["outcome"], len(told["round"]["scores"])) == ("accepted", 1), "their own alone"
    assert post(as_("Leo"), f"{address}open/").json()["refusals"][0]["code"] == "not_the_lead"
    told = post(as_("Amir"), f"{address}open/").json()["round"]
    assert told["spread"]["occurrence"] == {"low": 3, "high": 6, "median": 4.0, "is_far_apart": True}
    assert len(told["scores"]) == 3
    ratings = {"severity": 9, "occurrence": 7}
    told = post(as_("Amir"), f"{address}consensus/", ratings=ratings, why="Talked").json()["round"]
    assert told["consensus"]["outside"] == ["occurrence"]
    for name in TEAM:
        sent = {"seen": told["consensus"]["seen"], "password": PASSWORD}
        assert post(as_(name), f"{address}answer/", **sent).json()["outcome"] == "accepted"
    assert as_("Leo").get(address).json()["state"] == "settled"
    assert as_("Leo").get(API).json()["rounds"][0]["consensus"]["signed"]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"ratings": "not_an_object"}),
        ({"ratings": {"severity": 11}}, {"ratings.severity": "not_a_rating"}),
        ({"ratings": {"severity": True}}, {"ratings.severity": "not_a_rating"}),
        ({"ratings": {"speed": 3}}, {"ratings.speed": "unknown_field"}),
        ({"ratings": {}, "vote": 3}, {"vote": "unknown_field"}),
    ],
)
def test_what_a_program_sends_wrong_is_told_by_field(board: Board, as_: As, body, wrong) -> None:
    id = begun(board)
    answer = post(as_("Leo"), f"{API}{id}/scores/", **body)
    assert (answer.status_code, answer.json()["detail"]["fields"]) == (422, wrong)
