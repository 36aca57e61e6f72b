"""The pages of risks that are left: what is decided, by whom, whether it still holds, and how it is signed."""

from collections.abc import Callable
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from config.demonstration.site import PASSWORD
from fmea.rules.cells import Table
from fmea.rules.residual import risk_digest
from fmea.rules.worksheet import Decision
from fmea.selectors.sheets import whole_draft
from people import selectors as people
from people.rules.signatures import Meaning
from tests.fmea.board import CODE, Board
from tests.fmea.http import post

As = Callable[[str], Client]
LIST = reverse("fmea:residuals", args=[CODE])
ROW = reverse("fmea:residual", args=[CODE, "R1"])
API = f"/api/v1/worksheets/{CODE}/"


def digest(board: Board, row: str = "R1") -> str:
    return risk_digest(CODE, whole_draft(board.sheet).tables[Table.ROWS][row])


def sign(client: Client, board: Board, **more: object):
    own = {
        "request_id": str(uuid4()),
        "decision": "accepted",
        "why": "Seen by the bench and by QA.",
        "seen": digest(board),
        "password": PASSWORD,
    }
    return client.post(ROW, own | more)


def listed(client: Client) -> str:
    return str(client.get(LIST).content.decode())


def test_the_gravest_rows_wait_until_somebody_decides(board: Board, as_: As) -> None:
    bob = as_("Bob")
    shown = listed(bob)
    assert "1 to be decided" in shown
    assert "Wrong bag in the shipper" in shown
    assert "Infused after the time limit" not in shown, "its severity is 6"
    assert sign(bob, board).status_code == 302
    shown = listed(bob)
    assert "to be decided" not in shown
    assert "✔ decided" in shown
    assert "<strong>Accepted</strong>" in shown
    assert board.member("Bob").name in shown
    signature = people.signature(board.whole.residuals["R1"].signature)
    assert signature is not None
    assert signature.meaning is Meaning.RESPONSIBILITY


def test_a_row_that_changed_says_so(board: Board, as_: As) -> None:
    board.decide("R1", Decision.NOT_ACCEPTED)
    assert '<strong class="bad">Not accepted</strong>' in listed(as_("Leo"))
    board.type("R1", "cause", "Three pick-ups in one hour")
    assert "the row changed since: decide again" in listed(as_("Leo"))
    assert "Decided before the row changed" in as_("Bob").get(ROW).content.decode()


def test_what_each_decision_means_is_said_to_whoever_decides(board: Board, as_: As) -> None:
    shown = as_("Bob").get(ROW).content.decode()
    assert "More has to be done first" in shown
    assert "until an action of this row is done" in shown
    assert "Level 10" in shown, "the rating in the words of the scale"
    for name in ("Amir", "Ana"):
        shown = as_(name).get(ROW).content.decode()
        assert "Quality of the site decides" in shown
        assert 'name="password"' not in shown
    assert sign(as_("Amir"), board).status_code == 403
    assert not board.whole.residuals


def test_nobody_signs_a_row_that_changed_under_their_hands(board: Board, as_: As) -> None:
    seen = digest(board)
    board.type("R1", "severity.rating", "9")
    answer = sign(as_("Bob"), board, seen=seen)
    assert answer.status_code == 409
    assert "Nothing was done: look at it again." in answer.content.decode()
    form = answer.context["form"]
    assert form["seen"].value() == digest(board)
    assert form["why"].value() == "Seen by the bench and by QA.", "nothing that was written is lost"
    assert form["password"].value() is None or PASSWORD not in answer.content.decode()


def test_what_is_wrong_is_told_at_its_field(board: Board, as_: As) -> None:
    bob = as_("Bob")
    wrong = sign(bob, board, password="x")
    assert "Nothing was signed" in wrong.content.decode()
    for more, field in (({"why": ""}, "why"), ({"decision": "perhaps"}, "decision")):
        answer = sign(bob, board, **more)
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
    assert not board.whole.residuals


def test_while_a_version_is_signed_nothing_is_decided(board: Board, as_: As) -> None:
    board.decide("R1")
    board.submit()
    shown = as_("Bob").get(ROW).content.decode()
    assert "nothing is decided until that is over" in shown
    assert 'name="password"' not in shown
    assert sign(as_("Bob"), board).status_code == 409


def test_somebody_elsewhere_finds_nothing(board: Board, as_: As) -> None:
    olga = as_("Olga")
    assert [olga.get(url).status_code for url in (LIST, ROW, f"{API}residuals/")] == [404] * 3
    assert as_("Bob").get(reverse("fmea:residual", args=[CODE, "R9"])).status_code == 404


def decide(client: Client, **body: object):
    return post(client, f"{API}rows/R1/residual/", **{"why": "Seen.", "password": PASSWORD} | body)


def test_decisions_over_http(board: Board, as_: As) -> None:
    bob = as_("Bob")
    (told,) = bob.get(f"{API}residuals/").json()["residuals"]
    assert (told["row"], told["ratings"]["severity"], told["decided"]) == ("R1", 10, None)
    assert decide(bob, decision="perhaps", seen=told["seen"]).json()["detail"]["fields"] == {
        "decision": "not_a_choice"
    }
    assert decide(as_("Amir"), decision="accepted", seen=told["seen"]).status_code == 403
    assert decide(bob, decision="accepted", seen="0" * 64).status_code == 409
    done = decide(bob, decision="accepted", seen=told["seen"])
    assert done.status_code == 200, done.content
    assert done.json()["decided"]["is_current"]
    (again,) = bob.get(f"{API}residuals/").json()["residuals"]
    assert again == done.json()


def test_reading_costs_a_fixed_number_of_statements(
    board: Board, as_: As, django_assert_max_num_queries
) -> None:
    for name in ("Bob", "Ana"):
        reader = as_(name)
        for url in (LIST, ROW, f"{API}residuals/"):
            with django_assert_max_num_queries(14):
                assert reader.get(url).status_code == 200
