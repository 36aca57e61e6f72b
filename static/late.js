// A step that was done earlier, on paper: when, why it was not recorded then, and which paper. The claim goes with the
// request that begins the check; from then on the check keeps it, and the server says so with every answer.

import { fill } from "./station-view.js";

export class Late {
  // onChange(isOn): a claim was made or taken back, and the next scan belongs to it or no longer does.
  constructor({ root, words, zone, onChange }) {
    this.at = (id) => root.getElementById(id);
    this.words = words;
    this.onChange = onChange;
    this.claim = null;
    this.time = new Intl.DateTimeFormat("en-GB", { timeZone: zone, dateStyle: "medium", timeStyle: "short" });
    this.at("late-begin").addEventListener("click", () => this.open());
    this.at("late-close").addEventListener("click", () => this.hide());
    this.at("late-drop").addEventListener("click", () => this.take(null));
    this.at("late-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.take(Object.fromEntries(new FormData(event.target)));
    });
  }

  open() {
    this.at("late-form").hidden = false;
    this.at("late-form").querySelector("input").focus();
  }

  take(claim) {
    this.claim = claim;
    this.at("late-form").hidden = true;
    if (claim) this.say(claim.performed_at.replace("T", " "), true);
    else this.forget();
    this.onChange(claim !== null);
  }

  // Whoever scans has left the form, too; the check that goes on, and what was claimed of it, stay.
  hide() {
    this.at("late-form").hidden = true;
  }

  // What goes with a request: the claim, until a check keeps it.
  sent(check) {
    return this.claim && !check ? { late: this.claim } : {};
  }

  // What an answer says of the check that goes on.
  told(late) {
    if (late) this.say(this.time.format(new Date(late.performed_at)), false);
    else if (!this.claim) this.at("late").hidden = true;
  }

  say(when, mayDrop) {
    this.at("late").hidden = false;
    this.at("late-text").textContent = fill(this.words.late_said, { when });
    this.at("late-drop").hidden = !mayDrop;
  }

  // Over, or another person's turn at something else: the next step is not late because this one was.
  forget() {
    this.claim = null;
    this.at("late").hidden = true;
    this.at("late-form").hidden = true;
    this.at("late-form").reset();
  }
}
