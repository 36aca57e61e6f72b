"""A team scores a row: blind, in sight of all, agreed on and signed; and what stands on the sheet then."""

from itertools import product
from uuid import UUID, uuid4

import pytest

from fmea import services
from fmea.events import Event
from fmea.rules.scales import ScaleKind
from fmea.rules.team import RoundState, TeamRefusal, seen_by
from fmea.selectors.scoring import rounds_of
from fmea.services.scoring import RECORD_KIND
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import selectors as people
from people.rules.signatures import Meaning
from qc.services.recording import asking
from tests.fmea.board import CODE, Board
from tests.fmea.teams import RATINGS, TEAM, agreed, answered, begun, found, scored
from tests.ledger.given import verify


def waits_for(board: Board, id: UUID) -> set[int | None]:
    return {it.user_id for it in people.open_work_about(RECORD_KIND, str(id))}


def test_blind_scores_are_seen_by_nobody_else_before_the_round_is_opened(board: Board) -> None:
    id = begun(board)
    scored(board, id, "Bob", 7)
    amir, bob = (str(board.member(name).user_id) for name in ("Amir", "Bob"))

    assert seen_by(found(id).round, amir) == {}
    assert set(seen_by(found(id).round, bob)) == {bob}
    told = [it.facts for it in ledger.entries_for_subject(RECORD_KIND, str(id))]
    assert all("ratings" not in facts for facts in told), "the trail tells nobody either"


def test_the_digest_of_what_was_asked_gives_no_rating_away(board: Board) -> None:
    """Ten ratings on three scales are a thousand guesses; whoever reads the trail may try them all."""
    id, doing = begun(board), board.doing("Bob")
    services.hand_in_score(id=id, ratings=RATINGS, why="", **doing)
    (entry,) = ledger.entries_of_events([Event.SCORE_HANDED_IN])
    told = set(entry.facts.values())

    def digests(**more: object) -> set[str]:
        rated = (dict(zip(ScaleKind, it, strict=True)) for it in product(range(1, 11), repeat=3))
        nobody, where = doing["actor"], doing["where"]
        asked = (
            asking(nobody, where, doing["now"], doing["request_id"], id=id, ratings=it, why="", **more)
            for it in rated
        )
        return {it.asked for it in asked}

    assert not told & digests()
    assert told & digests(own=doing["request_id"]), (
        "these are the guesses: with the request's id they would do"
    )


def test_each_of_the_team_is_asked_and_no_longer_once_they_have_scored(board: Board) -> None:
    id = begun(board)
    assert waits_for(board, id) == {board.member(name).user_id for name in TEAM}
    scored(board, id, "Bob")
    assert waits_for(board, id) == {board.member(name).user_id for name in ("Amir", "Leo")}


def test_a_score_is_changed_while_it_is_blind_and_not_after(board: Board) -> None:
    id = begun(board)
    scored(board, id, "Bob", 7)
    scored(board, id, "Bob", 5)
    scored(board, id, "Leo", 5)
    bob = str(board.member("Bob").user_id)
    assert found(id).round.scores[bob].ratings[ScaleKind.OCCURRENCE] == 5

    services.open_scores(id=id, **board.doing("Amir"))
    assert scored(board, id, "Bob", 9) == (TeamRefusal.NOT_BLIND,)
    (entry,) = ledger.entries_of_events([Event.ROUND_REFUSED])
    assert entry.facts["refused"] == ["not_blind"]


def test_whoever_is_not_of_the_team_does_not_score(board: Board) -> None:
    assert scored(board, begun(board), "Rosa") == (TeamRefusal.NOT_OF_THE_TEAM,)


def test_one_score_is_not_opened_and_only_by_the_lead(board: Board) -> None:
    id = begun(board)
    scored(board, id, "Bob")
    assert services.open_scores(id=id, **board.doing("Amir")) == (TeamRefusal.TOO_FEW,)
    scored(board, id, "Leo")
    assert services.open_scores(id=id, **board.doing("Bob")) == (TeamRefusal.NOT_THE_LEAD,)
    assert found(id).round.state is RoundState.BLIND


def test_what_all_have_signed_stands_on_the_sheet(board: Board) -> None:
    id = agreed(board)
    before = board.whole.content["rows"][0]["severity"]
    for name in TEAM[:2]:
        assert not answered(board, id, name)
    assert board.whole.content["rows"][0]["severity"] == before, "one is still to answer"
    assert not answered(board, id, "Leo")

    row = board.whole.content["rows"][0]
    names = [board.member(name).name for name in TEAM]
    assert [row[str(kind)]["rating"] for kind in ScaleKind] == [9, 4, 3]
    assert sorted(row["occurrence"]["by"]) == sorted(names)
    assert {it["person"]: it["rating"] for it in row["occurrence"]["votes"]} == dict(
        zip(names, (3, 4, 6), strict=True)
    )
    assert found(id).is_over
    assert not waits_for(board, id)
    assert not verify().findings


def test_whoever_does_not_agree_signs_why_and_is_not_among_the_scorers(board: Board) -> None:
    id = agreed(board)
    for name in TEAM[:2]:
        answered(board, id, name)
    assert not answered(board, id, "Leo", dissent="Rather a 6")

    assert sorted(board.whole.content["rows"][0]["occurrence"]["by"]) == sorted(
        board.member(name).name for name in TEAM[:2]
    )
    meanings = {it.printed_name: it.meaning for it in people.signatures(RECORD_KIND, str(id))}
    assert meanings[board.member("Leo").name] is Meaning.REJECTION
    assert meanings[board.member("Bob").name] is Meaning.AUTHORSHIP


def test_nobody_signs_what_they_have_not_read(board: Board) -> None:
    id = agreed(board)
    with pytest.raises(Conflict, match="content_changed"):
        answered(board, id, "Bob", seen="0" * 64)
    with pytest.raises(NotAllowed):
        answered(board, id, "Bob", credential=board.member("Leo").credential)
    assert found(id).round.waits_for


def test_what_is_agreed_on_anew_is_signed_anew(board: Board) -> None:
    id = agreed(board)
    answered(board, id, "Bob")
    services.agree_on_scores(
        id=id, ratings=RATINGS | {ScaleKind.DETECTION: 2}, why="The scan stops it", **board.doing("Amir")
    )
    assert len(found(id).round.waits_for) == 3
    assert waits_for(board, id) == {board.member(name).user_id for name in TEAM}


def test_one_round_of_a_row_at_a_time(board: Board) -> None:
    id = begun(board)
    with pytest.raises(Conflict, match="round_begun_already"):
        begun(board)
    assert not services.abandon_round(id=id, reason="Another team", **board.doing("Amir"))
    assert begun(board) != id
    with pytest.raises(Conflict, match="round_over"):
        scored(board, id, "Bob")
    assert not waits_for(board, id)


def test_a_team_is_at_least_two_people_of_the_site(board: Board) -> None:
    for team, code in (([board.member("Bob").user_id], "too_few"), ([1, 99_999], "not_of_this_site")):
        with pytest.raises(Invalid) as refused:
            services.begin_round(code=CODE, row="R1", team=team, **board.doing("Amir"))
        assert refused.value.detail["fields"] == {"team": code}
    with pytest.raises(NotFound):
        begun(board, row="R77")


def test_the_same_request_again_writes_nothing_more(board: Board) -> None:
    id = begun(board)
    doing = board.doing("Bob", uuid4())
    for _ in range(2):
        assert not services.hand_in_score(id=id, ratings=RATINGS, why="Seen", **doing)
    with pytest.raises(Conflict, match="request_id_used"):
        services.hand_in_score(id=id, ratings=RATINGS, why="Otherwise", **doing)
    assert len(ledger.entries_of_events([Event.SCORE_HANDED_IN])) == 1
    assert [it.id for it in rounds_of(board.sheet)] == [id]


def test_a_request_that_comes_again_late_ends_no_work_that_was_given_since(board: Board) -> None:
    id, scoring, agreeing = begun(board), board.doing("Bob", uuid4()), board.doing("Amir", uuid4())
    services.hand_in_score(id=id, ratings=RATINGS, why="", **scoring)
    scored(board, id, "Leo")
    services.open_scores(id=id, **board.doing("Amir"))
    everybody = {board.member(name).user_id for name in TEAM}
    for _ in range(2):
        assert not services.agree_on_scores(id=id, ratings=RATINGS, why="As read", **agreeing)
        assert waits_for(board, id) == everybody
    assert not services.hand_in_score(id=id, ratings=RATINGS, why="", **scoring)
    assert waits_for(board, id) == everybody
