"""What the services write, and what they refuse."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from ledger import selectors as ledger
from ledger.rules import Actor, Subject, Where
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.services import run_effect
from people import models, selectors, services
from people.events import Event
from people.rules import codes
from people.rules.authority import BadgeState
from people.rules.credentials import LOCK_FOR, CredentialState, PasswordCredential
from people.rules.roles import Role
from people.rules.sites import OrganisationKind
from tests.people import given

REASON = "as agreed"


def last(event):
    (entry,) = ledger.entries_of_events([event], limit=1)
    return entry


# --- beginnings ---


def test_an_installation_begins_once(house):
    first = services.FirstSite("X", "X", OrganisationKind.HOSPITAL, "Y", "Y", "UTC")
    with pytest.raises(Conflict, match="not_empty"):
        services.bootstrap(
            first=first, username="eve", printed_name="Eve", now=given.now(), request_id=uuid4()
        )
    assert not models.User.objects.filter(username="eve").exists()


BOOTSTRAP = (
    "--organisation=CELLS-ORG",
    "--organisation-name=Cellworks",
    "--kind=manufacturer",
    "--site=CELLS",
    "--site-name=Cellworks, Amsterdam",
    "--zone=Europe/Amsterdam",
    "--username=ada",
    "--printed-name=Ada Adams",
)


@pytest.mark.django_db
def test_the_command_makes_the_first_site_with_its_facility_number_once(capsys):
    with pytest.raises(CommandError, match="identifiers: fin_shape"):
        call_command("bootstrap", *BOOTSTRAP, "--fin=99")
    assert not selectors.is_anyone_here()
    call_command("bootstrap", *BOOTSTRAP, "--fin=A9990", "--gln=4006381333931")
    assert "Activation code" in capsys.readouterr().out
    known_as = (("fin", "A9990"), ("gln", "4006381333931"))
    assert selectors.site_by_code("CELLS").identifiers == known_as
    assert last("people:site:created").facts["identifiers"] == dict(known_as)
    with pytest.raises(CommandError, match="there are users already"):
        call_command("bootstrap", *BOOTSTRAP)


def test_whoever_makes_a_site_administers_it(house):
    assert house.admin.person().has_role({Role.ADMINISTRATOR}, "HOSP", given.now())
    assert selectors.site_by_code("HOSP").identifiers == (("fin", "A9999"),)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "hosp 2"),
        ("name", " "),
        ("name", "x" * 201),
        ("zone", "Mars/Base"),
        ("locale", "Deutsch"),
        ("region", "Europe"),
        ("identifiers", {"fin": "a9999"}),
        ("identifiers", {"gln": "4006381333932"}),
    ],
)
def test_bad_fields_of_a_site_are_named_and_nothing_is_written(house, field, value):
    fields = {"organisation": "CLINIC", "code": "HOSP2", "name": "Two", "zone": "UTC"}
    before = len(ledger.latest_entries())
    with pytest.raises(Invalid) as caught:
        services.create_site(**(fields | {field: value}), **house.context())
    assert list(caught.value.detail["fields"]) == [field]
    assert len(ledger.latest_entries()) == before
    assert services.create_site(**fields, **house.context()).code == "HOSP2"


CHANGED = {
    "name": "Clinic",
    "zone": "Europe/Paris",
    "locale": "fr",
    "region": "EU",
    "identifiers": {"fin": "AB998"},
}


def test_a_site_is_changed_for_a_reason(house):
    was, context = selectors.site_by_code("HOSP"), house.context()
    changed = services.change_site(was=was, **CHANGED, reason=REASON, **context)
    assert changed == selectors.site_by_code("HOSP")
    assert (changed.name, changed.zone, changed.locale) == ("Clinic", "Europe/Paris", "fr")
    assert changed.region == "EU"
    assert (changed.identifiers, changed.organisation) == ((("fin", "AB998"),), was.organisation)
    entry = last("people:site:changed")
    assert (entry.reason, entry.facts) == (REASON, {"site": "HOSP", **CHANGED})
    services.change_site(was=was, **CHANGED, reason=REASON, **context)  # the same request again
    assert last("people:site:changed").id == entry.id


def test_who_changes_a_site_as_it_no_longer_is_is_told_so(house):
    was = selectors.site_by_code("HOSP")
    services.change_site(was=was, **CHANGED, reason=REASON, **house.context())
    with pytest.raises(Conflict, match="site_changed"):
        services.change_site(was=was, **CHANGED | {"name": "Mine"}, reason=REASON, **house.context())
    assert selectors.site_by_code("HOSP").name == "Clinic"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("zone", "Mars/Base"),
        ("locale", "x"),
        ("region", "eu"),
        ("region", "E"),
        ("region", "EUROPEANS"),
        ("reason", " "),
        ("identifiers", {"fin": "OOPS1"}),
        ("identifiers", {"gln": "123"}),
        ("identifiers", {"duns": ""}),
    ],
)
def test_bad_fields_of_a_changed_site_are_named(house, field, value):
    was = selectors.site_by_code("HOSP")
    with pytest.raises(Invalid) as caught:
        services.change_site(was=was, **CHANGED | {"reason": REASON, field: value}, **house.context())
    assert list(caught.value.detail["fields"]) == [field]
    assert selectors.site_by_code("HOSP") == was


def test_a_code_of_a_site_is_used_once(house):
    with pytest.raises(Conflict, match="site_code_used"):
        services.create_site(organisation="CLINIC", code="HOSP", name="Again", zone="UTC", **house.context())


# --- requests that come twice ---


def test_the_same_request_again_changes_nothing(house):
    alice = house.someone("Alice")
    context = house.context()
    fields = {"user_id": alice.user_id, "role": Role.OPERATOR, "site": "MFG"}
    first = services.grant_role(**fields, **context)
    assert services.grant_role(**fields, **context) == first
    assert models.Grant.objects.filter(user=alice.user_id).count() == 1


def test_the_same_request_id_for_something_else_is_a_conflict(house):
    alice = house.someone("Alice")
    context = house.context()
    services.grant_role(user_id=alice.user_id, role=Role.OPERATOR, site="MFG", **context)
    with pytest.raises(Conflict, match="request_id_used"):
        services.grant_role(user_id=alice.user_id, role=Role.NURSE, site="MFG", **context)


def test_a_user_is_made_once_by_a_request_and_the_code_is_shown_once(house):
    context = house.context()
    fields = {"username": "alice", "printed_name": "Alice", "site": "MFG"}
    made = services.create_user(**fields, **context)
    assert made.activation_code
    again = services.create_user(**fields, **context)
    assert (again.user_id, again.activation_code) == (made.user_id, "")
    with pytest.raises(Conflict, match="request_id_used"):
        services.create_user(**(fields | {"username": "alicia"}), **context)
    assert made.activation_code not in repr(made)


# --- users, roles, badges ---


def test_a_username_is_unique_however_it_is_capitalised(house):
    house.someone("Alice")
    with pytest.raises(Conflict, match="username_used"):
        services.create_user(username="ALICE", printed_name="Other", site="MFG", **house.context())


def test_a_user_is_never_deleted_and_keeps_the_name(house):
    alice = house.someone("Alice")
    row = models.User.objects.get(pk=alice.user_id)
    for change in (row.delete, lambda: models.User.objects.filter(pk=row.pk).update(username="bob")):
        with pytest.raises(Exception, match=r"pgtrigger|Cannot"), services.writing():
            change()


def test_nobody_grants_or_trains_themselves(house):
    admin = house.admin.user_id
    with pytest.raises(NotAllowed, match="not_to_yourself"):
        services.grant_role(user_id=admin, role=Role.QA_RELEASER, site="MFG", **house.context())
    with pytest.raises(NotAllowed, match="not_to_yourself"):
        services.record_training(user_id=admin, topic="thaw", site="MFG", **house.context())
    with pytest.raises(NotAllowed, match="not_to_yourself"):
        services.issue_badge(user_id=admin, code=codes.make("B", "A"), site="MFG", **house.context())


def test_a_revoked_role_ends_at_once(house):
    alice = house.someone("Alice")
    grant = services.grant_role(user_id=alice.user_id, role=Role.OPERATOR, site="MFG", **house.context())
    at = given.now()
    assert alice.person(at).has_role({Role.OPERATOR}, "MFG", at)
    services.revoke_role(grant_id=grant, reason=REASON, **house.context())
    assert not alice.person(at).has_role({Role.OPERATOR}, "MFG", at)
    assert last(Event.ROLE_REVOKED).reason == REASON
    with pytest.raises(Conflict, match="grant_ended_already"):
        services.revoke_role(grant_id=grant, reason=REASON, **house.context())


def test_ending_a_role_needs_a_reason(house):
    alice = house.someone("Alice")
    grant = services.grant_role(user_id=alice.user_id, role=Role.OPERATOR, site="MFG", **house.context())
    with pytest.raises(Invalid):
        services.revoke_role(grant_id=grant, reason=" ", **house.context())


def test_a_badge_is_read_until_it_is_revoked_and_never_issued_again(house):
    alice = house.someone("Alice", Role.OPERATOR, topics=("thaw",))
    bob = house.someone("Bob")
    at = given.now()
    reading = selectors.read_badge(alice.badge, at)
    assert reading.state is BadgeState.VALID
    assert reading.person == alice.person(at)
    assert reading.person.is_trained("thaw", at)
    services.revoke_badge(code=alice.badge, reason=REASON, **house.context())
    reading = selectors.read_badge(alice.badge, at)
    assert reading.state is BadgeState.REVOKED
    assert reading.person.printed_name == "Alice"
    with pytest.raises(Conflict, match="badge_code_used"):
        services.issue_badge(user_id=bob.user_id, code=alice.badge, site="MFG", **house.context())


@pytest.mark.parametrize("code", ["", "VB1", "x\x00", codes.make("S", "1")])
def test_what_is_no_badge_is_unknown_and_cannot_be_issued(house, code):
    assert selectors.read_badge(code, given.now()).state is BadgeState.UNKNOWN
    bob = house.someone("Bob")
    with pytest.raises(Invalid):
        services.issue_badge(user_id=bob.user_id, code=code, site="MFG", **house.context())


def test_a_badge_expires(house):
    bob = house.someone("Bob")
    code = codes.make("B", "SHORT")
    until = house.at + given.HOUR
    services.issue_badge(user_id=bob.user_id, code=code, site="MFG", valid_until=until, **house.context())
    assert selectors.read_badge(code, until - timedelta(seconds=1)).state is BadgeState.VALID
    assert selectors.read_badge(code, until).state is BadgeState.EXPIRED


def test_someone_deactivated_may_do_nothing_and_history_stays(house):
    alice = house.someone("Alice", Role.SUPERVISOR)
    services.deactivate_user(user_id=alice.user_id, site="MFG", reason=REASON, **house.context())
    assert not alice.person().has_role({Role.SUPERVISOR}, "MFG", given.now())
    result = services.confirm(credential=alice.at_desk, where=Where(), now=given.now(), request_id=uuid4())
    assert result.state is CredentialState.REFUSED
    assert models.Badge.objects.filter(code=alice.badge).exists()


def test_an_administrator_of_another_site_cannot_close_an_account(house):
    alice = house.someone("Alice", Role.NURSE, site="HOSP")
    other = house.someone("Otto", Role.ADMINISTRATOR, site="MFG")
    with pytest.raises(NotAllowed, match="user_of_another_site"):
        services.deactivate_user(user_id=alice.user_id, site="MFG", reason=REASON, **house.context(other))
    services.deactivate_user(user_id=alice.user_id, site="HOSP", reason=REASON, **house.context(site="HOSP"))
    assert not alice.person().is_active


# --- passwords and PINs ---


def activate(username, code, *, password=given.PASSWORD, pin=given.PIN, at=None):
    return services.activate_user(
        username=username,
        activation_code=code,
        password=password,
        pin=pin,
        where=Where(),
        now=at or given.now(),
        request_id=uuid4(),
    )


def test_an_activation_code_works_once(house):
    made = services.create_user(username="alice", printed_name="Alice", site="MFG", **house.context())
    for wrong in ("", "x" + made.activation_code):
        with pytest.raises(NotAllowed, match="activation_refused"):
            activate("alice", wrong)
    with pytest.raises(NotAllowed, match="activation_refused"):
        activate("nobody", made.activation_code)
    assert activate("alice", made.activation_code) == made.user_id
    with pytest.raises(NotAllowed, match="activation_refused"):
        activate("alice", made.activation_code)


def test_weak_secrets_are_named(house):
    made = services.create_user(username="alice", printed_name="Alice", site="MFG", **house.context())
    with pytest.raises(Invalid) as caught:
        activate("alice", made.activation_code, password="short", pin="1234")
    assert set(caught.value.detail["fields"]) == {"password", "pin"}
    activate("alice", made.activation_code)


def test_a_reset_takes_password_and_pin_away(house):
    alice = house.someone("Alice")
    assert sign_in(alice).state is CredentialState.ACCEPTED
    reset = services.reset_user(user_id=alice.user_id, site="MFG", reason=REASON, **house.context())
    assert sign_in(alice).state is CredentialState.REFUSED
    assert not pin_of(alice, given.PIN)
    activate("alice", reset.activation_code)
    assert sign_in(alice).state is CredentialState.ACCEPTED
    assert pin_of(alice, given.PIN)


def sign_in(someone, password=given.PASSWORD, at=None, request_id=None):
    return services.sign_in(
        username=someone.username,
        password=password,
        where=Where(site="MFG"),
        now=at or given.now(),
        request_id=request_id or uuid4(),
    )


def pin_of(someone, pin, at=None, request_id=None):
    return services.verify_pin(
        user_id=someone.user_id,
        pin=pin,
        actor=someone.actor,
        where=Where(site="MFG"),
        now=at or given.now(),
        request_id=request_id or uuid4(),
    )


def test_signing_in_and_out_are_entries(house):
    alice = house.someone("Alice")
    assert sign_in(alice).user.pk == alice.user_id
    services.sign_out(user_id=alice.user_id, where=Where(), now=given.now(), request_id=uuid4())
    assert [last(e).actor_id for e in (Event.USER_SIGNED_IN, Event.USER_SIGNED_OUT)] == [alice.user_id] * 2


def test_a_failed_sign_in_is_an_entry_of_nobody_and_keeps_nothing_that_was_typed(house):
    alice = house.someone("Alice")
    for credential in (("alice", "wrong-secret"), ("secret-typed-as-name", given.PASSWORD)):
        result = services.sign_in(
            username=credential[0], password=credential[1], where=Where(), now=given.now(), request_id=uuid4()
        )
        assert (result.state, result.user) == (CredentialState.REFUSED, None)
        entry = last(Event.CREDENTIAL_FAILED)
        assert (entry.actor_id, entry.actor_kind, entry.actor_name) == (None, "unknown", "")
        assert b"secret" not in entry.body
    assert sign_in(alice).state is CredentialState.ACCEPTED


def test_the_fifth_failure_locks_for_a_while_and_tells_the_administrators(db):
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    house = given.a_house(noon)
    alice = house.someone("Alice")
    for attempt in range(5):
        assert not pin_of(alice, "9999", at=noon), attempt
    assert not pin_of(alice, given.PIN, at=noon)
    assert sign_in(alice, at=noon).state is CredentialState.LOCKED
    assert last(Event.USER_LOCKED).facts["user"] == str(alice.user_id)
    (notice,) = selectors.notices_for(house.admin.person(noon), noon)
    assert (notice.code, notice.subject_key) == ("user_locked", str(alice.user_id))
    assert sign_in(alice, at=noon + LOCK_FOR).state is CredentialState.ACCEPTED


def test_a_success_forgets_failures(house):
    alice = house.someone("Alice")
    for _ in range(3):
        for _ in range(4):
            assert not pin_of(alice, "9999")
        assert pin_of(alice, given.PIN)


def test_what_is_sent_again_is_counted_once(house):
    alice = house.someone("Alice")
    request_id = uuid4()
    for _ in range(7):
        assert not pin_of(alice, "9999", request_id=request_id)
    assert models.Credential.objects.get(pk=alice.user_id).failures == 1
    assert pin_of(alice, given.PIN)


@pytest.mark.parametrize("way", ["pin", "badge", "password"])
def test_guesses_under_one_request_id_are_counted_one_by_one(house, way):
    alice, request_id = house.someone("Alice"), uuid4()

    def guess(text):
        if way == "pin":
            return pin_of(alice, text, request_id=request_id)
        right = alice.at_station if way == "badge" else alice.at_desk
        secret = {"pin": text} if way == "badge" else {"password": text}
        about = {"where": Where(site="MFG"), "now": given.now(), "request_id": request_id}
        return services.confirm(credential=replace(right, **secret), **about).confirmed is not None

    for number in range(40):
        assert not guess(f"{number:04}")
    assert models.Credential.objects.get(pk=alice.user_id).locked_until is not None
    assert not guess(given.PASSWORD if way == "password" else given.PIN)


def test_a_pin_is_kept_only_as_a_keyed_hash(house):
    alice = house.someone("Alice")
    row = models.Credential.objects.get(pk=alice.user_id)
    assert given.PIN not in row.pin_hash
    assert not pin_of(alice, "")


def test_without_a_pin_no_pin_fits(house):
    made = services.create_user(username="zoe", printed_name="Zoe", site="MFG", **house.context())
    assert not pin_of(given.Someone(made.user_id, "zoe", "Zoe", ""), "")


# --- stations ---


def test_a_station_is_known_by_its_token_which_is_shown_once(house):
    made = house.station(steps=("thaw", "fill"))
    station = selectors.station_by_token(made.token)
    assert station == made.station == selectors.station_by_code(made.station.code)
    assert (station.site, station.zone, station.steps) == ("MFG", "Europe/Berlin", ("thaw", "fill"))
    assert station.place_is_single_patient
    assert made.token not in repr(made)
    assert not models.StationCredential.objects.filter(token_hash__contains=made.token).exists()


def test_a_renewed_token_ends_the_old_one(house):
    made = house.station()
    renewed = services.renew_station_token(code=made.station.code, reason=REASON, **house.context())
    assert selectors.station_by_token(made.token) is None
    assert selectors.station_by_token(renewed.token) == made.station


def test_a_station_without_steps_does_none_and_can_be_closed(house):
    made = house.station(steps=())
    assert made.station.steps == ()
    fields = {"code": made.station.code, "name": "Closed", "steps": [], "is_active": False}
    assert not services.change_station(**fields, reason=REASON, **house.context()).is_active


def test_a_station_stands_at_a_place_of_its_site(house):
    place = house.place("BED1", "HOSP")
    with pytest.raises(Invalid) as caught:
        services.register_station(
            site="MFG", place=place, code=codes.make("S", "9"), name="S", **house.context()
        )
    assert caught.value.detail["fields"] == {"place": "not_at_this_site"}


@pytest.mark.parametrize("token", ["", "nonsense", "\x00", "\ud800"])
def test_a_wrong_token_is_no_station(house, token):
    house.station()
    assert selectors.station_by_token(token) is None


@pytest.mark.parametrize(
    ("act", "event"),
    [(services.bind_device, Event.STATION_BOUND), (services.release_device, Event.STATION_RELEASED)],
)
def test_a_device_is_bound_and_released_by_who_answers_for_it(house, act, event):
    made, susan = house.station(), house.someone("Susan", Role.SUPERVISOR)
    about = {"token": made.token, "now": given.now(), "request_id": uuid4()}
    assert act(credential=susan.at_station, **about) == made.station
    entry = last(event)
    assert (entry.actor_id, entry.actor_name, entry.auth_method) == (susan.user_id, "Susan", "badge_pin")
    assert (entry.stream, entry.station) == (f"station:{made.station.code}", made.station.code)
    assert entry.facts == {"station": made.station.code, "user": str(susan.user_id)}
    assert act(credential=susan.at_station, **about) == made.station  # the same request again
    assert last(event).id == entry.id
    act(credential=house.admin.at_desk, **about | {"request_id": uuid4()})
    assert last(event).actor_id == house.admin.user_id


@pytest.mark.parametrize("act", [services.bind_device, services.release_device])
@pytest.mark.parametrize("role", [None, *Role])
def test_nobody_else_binds_or_releases_a_device(house, act, role):
    made, somebody = house.station(), house.someone("Sam", *([role] if role else []))
    elsewhere = house.someone("Eve", Role.SUPERVISOR, Role.ADMINISTRATOR, site="HOSP")
    may = role in (Role.SUPERVISOR, Role.ADMINISTRATOR)
    for who, is_done in ((somebody, may), (elsewhere, False)):
        about = {"token": made.token, "now": given.now(), "request_id": uuid4()}
        before = len(ledger.entries_in_stream(f"station:{made.station.code}"))
        with nullcontext() if is_done else pytest.raises(NotAllowed, match="role_missing"):
            act(credential=who.at_station, **about)
        assert len(ledger.entries_in_stream(f"station:{made.station.code}")) == before + is_done


@pytest.mark.parametrize("act", [services.bind_device, services.release_device])
def test_a_device_needs_an_open_station_and_a_right_credential(house, act):
    made, susan = house.station(), house.someone("Susan", Role.SUPERVISOR)
    about = {"now": given.now(), "request_id": uuid4()}
    with pytest.raises(Invalid):
        act(token="nonsense", credential=susan.at_station, **about)
    wrong = replace(susan.at_station, pin="0000")
    with pytest.raises(NotAllowed, match="credential_refused"):
        act(token=made.token, credential=wrong, **about)
    assert models.Credential.objects.get(pk=susan.user_id).failures == 1
    fields = {"code": made.station.code, "name": "S", "steps": [], "is_active": False}
    services.change_station(**fields, reason=REASON, **house.context())
    with pytest.raises(Invalid):
        act(token=made.token, credential=susan.at_station, **about)


# --- work and notices ---


def test_work_waits_for_a_role_at_a_site_until_it_is_done(house):
    bob = house.someone("Bob", Role.QA_REVIEWER)
    dave = house.someone("Dave", Role.QA_REVIEWER, site="HOSP")
    item = services.open_work_item(
        site="MFG",
        role=Role.QA_REVIEWER,
        subject=Subject("deviation", "D1"),
        cause="deviation_opened",
        due_at=house.at + given.HOUR,
        **house.context(),
    )
    assert [w.id for w in selectors.work_for(bob.person(), house.at)] == [item]
    assert selectors.work_for(dave.person(), house.at) == []
    with pytest.raises(NotAllowed, match="not_your_work"):
        services.close_work_item(id=item, **house.context(dave))
    services.close_work_item(id=item, **house.context(bob))
    assert selectors.work_for(bob.person(), house.at) == []
    with pytest.raises(Conflict, match="work_done_already"):
        services.close_work_item(id=item, **house.context(bob))


def test_work_can_wait_for_one_person(house):
    bob, eve = house.someone("Bob", Role.NURSE), house.someone("Eve", Role.NURSE)
    services.open_work_item(
        site="MFG",
        role=Role.NURSE,
        user_id=bob.user_id,
        subject=Subject("order", "X"),
        cause="c",
        **house.context(),
    )
    assert len(selectors.work_for(bob.person(), house.at)) == 1
    assert selectors.work_for(eve.person(), house.at) == []


def test_a_notice_is_mailed_to_the_role_at_the_site(house, mailoutbox):
    context = house.context()
    services.create_user(
        username="carol", printed_name="Carol", email="carol@example.org", site="MFG", **house.context()
    )
    carol = selectors.user_id_by_username("carol")
    services.grant_role(user_id=carol, role=Role.COURIER, site="MFG", **house.context())
    services.send_notice(
        site="MFG", role=Role.COURIER, code="pickup", subject=Subject("order", "X"), **context
    )
    (effect,) = ledger.effects(kind="people:notice")
    assert mailoutbox == []
    assert run_effect(effect_id=effect.id, now=given.now())
    (mail,) = mailoutbox
    assert mail.to == ["carol@example.org"]
    assert "pickup" in mail.subject


# --- authority ---


@pytest.mark.parametrize("role", [None, *(role for role in Role if role is not Role.ADMINISTRATOR)])
def test_only_an_administrator_of_the_site_administers(house, role):
    dave = house.someone("Dave", *([role] if role else []))
    victim = house.someone("Victim")
    context = house.context(dave)
    target = {"user_id": victim.user_id, "site": "MFG"}
    attempts = [
        lambda: services.create_organisation(code="A", name="A", kind=OrganisationKind.COURIER, **context),
        lambda: services.create_site(organisation="CELLS", code="B", name="B", zone="UTC", **context),
        lambda: services.create_place(
            site="MFG", code=codes.make("P", "Z"), name="Z", kind="bench", is_single_patient=False, **context
        ),
        lambda: services.create_user(username="eve", printed_name="Eve", site="MFG", **context),
        lambda: services.grant_role(role=Role.NURSE, **target, **context),
        lambda: services.issue_badge(code=codes.make("B", "Z"), **target, **context),
        lambda: services.reset_user(reason=REASON, **target, **context),
        lambda: services.deactivate_user(reason=REASON, **target, **context),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()


def test_an_administrator_of_one_site_has_no_power_at_another(house):
    otto = house.someone("Otto", Role.ADMINISTRATOR, site="MFG")
    victim = house.someone("Victim")
    services.grant_role(user_id=victim.user_id, role=Role.NURSE, site="MFG", **house.context(otto))
    with pytest.raises(NotAllowed, match="role_missing"):
        services.grant_role(user_id=victim.user_id, role=Role.NURSE, site="HOSP", **house.context(otto))


def test_neither_a_service_nor_nobody_has_authority(house):
    for actor in (Actor.service("people"), Actor.unknown()):
        with pytest.raises(NotAllowed, match="role_missing"):
            services.create_user(
                username="eve", printed_name="Eve", site="MFG", **(house.context() | {"actor": actor})
            )


def test_what_is_not_there_is_not_found(house):
    with pytest.raises(NotFound):
        services.revoke_badge(code=codes.make("B", "NONE"), reason=REASON, **house.context())
    with pytest.raises(NotFound):
        services.grant_role(user_id=10**9, role=Role.NURSE, site="MFG", **house.context())
    with pytest.raises(NotFound):
        services.create_site(organisation="NONE", code="Q", name="Q", zone="UTC", **house.context())


def test_a_password_credential_of_an_unknown_user_is_refused(house):
    check = services.confirm(
        credential=PasswordCredential("x\x00", "y"), where=Where(), now=given.now(), request_id=uuid4()
    )
    assert check.state is CredentialState.REFUSED


def test_the_role_of_web_and_worker_is_enough(house, as_role):
    with as_role("app"):
        alice = house.someone("Alice", Role.SUPERVISOR)
        assert sign_in(alice).state is CredentialState.ACCEPTED
        assert not pin_of(alice, "9999")
        made = house.station()
        assert services.lock_station_by_token(made.token) == made.station
        draft = services.draft_document(
            kind="recipe", code="R1", title="R", content={}, site="MFG", **house.context(alice)
        )
        services.submit_document(id=draft.id, credential=alice.at_desk, **house.context(alice))
        services.revoke_badge(code=alice.badge, reason=REASON, **house.context())
