// The STOP: it stays until a second qualified person has cleared it, through a reload too.

import { isBadge } from "./codes.js";
import { element, fill } from "./station-view.js";
import { play } from "./sounds.js";
import { Refused } from "./line.js";

const REMIND_EVERY_MS = 12000;

export class Stop {
  constructor({ dialog, view, words, line, clearUrl, onCleared }) {
    Object.assign(this, { dialog, view, words, line, clearUrl, onCleared });
    this.at = (id) => dialog.ownerDocument.getElementById(id);
    this.check = null;
    this.badge = "";
    this.isSending = false;
    dialog.addEventListener("cancel", (event) => event.preventDefault()); // Escape does not clear a STOP
    dialog.addEventListener("close", () => { if (this.check) dialog.showModal(); });
  }

  get isOpen() {
    return this.check !== null;
  }

  show({ check, refusals, deviation }) {
    if (this.check === check) return;
    this.check = check;
    this.badge = "";
    const [first, ...others] = refusals;
    this.at("stop-name").textContent = first?.name ?? "";
    this.at("stop-message").textContent = first?.message ?? "";
    this.at("stop-remedy").textContent = first?.remedy ?? "";
    this.at("stop-pair").replaceChildren(...this.pair(first ?? {}));
    this.at("stop-more").replaceChildren(...others.map((refusal) => element("li", refusal.message)));
    this.at("stop-deviation").textContent = deviation ? fill(this.words.deviation, { code: deviation }) : "";
    this.ask(this.words.clear_badge);
    if (!this.dialog.open) this.dialog.showModal();
    this.at("stop-title").focus();
    play("stop");
    clearInterval(this.reminder);
    this.reminder = setInterval(() => { if (!this.badge) play("stop"); }, REMIND_EVERY_MS);
  }

  // Both identifiers, large, the differing characters marked.
  pair({ expected, found, label }) {
    const shown = found ?? label;
    if (!shown) return [];
    if (!expected) return [row(this.words.found, [...shown].map((character) => [character, false]))];
    const longest = Math.max(expected.length, shown.length);
    const differs = Array.from({ length: longest }, (unused, n) => expected[n] !== shown[n]);
    const marked = (text) => [...text].map((character, n) => [character, differs[n]]);
    return [row(this.words.expected, marked(expected)), row(this.words.found, marked(shown))];
  }

  ask(text, fault = "") {
    this.at("stop-ask").textContent = text;
    this.at("stop-fault").textContent = fault;
    this.at("stop-pin").replaceChildren();
  }

  // A scan while the STOP is up can only be the badge of the person who clears it.
  scan(text) {
    if (this.isSending) return;
    if (!isBadge(text)) {
      this.ask(this.words.clear_badge, this.words.clear_badge);
      play("hint");
      return;
    }
    this.badge = text;
    this.ask(this.words.clear_pin);
    this.view.pinPad((pin) => this.clear(pin), this.at("stop-pin"));
  }

  async clear(pin) {
    if (this.isSending) return;
    this.isSending = true;
    const body = { request_id: crypto.randomUUID(), badge: this.badge, pin };
    this.at("stop-ask").textContent = this.words.sending;
    try {
      await this.line.send(this.clearUrl.replace(/[0-9a-f-]{36}/, this.check), body, () => {
        this.at("stop-fault").textContent = this.words.retrying;
      });
      this.close();
      this.onCleared();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.failed(error);
    } finally {
      this.isSending = false;
    }
  }

  failed(error) {
    this.badge = "";
    if (error.code === "stop_cleared" || error.code === "stop_unknown") {
      this.close();
      this.onCleared();
      return;
    }
    play("hint");
    this.ask(this.words.clear_badge, error.message);
  }

  close() {
    this.check = null;
    this.badge = "";
    clearInterval(this.reminder);
    this.dialog.close();
  }
}

function row(title, characters) {
  const line = element("div", "", "pair-row");
  const shown = element("span", "", "pair-code");
  shown.append(...characters.map(([character, differs]) => element(differs ? "mark" : "span", character)));
  line.append(element("span", title, "pair-title"), shown);
  return line;
}
