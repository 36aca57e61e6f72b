"""Sites, work, notices and authority: what the services write, and what they refuse."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from ledger import selectors as ledger
from ledger.rules import Actor, Subject
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.services import run_effect
from people import models, registry, selectors, services
from people.rules import codes
from people.rules.credentials import CredentialState
from people.rules.roles import Role
from people.rules.sites import OrganisationKind
from tests.people import given
from tests.people.given import REASON, last, pin_of, sign_in

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


def test_a_notice_can_be_for_one_person_alone(house, mailoutbox):
    for name in ("carol", "conny"):
        about = {"username": name, "printed_name": name, "email": f"{name}@example.org", "site": "MFG"}
        services.create_user(**about, **house.context())
        user = selectors.user_id_by_username(name)
        services.grant_role(user_id=user, role=Role.COURIER, site="MFG", **house.context())
    carol, conny = (selectors.user_id_by_username(name) for name in ("carol", "conny"))
    about = {"site": "MFG", "role": Role.COURIER, "code": "pickup", "subject": Subject("order", "X")}
    services.send_notice(**about, user_id=carol, **house.context())
    (effect,) = ledger.effects(kind="people:notice")
    assert run_effect(effect_id=effect.id, now=given.now())
    assert [mail.to for mail in mailoutbox] == [["carol@example.org"]]
    told = [selectors.notices_for(selectors.person(it, house.at), house.at) for it in (carol, conny)]
    assert [len(it) for it in told] == [1, 0]


def test_a_notice_is_mailed_in_the_words_that_its_room_has_for_it(house, mailoutbox, monkeypatch):
    monkeypatch.setattr(registry, "_letters", {})
    registry.register_letter("pickup", lambda notice: registry.Letter("Fetch it", notice.subject_key))
    house.someone("Carol", Role.COURIER)
    services.send_notice(
        site="MFG", role=Role.COURIER, code="pickup", subject=Subject("order", "X"), **house.context()
    )
    (effect,) = ledger.effects(kind="people:notice")
    monkeypatch.setattr(selectors, "addresses_of_role", lambda *of: ["carol@example.org"])
    assert run_effect(effect_id=effect.id, now=given.now())
    assert [(mail.subject, mail.body) for mail in mailoutbox] == [("Fetch it", "X")]


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
