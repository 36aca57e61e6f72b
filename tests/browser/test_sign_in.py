"""Passkeys, an app for codes and a desk that rests, in a browser with an authenticator of its own."""

import pytest

from config.demonstration.site import PASSWORD
from tests.browser.acting import press
from tests.browser.test_pages import assert_clean

pytestmark = pytest.mark.browser

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
IDLE = 16 * 60


@pytest.fixture
def named(house, settings):
    """Passkeys belong to a name, and an address in figures is none."""
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.IDLE_LOCK_MINUTES = 15
    house.address = house.address.replace("127.0.0.1", "localhost")
    return house


def with_passkey(house, page):
    """Give this person's browser an authenticator, and the account a passkey of it."""
    authenticator = page.context.new_cdp_session(page)
    authenticator.send("WebAuthn.enable")
    authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto(f"{house.address}/account/factors/passkey/")
    page.get_by_label("What you call it").fill("Key on my ring")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_text("Your passkey is added.").wait_for()


def test_a_passkey_signs_in_alone_and_beside_the_password(named):
    bob = named.journeys.demo.member("Bob")
    page = named.desk(bob)
    with_passkey(named, page)
    assert_clean(page, "second factors")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("button", name="Sign out").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Username").fill(bob.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="Second factor").wait_for()
    assert_clean(page, "second factor")
    page.get_by_role("button", name="Show a passkey").click()
    page.get_by_role("button", name="Sign out").wait_for()


def test_a_desk_is_covered_and_goes_on_with_what_was_typed(named, clock):
    page = named.page()
    page.clock.install()
    bob = named.journeys.demo.member("Bob")
    page.goto(f"{named.address}/sign-in/")
    page.get_by_label("Username").fill(bob.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign out").wait_for()
    with_passkey(named, page)
    for way in ("password", "passkey"):
        page.goto(f"{named.address}/account/password/")
        page.get_by_label("New password", exact=True).fill("something half typed")
        clock.wait(seconds=IDLE)
        page.clock.fast_forward(IDLE * 1000)
        cover = page.get_by_role("dialog")
        cover.get_by_role("heading", name="This desk is locked").wait_for()
        for _time in range(3):
            page.keyboard.press("Escape")
        assert cover.is_visible()
        page.evaluate("document.getElementById('cover').close()")  # as a telephone does, going back
        cover.wait_for()
        assert_clean(page, "cover")
        assert (
            page.evaluate("fetch('/work/', {headers: {Accept: 'application/json'}}).then(it => it.status)")
            == 401
        )
        if way == "password":
            cover.get_by_label("Password").fill("wrong")
            cover.get_by_role("button", name="Unlock", exact=True).click()
            cover.get_by_text("The password is wrong.").wait_for()
            cover.get_by_label("Password").fill(PASSWORD)
            cover.get_by_role("button", name="Unlock", exact=True).click()
        else:
            cover.get_by_role("button", name="Unlock with a passkey").click()
        cover.wait_for(state="hidden")
        assert page.get_by_label("New password", exact=True).input_value() == "something half typed"
        assert page.evaluate("fetch('/work/').then(it => it.status)") == 200


def test_the_pages_of_an_account(named):
    page = named.desk(named.journeys.demo.member("Bob"))
    for path in ("", "password/", "pin/", "factors/", "factors/app/", "factors/passkey/", "factors/codes/"):
        page.goto(f"{named.address}/account/{path}")
        assert_clean(page, f"account/{path}")


def test_after_a_refused_form_the_focus_is_where_it_is_mended(named):
    page = named.desk(named.journeys.demo.member("Bob"))
    page.goto(f"{named.address}/account/pin/")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("New PIN").fill("1111")
    press(page, "Change the PIN")
    field = page.locator(":focus")
    assert field.get_attribute("name") == "pin"
    told = [page.locator(f"#{id}").inner_text() for id in field.get_attribute("aria-describedby").split()]
    assert any("too easy to guess" in text for text in told), told
    page.goto(f"{named.address}/account/factors/codes/")
    page.get_by_label("Your password").fill(PASSWORD)
    press(page, "Make new codes")
    assert page.locator(":focus").inner_text() == "Set up an app or a passkey first."
    assert_clean(page, "a refused form")
