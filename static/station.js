// The scan station. It keeps the badge in memory alone, asks the server about every scan, and shows what it says.

import { bare, isBadge } from "./codes.js";
import { Countdown } from "./countdown.js";
import { Late } from "./late.js";
import { Line, Refused } from "./line.js";
import { ScanBox } from "./scanbox.js";
import { play, wake } from "./sounds.js";
import { View, fill } from "./station-view.js";
import { Stop } from "./stop.js";

const LOCK_AFTER_MS = 3 * 60 * 1000;

class Station {
  constructor(boot) {
    this.boot = boot;
    this.words = boot.words;
    this.view = new View(document, boot.words, boot.zone);
    this.person = null; // { name, badge }
    this.check = null;
    this.step = "";
    this.next = boot.idle;
    this.barcodes = [];
    this.keyed = {}; // how those barcodes came: scanned, or typed and why
    this.isBusy = false;
    this.countdown = new Countdown(this.view, this.words.over);
    this.recent = boot.state.recent;
    const csrf = document.querySelector("input[name=csrfmiddlewaretoken]").value;
    this.line = new Line({
      stateUrl: boot.urls.state,
      csrf,
      onChange: (isUp) => this.lineChanged(isUp),
      onState: (state) => this.takeState(state),
    });
    this.stop = new Stop({
      dialog: document.getElementById("stop"),
      view: this.view,
      words: this.words,
      line: this.line,
      clearUrl: boot.urls.clear,
      onCleared: () => this.stopCleared(),
    });
    this.late = new Late({
      root: document,
      words: this.words,
      zone: boot.zone,
      onChange: (isOn) => {
        this.forget();
        this.idle();
        if (isOn) this.view.say([{ message: this.words.late_begin }]);
      },
    });
    this.box = new ScanBox({
      box: document.getElementById("scan"),
      deliver: (text, isTyped) => this.scanned(text, isTyped),
      onTyped: () => this.note("hint", "hint", this.words.typed_not_scanned),
      ...boot.scanner,
    });
    this.listen();
    this.idle();
    this.takeState(boot.state);
  }

  listen() {
    const on = (id, act) => document.getElementById(id).addEventListener("click", act);
    on("badge-out", () => this.badgeOut(this.words.badged_out));
    on("cancel", () => this.cancel(this.check));
    on("clear-line", () => this.scanned(this.boot.commands.clear));
    on("sound", () => this.testSound());
    on("by-hand", (event) => this.setByHand(event.currentTarget.getAttribute("aria-pressed") !== "true"));
    document.getElementById("keyed-reason").addEventListener("change", () => this.focus());
    document.addEventListener("pointerdown", () => this.touched(), true);
    document.addEventListener("keydown", () => this.lockLater(), true); // sound is woken after a scan, not within one
    setInterval(() => this.countdown.tick(), 1000);
    this.lockLater();
    this.countdown.tick();
  }

  // --- who ---------------------------------------------------------------------------------------------------------

  touched() {
    wake();
    this.lockLater();
  }

  lockLater() {
    clearTimeout(this.lock);
    this.lock = setTimeout(() => { if (this.person) this.badgeOut(this.words.locked); }, LOCK_AFTER_MS);
  }

  // Nothing of the last person or patient stays on the screen.
  badgeOut(message) {
    this.person = null;
    this.check = null;
    this.late.forget();
    this.idle();
    this.view.say([{ message }]);
    this.view.speak(message);
  }

  idle() {
    this.step = "";
    this.barcodes = [];
    this.next = this.person
      ? { ...this.boot.idle, instruction: this.words.scan_first }
      : { ...this.boot.idle, instruction: this.words.badge_first, hint: this.words.badge_hint, picture: "badge" };
    this.view.mood("idle");
    this.view.person(this.person?.name ?? "");
    this.view.say([]);
    this.ask();
  }

  // --- scanning ----------------------------------------------------------------------------------------------------

  // A code that is typed says why it was not scanned. One code, then the station expects scans again.
  setByHand(isOn) {
    document.getElementById("by-hand").setAttribute("aria-pressed", String(isOn));
    document.getElementById("keyed").hidden = !isOn;
    const reason = document.getElementById("keyed-reason");
    reason.value = "";
    this.box.setByHand(isOn);
    if (isOn) reason.focus();
    else this.focus();
  }

  async scanned(text, isTyped = false) {
    this.touched();
    this.late.hide();
    const reason = isTyped ? document.getElementById("keyed-reason").value : "";
    if (isTyped && !reason) {
      this.note("hint", "hint", this.words.keyed_reason_needed);
      return;
    }
    if (isTyped && this.stop.isOpen) {
      this.note("hint", "hint", this.words.typed_not_scanned);
      return;
    }
    if (isTyped) this.setByHand(false);
    this.keyed = isTyped ? { is_keyed: true, keyed_reason: reason } : {};
    if (this.stop.isOpen) {
      this.stop.scan(text);
      return;
    }
    if (this.isBusy) {
      this.note("hint", "wait", this.words.still_busy, true);
      return;
    }
    if (!this.line.isUp && !(await this.line.ask())) {
      this.note("offline", "offline", this.words.refused_offline);
      return;
    }
    if (isBadge(text)) await this.badge(text);
    else if (bare(text) === this.boot.commands.cancel) await this.cancel(this.check);
    else if (!this.person) this.note("hint", "hint", this.words.badge_needed);
    else await this.send({ barcodes: [text], ...(bare(text) === this.boot.commands.clear ? { check: null } : {}) });
  }

  // A badge switches the person in one scan. The second person of a check goes on in it; anybody else begins anew.
  async badge(text) {
    const waiting = this.next.need === "witness" ? this.check : null;
    const answer = await this.ship({ badge: text, barcodes: [text], ...this.keyed });
    if (!answer || answer.outcome !== "accepted") return;
    const isSame = this.person?.badge === text;
    this.person = { name: answer.person, badge: text };
    if (!isSame || waiting) this.check = waiting;
    if (!isSame && !waiting) this.late.forget();
    this.idle();
    this.view.mood("match", "hello");
    this.view.speak(answer.person);
    play("match");
    if (!this.check) return;
    const pause = waiting ? this.askedSecondAt + this.boot.secondPersonPauseMs - Date.now() : 0;
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    if (this.check && this.person?.badge === text && !this.isBusy) await this.send({ barcodes: [] });
  }

  async cancel(check) {
    if (this.isBusy || this.stop.isOpen) return;
    this.keyed = {};
    if (!this.person) this.note("hint", "hint", this.words.badge_needed);
    else if (!check) this.note("hint", "hint", this.words.cancel_none);
    else await this.send({ check, barcodes: [this.boot.commands.cancel] });
  }

  async send(more) {
    const typed = more.barcodes.length > 0 ? this.keyed : {};
    const asked = { badge: this.person.badge, check: this.check, ...(this.step ? { step: this.step } : {}), ...typed, ...this.late.sent(this.check), ...more };
    if (asked.barcodes.length > 0) this.barcodes = asked.barcodes;
    const answer = await this.ship(asked);
    if (answer?.command) this.commanded(answer);
    else if (answer && answer.outcome !== "refused" && answer.outcome !== "unreadable") this.accepted(answer, asked);
  }

  // One delivery, whatever it takes; what was refused is shown here, what was accepted is the caller's to show.
  async ship(asked) {
    this.setBusy(true);
    try {
      const body = { scan_id: crypto.randomUUID(), ...asked };
      const answer = await this.line.send(this.boot.urls.scan, body, () => this.view.say([{ message: this.words.retrying }]));
      this.remember(answer);
      if (answer.refusals.length > 0) await this.refused(answer);
      return answer;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.note("hint", "error", error.message);
      return null;
    } finally {
      this.setBusy(false);
    }
  }

  setBusy(isBusy) {
    this.isBusy = isBusy;
    this.view.busy(isBusy);
  }

  // --- verdicts ----------------------------------------------------------------------------------------------------

  accepted(answer, { barcodes, values, pin }) {
    if (answer.is_repeat) {
      this.view.say([{ message: this.words.repeat }]);
      return;
    }
    const isDone = answer.outcome === "accepted";
    this.check = isDone ? null : answer.check ?? this.check;
    if (isDone) this.late.forget();
    else this.late.told(answer.late);
    if (answer.countdown) this.countdown.set(answer.countdown);
    else this.countdown.drop(false);
    if (isDone) {
      this.idle();
      this.show("done", "done", "done", this.completed(answer));
      this.line.ask();
      return;
    }
    this.next = answer.next;
    const isNext = answer.next.need === "scan";
    const isAsking = barcodes.length === 0 && !values && !pin; // nothing was scanned, so nothing has matched
    const word = isAsking ? "hello" : "match";
    this.show(isNext ? "match" : "needs", isNext ? word : `needs_${answer.next.need}`, isNext ? "match" : "needs", []);
    if (answer.next.need === "witness") this.askedSecondAt = Date.now();
    this.ask();
  }

  show(mood, word, sound, lines) {
    this.view.mood(mood, word);
    this.view.say(lines);
    play(sound);
    const { instruction } = this.next;
    const cautions = (this.next.cautions ?? []).flatMap(({ title, text }) => [title, text]);
    this.view.speak([this.words[word], ...lines.map((line) => line.message), ...cautions, instruction].join(". "));
  }

  // What is complete, and what it made.
  completed(answer) {
    const done = fill(this.words.step_done, { step: answer.next.step_title });
    return [{ message: done, remedy: this.made(answer) }, ...told(answer)];
  }

  made(answer) {
    if (answer.made.length === 0) return "";
    const counts = new Map();
    for (const { name } of answer.made) counts.set(name, (counts.get(name) ?? 0) + 1);
    const what = [...counts].map(([name, n]) => (n > 1 ? `${n} × ${name}` : name)).join(", ");
    return fill(this.words.made, { what });
  }

  async refused(answer) {
    if (answer.refusals.some(({ kind }) => kind === "stop") && answer.check) {
      this.check = null;
      this.late.forget();
      this.idle();
      this.stop.show(answer);
      this.view.speak(["STOP", answer.refusals[0].message, answer.refusals[0].remedy].join(". "));
      return;
    }
    const codes = new Set(answer.refusals.map(({ code }) => code));
    if (codes.has("stop_not_cleared")) setTimeout(() => this.line.ask(), 0);
    if (codes.has("check_closed") || codes.has("already_done") || codes.has("journey_closed")) this.forget();
    else if (answer.next.item) this.next = answer.next;
    const mood = answer.outcome === "unreadable" ? "unreadable" : "hint";
    this.view.mood(mood, mood);
    this.view.say(answer.refusals);
    this.ask();
    if (codes.has("scanner_not_qualified")) this.view.link(this.words.scanner_check, this.boot.urls.scanner);
    play(mood === "unreadable" ? "needs" : "hint");
    this.view.speak(answer.refusals.map(({ message, remedy }) => `${message} ${remedy}`).join(" "));
  }

  forget() {
    this.check = null;
    this.step = "";
    this.next = { ...this.boot.idle, instruction: this.words.scan_first };
  }

  commanded(answer) {
    this.check = null;
    this.late.forget();
    this.idle();
    const word = answer.command === "cancel" ? "check_cancelled" : "place_cleared";
    this.show("done", answer.command === "cancel" ? "cancelled" : "done", "match", [{ message: this.words[word] }]);
    this.line.ask();
  }

  stopCleared() {
    this.forget();
    this.idle();
    this.show("done", "cleared", "done", [{ message: this.words.stop_cleared }]);
    this.line.ask();
  }

  note(mood, word, message, isWithinBusy = false) {
    if (!isWithinBusy) this.view.mood(mood, word);
    this.view.say([{ message }]);
    this.view.speak(message);
    play("hint");
  }

  remember(answer) {
    const isStop = answer.refusals.some(({ kind }) => kind === "stop");
    const outcome = isStop ? "stop" : answer.outcome;
    const was = (outcome === "accepted" && answer.command) || outcome;
    const word = isStop ? "STOP" : this.words[`was_${was}`];
    this.recent = [{ at: answer.entry.at, outcome, word, title: answer.next.step_title }, ...this.recent];
    this.view.recent(this.recent);
  }

  // --- what is asked -----------------------------------------------------------------------------------------------

  ask() {
    const { need } = this.next;
    this.view.instruction(this.next);
    if (this.asked === this.next && this.view.keepsEntry()) return; // what was typed so far stays
    this.asked = this.next;
    if (need === "values") this.view.values(this.next.values, (values) => this.send({ barcodes: [], values }));
    else if (need === "pin") this.view.pinPad((pin) => this.send({ barcodes: [], pin }));
    else if (need === "choice") this.view.choices(this.next.choices, (step) => this.choose(step));
    else {
      this.view.noEntry();
      this.focus();
    }
  }

  async choose(step) {
    this.step = step;
    await this.send({ barcodes: this.barcodes });
  }

  focus() {
    if (!this.stop.isOpen) document.getElementById("scan").focus({ preventScroll: true });
  }

  // --- line, state, time -------------------------------------------------------------------------------------------

  lineChanged(isUp) {
    this.view.line(isUp);
    this.view.speak(isUp ? this.words.connected : this.words.refused_offline);
  }

  takeState(state) {
    this.countdown.setClock(state.now);
    this.view.openChecks(state.checks.filter(({ check }) => check !== this.check), (check) => this.cancel(check));
    this.recent = state.recent;
    this.view.recent(this.recent);
    this.view.scanner(state.scanner);
    if (state.countdown) this.countdown.set(state.countdown, true);
    else this.countdown.drop(true);
    if (state.stop) this.stop.show(state.stop);
    else if (this.stop.isOpen && !this.stop.isSending) this.stop.failed({ code: "stop_cleared" });
    this.countdown.tick();
  }

  testSound() {
    wake();
    play("done");
    setTimeout(() => play("stop"), 900);
    this.view.say([{ message: this.words.sound_on }]);
    this.focus();
  }
}

// What has to be known of the release, for a step that one scan completed.
function told(answer) {
  return (answer.next.cautions ?? []).map(({ title, text }) => ({ message: title, remedy: text }));
}

new Station(JSON.parse(document.getElementById("boot").textContent));
