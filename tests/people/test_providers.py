"""OpenID Connect: a provider on this machine, and only those come in whom an administrator has linked."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from config import settings as deployed
from ledger.rules.errors import Conflict, NotAllowed, NotFound
from people import models, services
from people.events import Event
from people.rules.roles import Role
from tests.people.desk_given import desk
from tests.people.given import REASON, last
from tests.serving import serving

CLIENT = "veintrace-client"
BUTTON, BACK = "/sign-in/with/oidc/", "/sign-in/with/oidc/callback/"


@dataclass
class Provider:
    """What the provider will say, and what it was asked."""

    address: str = ""
    subject: str = "subject-1"
    asked: list[dict[str, list[str]]] = field(default_factory=list)

    def answer(self, path: str) -> dict[str, Any]:
        if "well-known" in path:
            ends = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            return {"issuer": self.address} | {name: f"{self.address}/{name}" for name in ends}
        claims = {"iss": self.address, "aud": CLIENT, "sub": self.subject, "email": "ada@demo.invalid"}
        token = jwt.encode(
            {**claims, "iat": 1_700_000_000, "exp": 4_000_000_000}, "k" * 32, algorithm="HS256"
        )
        return {"access_token": "access", "token_type": "Bearer", "id_token": token}


@pytest.fixture
def provider(settings, monkeypatch) -> Iterator[Provider]:
    it = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(it.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            it.asked.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.do_GET()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    monkeypatch.setenv("OIDC_CLIENT_ID", CLIENT)
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "hush")
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as it.address:
        apps = deployed.provider(it.address, "Hospital account", True)
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps}}
        yield it


@pytest.fixture
def alice(house):
    return house.someone("Alice", Role.SUPERVISOR)


def link(house, someone, subject="subject-1", by=None):
    fields = {"provider": "oidc", "subject": subject, "site": "MFG", "reason": REASON}
    return services.link_provider(user_id=someone.user_id, **fields, **house.context(by))


def come_back(client, next="/work/", state=None):
    asked = client.post(BUTTON, {"next": next})
    query = parse_qs(urlsplit(asked["Location"]).query)
    return client.get(BACK, {"code": "c", "state": state or query["state"][0]}), query


def is_in(client):
    return client.get("/work/").status_code == 200


def test_whom_an_administrator_has_linked_comes_in(provider, house, alice):
    link(house, alice)
    client = desk()
    assert "Use Hospital account" in client.get("/sign-in/").content.decode()
    answer, query = come_back(client, next="/entries/")
    assert (answer.status_code, answer["Location"]) == (302, "/entries/")
    assert query["code_challenge_method"] == ["S256"]
    assert provider.asked[0]["code_verifier"]
    assert is_in(client)
    assert last(Event.USER_SIGNED_IN).facts == {"user": str(alice.user_id), "by": "provider"}
    assert "signing_shown" not in client.session, "whoever came so has shown no component of a signature"


def test_nobody_else_comes_in_whatever_mail_address_the_provider_names(provider, house):
    services.create_user(
        username="ada", printed_name="Ada", site="MFG", email="ada@demo.invalid", **house.context()
    )
    client = desk()
    answer, _query = come_back(client)
    assert answer["Location"] == "/sign-in/"
    assert "No account here is linked to you" in client.get("/sign-in/").content.decode()
    assert not is_in(client)
    assert models.User.objects.count() == 2
    assert last(Event.CREDENTIAL_FAILED).facts == {"user": None, "why": "subject_unknown"}


@pytest.mark.parametrize("how", ["unlinked", "closed"])
def test_a_link_or_an_account_that_ended_lets_nobody_in(provider, house, alice, how):
    row = link(house, alice)
    if how == "unlinked":
        services.unlink_provider(link=row, site="MFG", reason=REASON, **house.context())
    else:
        services.deactivate_user(user_id=alice.user_id, site="MFG", reason=REASON, **house.context())
    client = desk()
    come_back(client)
    assert not is_in(client)


def test_an_answer_that_nobody_asked_for_is_turned_away(provider, house, alice):
    link(house, alice)
    client = desk()
    answer, _query = come_back(client, state="another")
    assert answer["Location"] == "/sign-in/"
    assert client.get(BACK, {"error": "access_denied"})["Location"] == "/sign-in/"
    assert not is_in(client)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example"])
def test_the_way_back_leads_nowhere_else(provider, house, alice, target):
    link(house, alice)
    answer, _query = come_back(desk(), next=target)
    assert answer["Location"] == "/"


def test_a_link_is_made_by_an_administrator_for_somebody_else_and_once(house, alice):
    with pytest.raises(NotAllowed, match="role_missing"):
        link(house, alice, by=alice)
    with pytest.raises(NotAllowed, match="not_over_yourself"):
        link(house, house.admin)
    link(house, alice)
    with pytest.raises(Conflict, match="subject_linked_already"):
        link(house, house.someone("Bob"))
    row = models.ProviderLink.objects.get()
    assert "subject-1" not in row.subject_digest
    assert b"subject-1" not in last(Event.PROVIDER_LINKED).body
    services.unlink_provider(link=str(row.pk), site="MFG", reason=REASON, **house.context())
    with pytest.raises(NotFound, match="link_unknown"):
        services.unlink_provider(link=str(row.pk), site="MFG", reason=REASON, **house.context())
    link(house, house.people["Bob"])
