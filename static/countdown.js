// The time that a step or a place still has, by the server's clock: running, low, over; one warning when it is low.

import { play } from "./sounds.js";

const WARN_AT = 0.2;

export class Countdown {
  constructor(view, over) {
    this.view = view;
    this.over = over;
    this.timer = null;
    this.skew = 0;
  }

  // What the server's clock says goes before what the station's does.
  setClock(now) {
    this.skew = new Date(now) - Date.now();
  }

  now() {
    return new Date(Date.now() + this.skew);
  }

  // A time that belongs to the patient at this place goes when the server says so.
  set({ until, title, minutes }, isOfPlace = false) {
    const isSame = this.timer?.until === until;
    const whole = minutes ? minutes * 60000 : new Date(until) - this.now();
    this.timer = { until, title, whole, isOfPlace, hasWarned: isSame && this.timer.hasWarned };
  }

  // The time of a step ends with it, that of a place with the patient's.
  drop(isOfPlace) {
    if (Boolean(this.timer?.isOfPlace) === isOfPlace) this.timer = null;
  }

  tick() {
    const now = this.now();
    this.view.tick(now);
    if (!this.timer) {
      this.view.countdown("", "", "");
      return;
    }
    const left = new Date(this.timer.until) - now;
    const isLow = left < this.timer.whole * WARN_AT;
    this.view.countdown(left > 0 ? spell(left) : this.over, this.timer.title, left <= 0 ? "over" : isLow ? "low" : "running");
    if (isLow && !this.timer.hasWarned) {
      this.timer.hasWarned = true;
      play("warn");
      this.view.speak(`${spell(Math.max(0, left))}. ${this.timer.title ?? ""}`);
    }
  }
}

function spell(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
