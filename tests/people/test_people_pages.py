"""Pages by which people are let in, given rights and badges, and ended."""

import re
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ledger import selectors as ledger
from people import models, selectors, services
from people.events import Event
from people.rules import codes
from people.rules.authority import BadgeState
from people.rules.qualifications import Work
from people.rules.roles import Role
from tests.people import given
from tests.people.given import last

DAY = timedelta(days=1)


@pytest.fixture
def ada(house, client):
    assert client.login(username="admin", password=given.PASSWORD)
    return client


def sent(client, path, **fields):
    return client.post(path, {"request_id": str(uuid4())} | fields)


def text_of(answer, status=200):
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer.content.decode()


def day(house, days):
    return (house.at + timedelta(days=days)).date().isoformat()


def test_an_account_is_made_and_its_code_shown_once(ada, house):
    about = {"username": "eve", "printed_name": "Eve Example", "email": "", "site": "MFG"}
    request_id = str(uuid4())
    shown = text_of(sent(ada, "/people/new/", request_id=request_id, **about))
    assert "It is shown this once" in shown
    assert "is not shown again" in text_of(sent(ada, "/people/new/", request_id=request_id, **about))
    assert "Usernames are never given twice" in text_of(sent(ada, "/people/new/", **about), 409)
    assert "Eve Example" in text_of(ada.get("/people/?q=eve"))
    assert "Nobody is found" in text_of(ada.get("/people/?q=nobody"))


@pytest.mark.requirement("URS-ACC-03")
def test_a_role_is_granted_with_an_end_and_ended_with_a_reason(ada, house):
    someone = house.someone("Someone")
    page = f"/people/{someone.user_id}/"
    about = {"role": "auditor", "site": "MFG"}
    assert "with a last day" in text_of(sent(ada, f"{page}grant/", **about), 422)
    period = {"covers_from": day(house, -90), "covers_until": day(house, -1)}
    assert sent(ada, f"{page}grant/", until=day(house, 20), **about, **period).status_code == 302
    (grant,) = someone.person(given.now()).grants
    assert grant.role is Role.AUDITOR
    bounds = (grant.covers.start, grant.covers.end)
    local = [it.astimezone(ZoneInfo("Europe/Berlin")).date().isoformat() for it in bounds]
    assert local == [day(house, -90), day(house, 0)]
    ending = re.search(r"revoke-role/\?about=([0-9a-f-]+)", text_of(ada.get(page)))
    assert ending is not None
    about = {"about": ending[1], "reason": "over"}
    assert "required" in text_of(sent(ada, f"{page}revoke-role/", **about), 422), "the tick is missing"
    assert sent(ada, f"{page}revoke-role/", sure="on", **about).status_code == 302
    assert someone.person(given.now()).grants == ()
    (entry,) = ledger.entries_between(house.at, given.now(), events=[Event.ROLE_REVOKED])
    assert entry.site == "MFG", "whoever reads the trail of other sites alone does not read of it"


def test_nobody_acts_for_themselves(ada, house):
    page = f"/people/{house.admin.user_id}/"
    assert "This is you" in text_of(ada.get(page))
    shown = text_of(sent(ada, f"{page}grant/", role="nurse", site="MFG"), 403)
    assert "Nobody does this for themselves" in shown


@pytest.mark.requirement("URS-PWD-04")
def test_a_badge_is_given_tested_replaced_and_revoked(ada, house):
    someone = house.someone("Someone")
    page, first = f"/people/{someone.user_id}/", codes.make("B", "FIRST")
    assert sent(ada, f"{page}badge/", code=first, site="MFG").status_code == 302
    assert sent(ada, f"{page}badge-test/", code=first, until=day(house, 200)).status_code == 302
    tested = last(Event.BADGE_REVALIDATED)
    assert (tested.actor_id, tested.facts["code"]) == (house.admin.user_id, first)
    assert selectors.read_badge(first, house.at + 199 * DAY).state is BadgeState.VALID
    assert selectors.read_badge(first, house.at + 202 * DAY).state is BadgeState.EXPIRED
    shown = text_of(sent(ada, f"{page}badge-test/", code=first, until=day(house, -1)), 422)
    assert "ends before it begins" in shown
    beside = house.someone("Beside").badge
    for act, field in (("badge-test", {"code": beside}), ("badge-replace", {"lost": beside, "reason": "x"})):
        assert "somebody else&#x27;s badge" in text_of(sent(ada, f"{page}{act}/", **field), 422), act
    answer = sent(ada, f"{page}badge-replace/", lost=first, is_temporary="on", reason="lost at home")
    assert answer.status_code == 302
    now = given.now()
    assert selectors.read_badge(first, now).state is BadgeState.REVOKED
    new = models.Badge.objects.get(user=someone.user_id, revoked_at=None, replaces__isnull=False)
    assert new.is_temporary
    assert new.replaces.code == first
    assert selectors.read_badge(new.code, now).state is BadgeState.VALID
    assert selectors.read_badge(new.code, now + timedelta(days=15)).state is BadgeState.EXPIRED
    assert sent(ada, "/people/badges/revoke/", code=f"]C1{new.code}", reason="stolen").status_code == 302
    assert selectors.read_badge(new.code, given.now()).state is BadgeState.REVOKED
    ended = ledger.entries_between(house.at, given.now(), events=[Event.BADGE_REVOKED, Event.BADGE_ISSUED])
    assert {it.site for it in ended} == {"MFG"}
    assert "revoked before" in text_of(sent(ada, "/people/badges/revoke/", code=new.code, reason="x"), 409)
    assert "No badge has this code" in text_of(
        sent(ada, "/people/badges/revoke/", code=codes.make("B", "NOONE"), reason="x"), 404
    )


def test_training_is_recorded_with_its_evidence(ada, house):
    sue = house.someone("Sue", Role.SUPERVISOR)
    someone = house.someone("Someone")
    ada.login(username=sue.username, password=given.PASSWORD)
    page = f"/people/{someone.user_id}/"
    about = {"topic": "thaw", "site": "MFG", "until": day(house, 10)}
    wrong = SimpleUploadedFile("c.pdf", b"not a pdf", content_type="application/pdf")
    assert "not what its name says" in text_of(sent(ada, f"{page}training/", evidence=wrong, **about), 422)
    right = SimpleUploadedFile("c.pdf", b"%PDF-1.7 x", content_type="application/pdf")
    assert sent(ada, f"{page}training/", evidence=right, **about).status_code == 302
    assert someone.person(given.now()).is_trained("thaw", given.now())
    shown = text_of(ada.get(page))
    assert "Ends soon" in shown
    link = re.search(r"/people/evidence/[0-9a-f-]+/", shown)
    assert link is not None
    assert ada.get(link[0]).content == b"%PDF-1.7 x"
    assert "Grant a role" not in shown, "a supervisor grants none"
    house.someone("Nora", Role.QA_REVIEWER, site="HOSP")
    ada.login(username="nora", password=given.PASSWORD)
    assert ada.get(link[0]).status_code == 404
    assert ada.get(page).status_code == 404


def test_a_topic_that_nothing_asks_for_is_questioned_at_its_field(ada, house, draft):
    page = f"/people/{house.someone('Someone').user_id}/training/"
    assert '<option value="thaw">' in text_of(ada.get(page))
    answer = sent(ada, page, topic="thawing", site="MFG")
    assert "Did you mean “thaw”?" in text_of(answer, 422)
    assert list(answer.context["form"].errors) == ["topic"]
    assert sent(ada, page, topic="thaw", site="MFG").status_code == 302
    assert sent(ada, page, topic="thawing", site="MFG", is_meant="on").status_code == 302


def test_a_site_is_qualified_and_asked_for_a_programme(ada, house):
    page = "/people/sites/HOSP/"
    assert sent(ada, f"{page}require/", programme="FACT", work="orders").status_code == 302
    assert "missing or overdue" in text_of(ada.get(page))
    assert selectors.unmet_programmes("HOSP", Work.ORDERS, given.now()) == ("FACT",)
    window = {"since": day(house, -1), "until": day(house, 10)}
    assert sent(ada, f"{page}qualify/", programme="FACT", **window).status_code == 302
    shown = text_of(ada.get(page))
    assert "missing or overdue" not in shown
    assert "FACT" in text_of(ada.get("/people/sites/"))
    about = {"reason": "moved", "sure": "on"}
    held = re.search(r"end/\?about=([0-9a-f-]+)", shown)[1]
    assert sent(ada, f"{page}end/", about=held, **about).status_code == 302
    assert selectors.unmet_programmes("HOSP", Work.ORDERS, given.now()) == ("FACT",)
    need = re.search(r"waive/\?about=([0-9a-f-]+)", shown)[1]
    assert sent(ada, f"{page}waive/", about=need, **about).status_code == 302
    assert selectors.unmet_programmes("HOSP", Work.ORDERS, given.now()) == ()


def test_the_list_of_sites_does_not_cost_more_the_longer_it_is(ada, house, django_assert_num_queries):
    def cost():
        with django_assert_num_queries(20, exact=False) as found:
            assert ada.get("/people/sites/").status_code == 200
        return len(found)

    before = cost()
    for code in ("NORTH", "SOUTH"):
        about = {"code": code, "name": code, "zone": "UTC", "identifiers": {}}
        services.create_site(organisation="CELLS", **about, **house.context())
        services.require_programme(site=code, programme="FACT", work=Work.ORDERS, **house.context())
    assert cost() == before


def test_accounts_are_reset_and_closed(ada, house):
    someone = house.someone("Someone")
    page, about = f"/people/{someone.user_id}/", {"site": "MFG", "reason": "forgot", "sure": "on"}
    assert "Activation code" in text_of(sent(ada, f"{page}reset/", **about))
    assert sent(ada, f"{page}close/", **about).status_code == 302
    assert "account closed" in text_of(ada.get(page))


def test_the_pages_are_for_those_who_answer_for_people(client, house):
    for name, role, status in (("Nina", Role.NURSE, 403), ("Audrey", Role.AUDITOR, 200)):
        someone = house.someone(name, role)
        client.login(username=someone.username, password=given.PASSWORD)
        for address in ("/people/", f"/people/{someone.user_id}/", "/people/sites/"):
            assert client.get(address).status_code == status, (name, address)
        assert client.get("/people/new/").status_code == 403
        assert (b'href="/people/"' in client.get("/work/").content) is (status == 200)


def test_a_form_opens_for_whoever_may_do_what_it_asks_for(client, house):
    sue = house.someone("Sue", Role.SUPERVISOR)
    client.login(username=sue.username, password=given.PASSWORD)
    page = f"/people/{house.someone('Someone').user_id}/"
    text_of(client.get(f"{page}training/"))
    for form in (f"{page}grant/", f"{page}reset/", "/people/sites/MFG/require/"):
        assert "do not hold a role for this" in text_of(client.get(form), 403)
        assert "do not hold a role for this" in text_of(sent(client, form), 403), (
            "before the form is looked at"
        )


def test_the_list_does_not_cost_more_the_longer_it_is(ada, house, django_assert_num_queries):
    def cost():
        with django_assert_num_queries(20, exact=False) as found:
            ada.get("/people/")
        return len(found)

    few = cost()
    for number in range(4):
        house.someone(f"Someone{number}", Role.NURSE, topics=("thaw",))
    assert cost() == few


def test_word_goes_out_once_before_something_ends(house):
    sue, someone = house.someone("Sue", Role.SUPERVISOR), house.someone("Someone")
    ends = house.at + 20 * given.DAY
    about = {"user_id": someone.user_id, "site": "MFG"}
    services.record_training(topic="thaw", valid_until=ends, **about, **house.context())
    services.record_training(topic="fill", valid_until=house.at + 40 * given.DAY, **about, **house.context())
    window = {"valid_from": house.at, "valid_until": ends}
    services.record_site_qualification(site="MFG", programme="FACT", **window, **house.context())
    now = given.now()
    assert services.warn_of_expiry(now=now) == 2
    services.warn_of_expiry(now=now)
    told = [it.code for it in selectors.notices_for(someone.person(now), now)]
    assert told == ["training_ends"]
    assert [it.code for it in selectors.notices_for(sue.person(now), now)] == ["training_ends"]
    assert [it.code for it in selectors.notices_for(house.admin.person(now), now)] == ["qualification_ends"]
    services.record_training(topic="thaw", **about, **house.context())
    assert [it.about for it in selectors.expiring(given.now())] == ["FACT"]


def test_word_of_an_old_pin_goes_to_each_site_that_gave_the_person_a_badge(house, settings):
    settings.PASSWORD_MAX_AGE_DAYS = 20
    someone = house.someone("Someone")
    about = {"user_id": someone.user_id, "code": codes.make("B", "HOSP1"), "site": "HOSP"}
    services.issue_badge(**about, **house.context())
    now = given.now()
    for _night in range(2):
        assert services.warn_of_expiry(now=now) == 2
    told = [(it.code, it.site) for it in selectors.notices_for(someone.person(now), now)]
    assert sorted(told) == [("pin_ends", "HOSP"), ("pin_ends", "MFG")]


@pytest.mark.parametrize("days", [{"until": "9999-12-31"}, {"since": "0001-01-01"}])
def test_a_day_that_no_record_can_be_about_is_said_at_its_field(ada, house, days):
    page = f"/people/{house.someone('Someone').user_id}/training/"
    answer = sent(ada, page, topic="thaw", site="MFG", **days)
    assert "Give a day between 1900 and 2999." in text_of(answer, 422)
    assert list(answer.context["form"].errors) == list(days)


def test_sessions_are_ended_and_the_person_signs_in_again(ada, house):
    someone = house.someone("Someone")
    at_desk = Client()
    assert at_desk.login(username="someone", password=given.PASSWORD)
    assert at_desk.get("/account/").status_code == 200
    page = f"/people/{someone.user_id}/"
    assert "End all sessions" in text_of(ada.get(page))
    about = {"site": "MFG", "reason": "device lost"}
    assert "required" in text_of(sent(ada, f"{page}end-sessions/", **about), 422), "the tick is missing"
    assert sent(ada, f"{page}end-sessions/", sure="on", **about).status_code == 302
    assert at_desk.get("/account/").status_code == 302
    assert at_desk.login(username="someone", password=given.PASSWORD)


def test_live_sessions_are_shown_to_who_may_end_them(ada, house, time_machine, settings):
    settings.IDLE_LOCK_MINUTES = 15
    someone = house.someone("Someone")
    house.someone("Sue", Role.SUPERVISOR)
    page, began = f"/people/{someone.user_id}/", given.now()
    assert "Nowhere at the moment." in text_of(ada.get(page))
    fox = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/130.0", REMOTE_ADDR="192.0.2.7")
    for client in (fox, Client(REMOTE_ADDR="192.0.2.8"), Client(REMOTE_ADDR="192.0.2.9")):
        sign_in = {"username": "someone", "password": given.PASSWORD}
        assert client.post("/sign-in/", sign_in).status_code == 302
        assert client.get("/account/").status_code == 200
    assert client.post("/sign-out/").status_code == 302
    time_machine.move_to(began + timedelta(minutes=4), tick=False)
    assert fox.get("/account/").status_code == 200

    def listed(reader):
        panel = text_of(reader.get(page)).partition('id="sessions"')[2].partition("</section>")[0]
        return re.sub(r"<[^>]*>|\s+", " ", panel)

    shown = listed(ada)
    assert "Firefox, Windows" in shown
    assert ("192.0.2.7" in shown, "192.0.2.8" in shown, "192.0.2.9" in shown) == (True, True, False)
    seen = {
        it.address: it.seen_at for it in selectors.live_sessions(someone.user_id, began - DAY, given.now())
    }
    assert seen["192.0.2.7"] - seen["192.0.2.8"] >= timedelta(minutes=3), "when somebody was last there"
    supervisor = Client()
    assert supervisor.login(username="sue", password=given.PASSWORD)
    assert listed(supervisor) == "", "who may not end them is not shown where a colleague is"
    about = {"site": "MFG", "reason": "device lost", "sure": "on"}
    assert sent(ada, f"{page}end-sessions/", **about).status_code == 302
    assert "Nowhere at the moment." in listed(ada)


def test_the_sessions_of_others_cost_no_more_statements(ada, house, django_assert_max_num_queries):
    someone = house.someone("Someone")
    for _n in range(3):
        client = Client()
        assert (
            client.post("/sign-in/", {"username": "someone", "password": given.PASSWORD}).status_code == 302
        )
    with django_assert_max_num_queries(2):
        found = selectors.live_sessions(someone.user_id, given.now() - DAY, given.now())
    assert len(found) == 3


def test_a_provider_is_linked_and_unlinked(ada, house, settings):
    someone = house.someone("Someone")
    page = f"/people/{someone.user_id}/"
    assert "Link to the sign-in provider" not in text_of(ada.get(page)), "there is no provider"
    app = {"provider_id": "oidc", "name": "Hospital sign-in"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    assert "Hospital sign-in" in text_of(ada.get(f"{page}link/"))
    about = {"provider": "oidc", "subject": "sub-4711", "site": "MFG", "reason": "asked for"}
    assert sent(ada, f"{page}link/", **about).status_code == 302
    assert "vouches for somebody" in text_of(sent(ada, f"{page}link/", **about), 409)
    shown = text_of(ada.get(page))
    assert "sub-4711" not in shown
    assert "<strong>Hospital sign-in</strong>" in shown, "by the name that its button has"
    ending = re.search(r"unlink/\?about=([0-9a-f-]+)", shown)
    assert ending is not None
    about = {"about": ending[1], "site": "MFG", "reason": "left", "sure": "on"}
    assert sent(ada, f"{page}unlink/", **about).status_code == 302
    assert selectors.links_of(someone.user_id) == []


def test_what_is_done_for_somebody_begins_with_the_site_at_which_they_work(ada, house):
    someone = house.someone("Someone", Role.NURSE, site="HOSP")
    page = f"/people/{someone.user_id}/reset/"
    assert '<option value="HOSP" selected>' in text_of(ada.get(page))
    about = {"site": "MFG", "reason": "forgot it", "sure": "on"}
    answer = sent(ada, page, **about)
    assert "Choose that one" in text_of(answer, 403)
    assert list(answer.context["form"].errors) == ["site"]
