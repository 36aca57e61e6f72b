"""People at browsers: they sign in at desks, and scan at stations as a keyboard-wedge scanner types."""

from dataclasses import dataclass, field
from typing import Any

from coi.rules.scanners import GS
from config.demonstration.site import PASSWORD, Member
from tests.furnished import Journeys

# What a browser says of an answer that was meant to be no success.
LAWFUL = ("Failed to load resource", "AudioContext", "Password forms should have")

# How long what is waited for may take where many tests share few processors.
PATIENCE_MS = 60_000


def follow(page: Any, link: str) -> None:
    """Click on a link and wait until the page it leads to stands: a look before that would see the old one, or none."""
    with page.expect_navigation():
        page.get_by_role("link", name=link).click()


def press(page: Any, button: str) -> None:
    """Click on a button and wait until the page it leads to stands."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


# One event a key, as a computer makes them of what a scanner presses: [key, with Ctrl]; a field that nobody keeps the
# key from gets its character. All in one task of the page: a machine with much else to do may pause between keys that
# another process sends, and our pages measure pauses.
_KEYS = """(keys) => {
  for (const [key, ctrlKey] of keys) {
    const event = new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true, cancelable: true });
    const isFree = document.activeElement.dispatchEvent(event);
    if (isFree && key.length === 1 && !ctrlKey) document.execCommand("insertText", false, key);
  }
}"""


def scan_keys(page: Any, text: str, *end: str) -> None:
    """Press keys as a scanner does, wherever the focus is; its separator is Ctrl and ]."""
    keys = [("]", True) if char == GS else (char, False) for char in text]
    page.evaluate(_KEYS, [*keys, *((key, False) for key in end)])


@dataclass
class House:
    """The server, the browser, and everything opened in it."""

    address: str
    chromium: Any
    journeys: Journeys
    clock: Any
    contexts: list[Any] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def page(self, width: int = 1280, height: int = 800) -> Any:
        """A fresh browser window that remembers what its console said."""
        context = self.chromium.new_context(viewport={"width": width, "height": height}, locale="en-GB")
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)
        return page

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(LAWFUL):
            self.complaints.append(message.text)

    def desk(self, member: Member) -> Any:
        """A page on which this person has signed in."""
        page = self.page()
        page.goto(f"{self.address}/sign-in/")
        page.get_by_label("Username").fill(member.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        return page

    def station(self, key: str, **size: int) -> "Station":
        """A device that was bound to this station."""
        page = self.page(**size)
        page.goto(f"{self.address}/station/")
        demo = self.journeys.demo
        page.get_by_label("Station token").fill(demo.tokens[key])
        page.get_by_label("Badge or username").fill(demo.binder(key).badge)
        page.get_by_label("PIN or password").fill(demo.binder(key).pin)
        page.get_by_label("Longest pause").fill("2000")
        page.get_by_role("button", name="Bind").click()
        return Station(page).ready()

    def close(self) -> None:
        """Close all windows; nothing may have been complained about."""
        for context in self.contexts:
            context.close()
        assert not self.complaints, self.complaints


@dataclass
class Station:
    """A scan station and whoever stands before it."""

    page: Any

    def ready(self) -> "Station":
        """The page's modules are at work."""
        self.page.locator("body[data-person]").wait_for()
        return self

    def reload(self) -> None:
        """As after a crash of the browser."""
        self.page.reload()
        self.ready()

    def scan(self, *codes: str) -> None:
        """Type each code as a scanner does, wherever the focus is, and wait for the verdict."""
        for code in codes:
            self.type(code)
            self.settle()

    def type(self, code: str) -> None:
        """The keys alone."""
        scan_keys(self.page, code, "Enter")

    def settle(self) -> None:
        """Until the verdict is on the screen."""
        self.page.locator("body[data-busy='no']").wait_for()

    def badge(self, member: Member) -> None:
        """Badge in, and wait until the screen greets this person."""
        self.type(member.badge)
        self.page.locator("#person", has_text=member.name).wait_for()
        self.settle()

    def expect(self, verdict: str, instruction: str = "") -> None:
        """The verdict on the screen, and what it asks for."""
        self.page.locator("#verdict-word", has_text=verdict).wait_for()
        if instruction:
            self.page.locator("#instruction", has_text=instruction).wait_for()

    def sign(self, pin: str) -> None:
        """Enter the PIN on the pad that is shown."""
        self.page.get_by_label("PIN").wait_for()
        for digit in pin:
            self.page.get_by_role("button", name=digit, exact=True).click()
        self.page.get_by_role("button", name="Sign").click()
        self.page.locator("form.pin").wait_for(state="detached")
        self.settle()

    def choose(self, title: str) -> None:
        """Choose a step where several fit."""
        self.page.get_by_role("button", name=title).click()
        self.page.locator("#step", has_text=title).wait_for()

    def enter(self, **values: str) -> None:
        """Fill in the values that are asked for, and send them."""
        for name, value in values.items():
            field = self.page.locator(f"#entry [name='{name}']")
            field.first.wait_for()
            if field.first.get_attribute("type") == "radio":
                self.page.locator(f"#entry [name='{name}'][value='{value}']").check()
            else:
                field.fill(value)
        self.page.get_by_role("button", name="Send").click()
        self.page.locator("form.values:not(.late-form)").wait_for(state="detached")
        self.settle()

    def done(self, title: str) -> None:
        """The step is complete."""
        self.expect("DONE")
        self.page.locator("#reasons", has_text=f"“{title}” is complete.").wait_for()

    def together(self, first: Member, second: Member, codes: list[str], **more: Any) -> None:
        """A step of two people: the first scans all, then the second scans again."""
        self.badge(first)
        self.scan(*codes)
        if values := more.get("values"):
            self.enter(**values)
        self.expect("NEEDS A SECOND PERSON", "Second person: scan your badge")
        self.badge(second)
        self.expect("WELCOME", "Scan")
        self.scan(*more.get("again", codes))
        if values := more.get("second_values"):
            self.enter(**values)
