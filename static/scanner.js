// The scanner check: row by row of the test card, told at once what came of it, signed at the end with badge and PIN.

import { Line, Refused } from "./line.js";
import { ScanBox } from "./scanbox.js";
import { play, wake } from "./sounds.js";
import { View, element, fill } from "./station-view.js";

// A slow scanner is to be measured here, not cut into pieces; what stops without Enter is taken after a rest.
const LONGEST_GAP_MS = 1500;
const REST_MS = 1700;
const MOODS = { right: "match", advice: "match", wrong: "needs", other: "hint" };
const SOUNDS = { right: "match", advice: "match", wrong: "needs", other: "hint" };
const ENDINGS = { Enter: "enter", Tab: "tab" };
const ICONS = { right: "✔", advice: "✔", wrong: "■" };

// How a scan came: the longest pause between two of its keys, and the key at its end.
class Pace {
  constructor(onRest) {
    this.onRest = onRest;
    this.lastAt = -Infinity;
    document.addEventListener("keydown", (event) => this.onKey(event), true);
  }

  onKey(event) {
    const isCharacter = [...event.key].length === 1 || event.key === "Dead";
    if (!isCharacter && !(event.key in ENDINGS)) return;
    const pause = event.timeStamp - this.lastAt;
    this.slowest = pause > LONGEST_GAP_MS ? null : Math.max(this.slowest ?? 0, pause);
    this.lastAt = event.timeStamp;
    this.ending = ENDINGS[event.key] ?? "none";
    clearTimeout(this.timer);
    if (isCharacter) this.timer = setTimeout(this.onRest, REST_MS);
  }

  take() {
    clearTimeout(this.timer);
    const taken = { ending: this.ending ?? "none", slowestMs: this.slowest === null ? null : Math.round(this.slowest) };
    this.lastAt = -Infinity;
    return taken;
  }
}

class ScannerCheck {
  constructor(boot) {
    this.boot = boot;
    this.words = boot.words;
    this.view = new View(document, boot.words, boot.zone);
    this.at = (id) => document.getElementById(id);
    const csrf = document.querySelector("input[name=csrfmiddlewaretoken]").value;
    this.line = new Line({
      stateUrl: boot.urls.state,
      csrf,
      onChange: (isUp) => this.lineChanged(isUp),
      onState: () => undefined,
    });
    this.pace = new Pace(() => this.rested()); // hears each key before the box does
    this.box = new ScanBox({
      box: this.at("scan"),
      deliver: (text) => this.scanned(text, this.pace.take()),
      onTyped: () => this.say(this.words.typed),
      gapMs: LONGEST_GAP_MS,
      prefix: boot.prefix,
    });
    this.at("by-hand").addEventListener("click", (event) => this.byHand(event.currentTarget));
    for (const item of this.items()) item.querySelector("button").addEventListener("click", () => this.go(Number(item.dataset.row)));
    document.addEventListener("pointerdown", wake, true);
    this.begin();
    document.body.dataset.ready = "yes";
  }

  begin() {
    this.readings = []; // every one of them, in the order scanned
    this.verdicts = this.boot.rows.map(() => "");
    this.requestId = crypto.randomUUID();
    this.badge = "";
    this.isOver = false;
    document.body.dataset.over = "no";
    this.items().forEach((item) => this.showRow(item));
    this.view.mood("idle");
    this.view.say([]);
    this.go(0);
  }

  items() {
    return [...this.at("rows").querySelectorAll("li")];
  }

  // --- where we are ------------------------------------------------------------------------------------------------

  // A row of the card, or the badge once every row was scanned.
  go(row) {
    if (this.isBusy || this.isOver) return;
    this.row = row;
    this.badge = "";
    this.setByHand(false);
    const isBadge = row === null;
    const { words } = this;
    const areRight = this.verdicts.every((verdict) => verdict === "right" || verdict === "advice");
    this.at("instruction").textContent = isBadge ? words.scan_badge : fill(words.scan_row, { n: row + 1 });
    this.at("hint").textContent = isBadge ? (areRight ? words.badge_hint : words.badge_hint_wrong) : `${this.boot.rows[row].title}. ${this.boot.rows[row].meaning}`;
    this.at("card-picture").toggleAttribute("hidden", isBadge);
    this.at("badge-picture").toggleAttribute("hidden", !isBadge);
    this.at("by-hand").hidden = !isBadge;
    for (const group of document.querySelectorAll(".card-row")) group.dataset.now = String(Number(group.dataset.row) === row);
    for (const item of this.items()) item.setAttribute("aria-current", Number(item.dataset.row) === row ? "step" : "false");
    this.view.noEntry();
    if (!isBadge && this.verdicts[row] && this.verdicts[row] !== "right") this.offerNext();
    this.at("scan").focus({ preventScroll: true });
  }

  // A row that cannot be made right now does not keep one from the others.
  offerNext() {
    const button = element("button", this.words.go_on, "touch");
    button.type = "button";
    button.addEventListener("click", () => { this.view.mood("idle"); this.view.say([]); this.go(this.next()); });
    this.at("entry").replaceChildren(button);
  }

  // The next row that was not scanned yet; then the badge.
  next() {
    const after = [...this.verdicts.keys()].map((n) => (this.row + 1 + n) % this.verdicts.length);
    return after.find((n) => !this.verdicts[n]) ?? null;
  }

  // A scan that just stopped: no key came at its end.
  rested() {
    if (this.box.buffer && !this.box.byHand) this.box.finish(false);
  }

  say(message) {
    this.view.say([{ message }]);
    this.view.speak(message);
    play("hint");
  }

  // --- scanning ----------------------------------------------------------------------------------------------------

  async scanned(text, about) {
    wake();
    if (this.isBusy) this.say(this.words.still_busy);
    else if (this.isOver) return;
    else if (this.row === null) this.badged(text);
    else await this.tryRow(this.row, text, about);
  }

  async tryRow(row, text, { ending, slowestMs }) {
    const reading = { symbol: this.boot.rows[row].code, text, ending, slowest_ms: slowestMs };
    const answer = await this.ship(this.boot.urls.try, reading);
    if (!answer) return;
    const { verdict, findings } = answer;
    this.view.mood(MOODS[verdict], verdict);
    this.view.say(findings);
    play(SOUNDS[verdict]);
    if (verdict !== "other") {
      this.readings.push(reading);
      this.verdicts[row] = verdict;
      this.showRow(this.items()[row]);
    }
    const isGood = verdict === "right" || verdict === "advice";
    this.go(isGood ? this.next() : row);
    if (verdict === "other") this.offerSkip(row, reading);
    const told = findings.map(({ message, remedy }) => `${message} ${remedy}`);
    this.view.speak([this.words[verdict], ...told, this.at("instruction").textContent].join(". "));
  }

  // Nothing that resembles the row ever arrives: then that is what is recorded of it.
  offerSkip(row, reading) {
    const button = element("button", this.words.take_it, "touch");
    button.type = "button";
    button.addEventListener("click", () => {
      this.readings.push(reading);
      this.verdicts[row] = "wrong";
      this.showRow(this.items()[row]);
      this.view.mood("idle");
      this.view.say([]);
      this.go(this.next());
    });
    this.at("entry").replaceChildren(button);
  }

  showRow(item) {
    const row = Number(item.dataset.row);
    const verdict = this.verdicts[row];
    item.dataset.verdict = verdict;
    item.querySelector(".row-icon").textContent = ICONS[verdict] ?? String(row + 1);
    item.querySelector(".row-word").textContent = this.words[verdict ? `is_${verdict}` : "not_yet"];
    item.querySelector("button").hidden = !verdict;
  }

  // --- signing -----------------------------------------------------------------------------------------------------

  badged(text) {
    this.badge = text;
    this.setByHand(false);
    this.at("instruction").textContent = this.words.enter_pin;
    this.view.mood("idle");
    this.view.say([]);
    this.view.pinPad((pin) => this.record(pin));
  }

  async record(pin) {
    const body = {
      request_id: this.requestId,
      badge: this.badge,
      pin,
      make: this.at("make").value,
      serial: this.at("serial").value,
      readings: this.readings,
    };
    const answer = await this.ship(this.boot.urls.record, body);
    if (!answer) {
      this.requestId = crypto.randomUUID(); // nothing was recorded under the one before
      this.go(null);
      return;
    }
    this.over(answer);
  }

  over(answer) {
    this.isOver = true;
    document.body.dataset.over = "yes";
    const { words } = this;
    const isGood = answer.is_qualified;
    this.view.mood(isGood ? "done" : "needs", isGood ? "qualified" : "failed");
    const day = answer.until_day.replaceAll("-", "\u2011"); // not to be broken
    const said = isGood ? fill(words.until, { until: day }) : words.recorded_failed;
    const lines = this.together(answer.findings);
    this.at("instruction").textContent = said;
    this.at("hint").textContent = isGood ? words.done_hint : words.mended;
    this.view.say(lines);
    this.at("by-hand").hidden = true;
    this.at("badge-picture").toggleAttribute("hidden", true);
    this.at("on-record").hidden = true; // it tells of before
    play(isGood ? "done" : "needs");
    this.view.speak([words[isGood ? "qualified" : "failed"], said, ...lines.map(({ message }) => message)].join(". "));
    this.view.noEntry();
    const back = element("a", words.back, "button touch primary");
    back.href = this.boot.urls.station;
    const again = element("button", words.begin_again, "touch");
    again.type = "button";
    again.addEventListener("click", () => this.begin());
    this.at("entry").replaceChildren(...(isGood ? [back] : [again, back]));
    (isGood ? back : again).focus();
  }

  // One line for what several rows have in common.
  together(findings) {
    const lines = new Map();
    for (const { symbol, message, remedy } of findings) {
      const title = this.boot.rows.find(({ code }) => code === symbol)?.title ?? symbol;
      const line = lines.get(message) ?? { titles: [], message, remedy };
      line.titles.push(title);
      lines.set(message, line);
    }
    return [...lines.values()].map(({ titles, message, remedy }) => ({ message: `${titles.join(", ")}: ${message}`, remedy }));
  }

  // --- the line ----------------------------------------------------------------------------------------------------

  // The answer, or null when it was turned away; then that is shown.
  async ship(url, body) {
    this.setBusy(true);
    try {
      return await this.line.send(url, body, () => this.view.say([{ message: this.words.retrying }]));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.view.mood("hint", "error");
      this.say(error.message);
      return null;
    } finally {
      this.setBusy(false);
    }
  }

  setBusy(isBusy) {
    this.isBusy = isBusy;
    this.view.busy(isBusy);
  }

  lineChanged(isUp) {
    this.view.line(isUp);
    this.view.speak(isUp ? this.words.connected : this.words.refused_offline);
  }

  byHand(button) {
    this.setByHand(button.getAttribute("aria-pressed") !== "true");
    this.at("scan").focus({ preventScroll: true });
  }

  setByHand(isOn) {
    this.at("by-hand").setAttribute("aria-pressed", String(isOn));
    this.box.setByHand(isOn);
  }
}

new ScannerCheck(JSON.parse(document.getElementById("boot").textContent));
