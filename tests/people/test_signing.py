"""Signing at a desk in a series, signatures that do not stand any more, and names that are never reused."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.urls import resolve
from django.utils import timezone

import config
from ledger.rules.errors import Conflict, NotAllowed
from ledger.services import verify
from people import models, selectors, services
from people.forms.signing import SignedForm
from people.rules.continuity import CONTINUOUS_FOR, Continuity
from people.rules.credentials import PasswordCredential
from people.rules.signatures import SignatureState
from people.views import signing
from tests.people import given
from tests.people.document_pages_given import act

ROOMS = {"people", "coi", "qc", "cpv", "fmea", "audit"}
LATER = CONTINUOUS_FOR + timedelta(seconds=1)


@pytest.fixture
def as_alice(client, alice):
    assert client.login(username=alice.username, password=given.PASSWORD)
    return client


def ago(client, **marks):
    """The marks of the session's series, set back."""
    session = client.session
    for name, at in marks.items():
        session[name] = at
    session.save()


def passed(client, span):
    shown = client.session["signing_shown"]
    at = timezone.now() - span
    ago(client, signing_shown={**shown, "at": at.isoformat()})


@pytest.mark.requirement("URS-SIG-04")
def test_the_first_signature_takes_both_components_however_fresh_the_sign_in(
    client, settings, alice, draft, house
):
    """21 CFR 11.200(a)(1)(i) by its letter, which is how the product comes: the first signing is a signature."""
    settings.SIGN_IN_BEGINS_SERIES = False
    assert client.login(username=alice.username, password=given.PASSWORD)
    answer = act(client, draft, "submit")
    assert answer.status_code == 403
    assert "Type your username too: this is your first signature" in answer.content.decode()
    assert selectors.signatures("document_version", draft) == []
    assert models.Credential.objects.get(pk=alice.user_id).failures == 0, "it was no wrong attempt"
    assert act(client, draft, "submit", username=alice.username).status_code == 302
    second = other_draft(house, alice).id
    assert act(client, second, "submit").status_code == 302, "after it the password alone is enough"


def test_the_product_comes_with_the_letter_of_the_clause():
    """The tests of pages run with the other reading (tests/settings.py), an installation that says nothing does not."""
    written = Path(config.__file__).with_name("settings.py").read_text()
    assert re.findall(r"SIGN_IN_BEGINS_SERIES.*default=(\w+)", written) == ["False"]


@pytest.mark.requirement("URS-SIG-04")
def test_where_signing_in_is_read_as_the_first_signing_the_password_alone_signs(as_alice, draft):
    """The other reading of 21 CFR 11.200(a)(1)(i), by a setting of the site (decision 37)."""
    assert settings.SIGN_IN_BEGINS_SERIES
    assert act(as_alice, draft, "submit").status_code == 302


@pytest.mark.requirement("URS-SIG-04")
def test_after_a_pause_both_components_are_asked_for(as_alice, alice, draft):
    passed(as_alice, LATER)
    answer = act(as_alice, draft, "submit")
    assert answer.status_code == 403
    assert "Type your username too" in answer.content.decode()
    assert selectors.signatures("document_version", draft) == []
    assert models.Credential.objects.get(pk=alice.user_id).failures == 0, "it was no wrong attempt"
    assert act(as_alice, draft, "submit", username="bob").status_code == 403
    assert act(as_alice, draft, "submit", username=f" {alice.username.upper()} ").status_code == 302


def test_a_signing_carries_the_series_on_and_a_wrong_one_does_not(as_alice, alice, draft, house):
    passed(as_alice, LATER)
    act(as_alice, draft, "submit", password="wrong", username=alice.username)
    assert act(as_alice, draft, "submit").status_code == 403, "what was tried signed nothing"
    assert act(as_alice, draft, "submit", username=alice.username).status_code == 302
    fields = {"kind": "recipe", "code": "R2", "title": "Second", "site": "MFG", "content": {"steps": []}}
    second = services.draft_document(**fields, **house.context(alice)).id
    assert act(as_alice, second, "submit").status_code == 302, "the password alone was enough"


def test_a_session_of_somebody_else_goes_nothing_on(as_alice, alice, draft, bob):
    shown = {"user": bob.user_id, "at": timezone.now().isoformat()}
    ago(as_alice, signing_shown=shown)
    assert act(as_alice, draft, "submit").status_code == 403


def test_the_service_judges_the_series_for_itself(house, alice):
    now, about = given.now(), house.context(alice)
    series = Continuity(alice.user_id, now - LATER)
    about["now"] = now
    for found, is_refused in ((series, True), (Continuity(alice.user_id, now), False), (None, False)):
        credential = PasswordCredential(alice.username, given.PASSWORD, found)
        if is_refused:
            with pytest.raises(NotAllowed, match="username_needed"):
                services.confirm_or_refuse(credential=credential, **about)
        else:
            assert services.confirm_or_refuse(credential=credential, **about).user_id == alice.user_id
    assert signing.CONFIRMATION_HOLDS_FOR < CONTINUOUS_FOR


# --- INVALID ---------------------------------------------------------------------------------------------------------


def altered(statement, *params):
    """Somebody changed a row behind the product's back."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


@pytest.fixture
def signed(as_alice, draft):
    act(as_alice, draft, "submit")
    (signature,) = selectors.signatures("document_version", draft)
    assert selectors.standing(signature) is SignatureState.VALID
    return signature


def other_draft(house, alice):
    fields = {"kind": "recipe", "code": "R9", "title": "Other", "site": "MFG", "content": {"steps": []}}
    return services.draft_document(**fields, **house.context(alice))


@pytest.mark.parametrize("keeps_digest", [True, False])
def test_a_signature_that_was_moved_is_invalid_and_named(signed, house, alice, as_alice, keeps_digest):
    other = other_draft(house, alice)
    digest = signed.record_digest if keeps_digest else other.digest
    statement = "UPDATE people_signature SET record_id = %s, record_digest = %s WHERE id = %s"
    altered(statement, other.id, digest, signed.id)
    (moved,) = selectors.signatures("document_version", other.id)
    assert selectors.standing(moved) is SignatureState.INVALID
    named = [(it.table, it.row_id) for it in verify(now=given.now(), record=False).findings]
    assert ("people.signature", signed.id) in named
    assert "INVALID" in as_alice.get(f"/documents/{other.id}/").content.decode()


@pytest.mark.requirement("URS-SIG-02")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE people_documentversion SET content = '{\"a\": 1}' WHERE id = (SELECT record_id::uuid"
        " FROM people_signature WHERE id = %s)",
        "UPDATE people_signature SET printed_name = 'Mallory' WHERE id = %s",
        "UPDATE people_signature SET meaning = 'approval' WHERE id = %s",
        "UPDATE people_signature SET signed_at = signed_at - interval '1 day' WHERE id = %s",
    ],
)
def test_a_changed_record_and_an_altered_signature_are_invalid_and_shown(signed, change, as_alice):
    altered(change, signed.id)
    (now_so,) = selectors.signatures("document_version", signed.record_id)
    assert selectors.standing(now_so) is SignatureState.INVALID
    assert "INVALID" in as_alice.get(f"/documents/{signed.record_id}/").content.decode()


# --- never reused ----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("URS-SIG-03")
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM people_user WHERE id = {user}",
        "UPDATE people_user SET username = 'other' WHERE id = {user}",
        "UPDATE people_user SET id = 999999 WHERE id = {user}",
        "INSERT INTO people_user (password, username, printed_name, email, is_active, sessions_epoch)"
        " VALUES ('', 'alice', 'Another', '', true, 0)",
        "INSERT INTO people_user (id, password, username, printed_name, email, is_active, sessions_epoch)"
        " OVERRIDING SYSTEM VALUE VALUES ({user}, '', 'another', 'Another', '', true, 0)",
        "DELETE FROM people_credential WHERE user_id = {user}",
    ],
)
@pytest.mark.parametrize("role", ["veintrace_app", "veintrace_sealer", "NONE"])
def test_ids_and_usernames_are_never_reused_whoever_asks(house, alice, statement, role):
    why = "duplicate key|pgtrigger: Cannot|permission denied"
    with pytest.raises(DatabaseError, match=why), transaction.atomic():
        connection.cursor().execute(f"SET LOCAL ROLE {role}; {statement.format(user=alice.user_id)}")
    assert models.User.objects.get(pk=alice.user_id).username == "alice"


def test_a_closed_account_keeps_its_name(house, alice):
    services.deactivate_user(user_id=alice.user_id, site="MFG", reason="left", **house.context())
    with pytest.raises(Conflict, match="username_used"):
        services.create_user(username="alice", printed_name="Another", site="MFG", **house.context())


def forms_of_rooms(form=forms.BaseForm):
    """Every form of the product but those that ask to sign in, or to change what is one's own."""
    for one in form.__subclasses__():
        if one.__module__.split(".")[0] in ROOMS and one.__module__ != "people.forms.access":
            yield one
        yield from forms_of_rooms(one)


def test_every_form_that_asks_for_a_password_to_sign_asks_for_both_components():
    resolve("/work/")  # now all pages are read, and their forms with them
    asking = {form for form in forms_of_rooms() if "password" in form.base_fields}
    assert len(asking) > 12
    assert [form for form in asking if not issubclass(form, SignedForm)] == []
