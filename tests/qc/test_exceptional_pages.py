"""The page of a dossier: what is missing first, forms for who may write, the decision, and what a browser may send."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.demonstration.site import PASSWORD
from qc import selectors
from qc.rules.exceptional import DossierState, NoticeKind
from tests.qc.dossiers_given import HOUR, PDF, Desk

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Europe/Amsterdam")
# The page of a whole dossier, signed and followed up: the session and the person, the batch with its case, the dossiers
# of the batch, the treating site, the signature, the words, what its navigation asks, and the signatures of reviews of
# the trail.
PAGE = 36


@pytest.fixture
def as_(desk: Desk, time_machine) -> Callable[[str], Client]:
    """A browser in which somebody is signed in, at the hour of the story."""

    def sign_in(first_name: str) -> Client:
        time_machine.move_to(desk.lab.player.now, tick=False)
        client = Client()
        assert client.login(username=desk.lab.member(first_name).username, password=PASSWORD)
        return client

    return sign_in


def url(desk: Desk, name: str = "dossier", *more: str) -> str:
    return reverse(f"qc:{name}", args=[desk.lab.batch, *more])


def action(desk: Desk, what: str) -> str:
    return url(desk, f"dossier_{what}", desk.code)


def page(client: Client, desk: Desk) -> str:
    answer = client.get(url(desk))
    assert answer.status_code == 200
    return answer.content.decode()


def local(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%dT%H:%M}"


def sent(**more: Any) -> dict[str, Any]:
    return {"request_id": str(uuid4()), **more}


def test_a_dossier_is_written_and_approved_from_its_page(desk, as_):
    desk.conclude()
    desk.lab.player.wait(minutes=5)
    bob, pia, rosa = as_("Bob"), as_("Pia"), as_("Rosa")
    now = local(desk.lab.player.now)
    empty = page(bob, desk)
    assert "Open a dossier" in empty
    assert "61.0" in empty, "what fails is summed up before there is a dossier"
    assert pia.get(url(desk)).status_code == 404, "there is none yet"
    assert bob.post(url(desk, "open_dossier"), sent(setting="trial", is_emergency="no")).status_code == 302
    kept = selectors.dossiers_of(desk.case.dossier.batch.id)[0]
    desk.code = kept.code
    assert "no criterion is named" in page(bob, desk)
    letter = SimpleUploadedFile("letter.pdf", PDF, "application/pdf")
    steps: list[tuple[Client, str, dict[str, Any]]] = [
        (bob, "criteria", {"criteria": ["VIABILITY"]}),
        (bob, "risk", {"text": "The cells may work less."}),
        (bob, "alternatives", {"text": "There is no time."}),
        (pia, "request", {"physician": "Julia Jara", "requested_at": now, "file": letter}),
        (pia, "acceptance", {"risk_sent_at": now, "accepted_at": now, "reference": "L-2"}),
        (pia, "consent", {"is_given": "yes", "consented_at": now, "reference": "patient's file"}),
        (bob, "notice", {"kind": "sponsor", "due_at": now}),
        (bob, "notice", {"kind": "competent_authority", "sent_at": now, "reference": "CA-7"}),
    ]
    for client, what, fields in steps:
        answer = client.post(action(desk, what), sent(**fields))
        assert answer.status_code == 302, (what, answer.content.decode())
    shown = page(rosa, desk)
    for said in ("The cells may work less.", "Julia Jara", "CA-7", "waits for its decision"):
        assert said in shown
    wrong = rosa.post(action(desk, "decision"), sent(verdict="approve", password="wrong"))
    assert wrong.status_code == 403
    assert "The password is wrong" in wrong.content.decode()
    assert "wrong" not in re.findall(r'type="password"[^>]*', wrong.content.decode())[0]
    signing = {"verdict": "approve", "password": PASSWORD}
    assert rosa.post(action(desk, "decision"), sent(**signing)).status_code == 302
    assert "Signed by Rosa Reyes: approval" in page(rosa, desk)
    assert pia.post(action(desk, "follow_up"), sent(text="In remission.")).status_code == 302
    assert "In remission." in page(bob, desk)
    file = url(desk, "dossier_file", desk.code, "request")
    assert pia.get(file).content == PDF
    assert pia.get(url(desk, "dossier_file", desk.code, "consent")).status_code == 404


def test_what_is_missing_leads_to_where_it_is_mended(desk, as_):
    desk.open()
    shown = page(as_("Bob"), desk)
    links = re.findall(r'■</span> <a href="#([^"]+)"', shown)
    assert set(links) == {"criteria", "risk", "alternatives", "request", "acceptance", "consent", "notice"}
    for anchor in links:
        assert f'id="{anchor}"' in shown
    ids = re.findall(r' id="([^"]+)"', shown)
    assert len(ids) == len(set(ids))


QUALITY = {"supply", "criteria", "risk", "alternatives", "request", "acceptance", "consent", "notice"}
OFFERED = {
    "Bob": QUALITY,
    "Rosa": QUALITY | {"decision"},
    "Pia": {"request", "acceptance", "consent"},
    "Julia": set(),
    "Ana": set(),
    "Iris": set(),
}


@pytest.mark.parametrize("who", OFFERED)
def test_forms_are_offered_to_those_alone_who_may_write(desk, as_, who):
    desk.conclude()
    desk.open()
    client = as_(who)
    shown = page(client, desk)
    everything = QUALITY | {"decision", "follow_up"}
    assert {what for what in everything if f'action="{action(desk, what)}"' in shown} == OFFERED[who]
    assert (f'action="{url(desk, "open_dossier")}"' in shown) is False
    now = local(desk.lab.player.now - HOUR)
    content = {
        "text": "x",
        "setting": "trial",
        "is_emergency": "no",
        "criteria": ["VIABILITY"],
        "physician": "J",
        "password": PASSWORD,
    }
    content |= {
        "requested_at": now,
        "risk_sent_at": now,
        "is_given": "no",
        "verdict": "decline",
        "reason": "no",
    }
    content |= {"kind": "sponsor", "due_at": now, "reference": "L-1"}
    for what in sorted(everything - {"decision"} - OFFERED[who]):
        expected = 403
        if what == "follow_up" and who in {"Bob", "Rosa", "Pia"}:
            expected = 200  # a refusal with its reason: not decided yet
        assert client.post(action(desk, what), sent(**content)).status_code == expected, what
    if "decision" not in OFFERED[who]:
        assert client.post(action(desk, "decision"), sent(**content)).status_code == 403
        assert desk.kept.is_approved is None


def test_work_and_notices_lead_to_the_dossier(desk, as_):
    desk.open()
    desk.notice()
    link = reverse("qc:dossier_by_code", args=[desk.code])
    for who in ("Bob", "Pia"):
        client = as_(who)
        assert link in client.get(reverse("people:work")).content.decode()
        assert client.get(link, follow=True).redirect_chain[-1][0] == url(desk, "one_dossier", desk.code)
    assert as_("Olga").get(link).status_code == 404
    assert as_("Bob").get(reverse("qc:dossier_by_code", args=["XR-0"])).status_code == 404


def test_strangers_find_nothing(desk, as_):
    desk.conclude()
    desk.open()
    desk.acceptance()
    addresses = [url(desk), url(desk, "one_dossier", desk.code)]
    addresses.append(url(desk, "dossier_file", desk.code, "acceptance"))
    for who in ("Olga", "Hugo", "Carol", "Dave", "Eva"):
        client = as_(who)
        for address in addresses:
            assert client.get(address).status_code == 404, (who, address)
        assert client.post(action(desk, "risk"), sent(text="x")).status_code == 404
        assert (
            client.post(url(desk, "open_dossier"), sent(setting="trial", is_emergency="no")).status_code
            == 404
        )
    bob = as_("Bob")
    for address in addresses:
        assert bob.get(address).status_code == 200
        assert Client().get(address).status_code == 302
    for wrong in ("XR-26-00099", "x"):
        assert bob.get(url(desk, "one_dossier", wrong)).status_code == 404
        assert bob.post(url(desk, "dossier_risk", wrong), sent(text="x")).status_code == 404
    assert bob.get(url(desk, "dossier_file", desk.code, "held")).status_code == 404
    assert bob.get(reverse("qc:dossier", args=["NONE"])).status_code == 404


@pytest.mark.parametrize(
    ("what", "fields", "said"),
    [
        ("risk", {"text": ""}, "This field is required"),
        ("risk", {"text": "x" * 8001}, "at most 8000 characters"),
        ("criteria", {}, "This field is required"),
        ("criteria", {"criteria": ["CD3"]}, "Select a valid choice"),
        ("criteria", {"criteria": ["VIABILITY"]}, "there is no investigation"),
        ("request", {"physician": "J", "requested_at": "2099-01-01T00:00"}, "in the future"),
        ("request", {"physician": "J", "requested_at": "2026-03-01T00:00"}, "Hand in a PDF"),
        ("request", {"physician": "J", "requested_at": "soon", "reference": "L"}, "Enter a valid date/time"),
        (
            "acceptance",
            {"risk_sent_at": "2026-03-02T00:00", "accepted_at": "2026-03-01T00:00"},
            "before the risks",
        ),
        ("consent", {"is_given": ""}, "This field is required"),
        ("consent", {"is_given": "yes"}, "This is required"),
        ("notice", {"kind": "sponsor"}, "This is required"),
        ("notice", {"kind": "form", "due_at": "2026-03-01T00:00"}, "Select a valid choice"),
        ("supply", {"setting": "expanded_access", "is_emergency": "no"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(desk, as_, what, fields, said):
    desk.open()
    bob = as_("Bob")
    answer = bob.post(action(desk, what), sent(**fields))
    assert answer.status_code == 422
    assert said.lower() in answer.content.decode().lower()
    assert bob.post(action(desk, what), fields | {"request_id": "x"}).status_code == 422
    for name in selectors.dossiers.PARTS:
        assert not desk.kept.parts[name], name


def test_a_file_that_is_none_of_these_is_told(desk, as_):
    desk.open()
    bob, now = as_("Bob"), local(desk.lab.player.now)
    about = {"physician": "J", "requested_at": now}
    for data, said in ((b"GIF89a", "This is no PDF"), (PDF + b"x" * 10 * 1024 * 1024, "larger than 10 MB")):
        file = SimpleUploadedFile("a.pdf", data, "application/pdf")
        answer = bob.post(action(desk, "request"), sent(**about, file=file))
        assert answer.status_code == 422
        assert said in answer.content.decode()


def test_a_refused_approval_says_what_is_missing(desk, as_):
    desk.open()
    rosa = as_("Rosa")
    answer = rosa.post(action(desk, "decision"), sent(verdict="approve", password=PASSWORD))
    assert answer.status_code == 200, "a refusal is an answer"
    shown = answer.content.decode()
    assert "Refused, and recorded" in shown
    assert "The dossier is not complete" in shown
    without = rosa.post(action(desk, "decision"), sent(verdict="decline", password=PASSWORD))
    assert without.status_code == 422
    assert "This is required" in without.content.decode()


def test_the_same_form_sent_twice_counts_once(desk, as_):
    desk.conclude()
    bob, opening = as_("Bob"), sent(setting="trial", is_emergency="no")
    for _ in range(2):
        assert bob.post(url(desk, "open_dossier"), opening).status_code == 302
    (kept,) = selectors.dossiers_of(desk.case.dossier.batch.id)
    desk.code = kept.code
    notice = sent(kind="sponsor", due_at=local(desk.lab.player.now))
    for _ in range(2):
        assert bob.post(action(desk, "notice"), notice).status_code == 302
    assert len(desk.kept.rows("notices")) == 1
    again = bob.post(url(desk, "open_dossier"), sent(setting="trial", is_emergency="no"))
    assert again.status_code == 409
    assert "is being written already" in again.content.decode()


def test_an_overdue_notice_stands_out_until_it_is_sent(desk, as_):
    desk.write_all()
    desk.decide()
    assert "should have been sent" not in page(as_("Bob"), desk)
    desk.lab.player.wait(hours=25)
    late = page(as_("Bob"), desk)
    assert late.count("overdue") == 2
    assert "Notices that should have been sent" in late
    for kind in (NoticeKind.SPONSOR, NoticeKind.COMPETENT_AUTHORITY):
        desk.notice(kind, sent_at=desk.lab.player.now, reference="S")
    assert "overdue" not in page(as_("Bob"), desk)


def test_an_author_reads_why_somebody_else_decides(desk, as_):
    desk.write_all()
    desk.risk(by="Rosa")
    shown = page(as_("Rosa"), desk)
    assert "You wrote a part of the dossier" in shown
    assert action(desk, "decision") not in shown


def test_a_declined_dossier_stays_readable_beside_the_next(desk, as_):
    desk.open()
    old = desk.code
    desk.decide(is_approved=False, reason="The patient is better.")
    bob = as_("Bob")
    shown = page(bob, desk)
    assert "The patient is better." in shown
    assert "Open another dossier" in shown
    assert "What is missing" not in shown or "no criterion is named" not in shown
    desk.open()
    bob = as_("Bob")
    assert url(desk, "one_dossier", old) in page(bob, desk)
    assert "The patient is better." in bob.get(url(desk, "one_dossier", old)).content.decode()


def test_a_region_without_a_law_says_so(desk, as_):
    from people.models import Site

    Site.objects.filter(code="SOUTH").update(region="GB")
    bob = as_("Bob")
    assert "No exceptional release is laid down for the region" in page(bob, desk)
    assert bob.post(url(desk, "open_dossier"), sent(setting="trial", is_emergency="no")).status_code == 422


def test_a_page_costs_the_same_for_a_longer_history(desk, as_):
    desk.write_all()
    desk.decide(reason="No other product.")
    desk.follow_up()
    assert desk.lifting.state is DossierState.APPROVED

    def cost() -> int:
        client = as_("Bob")
        with CaptureQueriesContext(connection) as spent:
            assert client.get(url(desk)).status_code == 200
        return len(spent)

    first = cost()
    for number in range(4):
        desk.follow_up(f"Month {number}: well.")
        desk.notice(sent_at=desk.lab.player.now, reference=f"S-{number}")
    assert cost() == first
    assert first == PAGE
