// The desk is covered when nobody was there for a while, in every tab at once; what was typed stays below the cover.
//
// The server locks by its own clock. This only keeps the screen from being read meanwhile, and tells the server of
// somebody who types or points in a page that asks for nothing.

import { offer } from "./passkey.js";

const cover = document.getElementById("cover");
const idle = Number(cover.dataset.idleSeconds) * 1000;
const TOLD_EVERY_MS = idle / 30;
const LOOK_EVERY_MS = Math.min(1000, idle / 4);
const SEEN = `veintrace.seen.${cover.dataset.who}`;
const UNLOCKED = "unlocked";

let told = Date.now();

function seen() {
  return Number(localStorage.getItem(SEEN)) || told;
}

function note() {
  if (!cover.open) localStorage.setItem(SEEN, String(Date.now()));
}

function close() {
  if (cover.open) return;
  const inside = cover.querySelector("template");
  if (inside) {
    inside.replaceWith(inside.content);
    offer(cover);
  }
  cover.returnValue = "";
  cover.showModal();
}

function open() {
  localStorage.setItem(SEEN, String(Date.now()));
  cover.querySelector("[name='own_password']").value = "";
  cover.close(UNLOCKED);
}

async function tell() {
  told = Date.now();
  const token = cover.querySelector("[name='csrfmiddlewaretoken']").value;
  const answer = await fetch(cover.dataset.stillHere, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": token },
  }).catch(() => null);
  if (answer?.status === 401) close();
}

function look() {
  const since = Date.now() - seen();
  if (cover.open) {
    if (since < LOOK_EVERY_MS * 2) cover.close(UNLOCKED);  // in another tab
  } else if (since >= idle) close();
  else if (seen() > told && Date.now() - told >= TOLD_EVERY_MS) void tell();
}

async function unlock(form) {
  const line = form.querySelector("[role='alert']");
  line.hidden = true;
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.status === 204) {
    open();
    return;
  }
  line.textContent = (await answer?.json().catch(() => null))?.message ?? form.dataset.away;
  line.hidden = false;
  form.elements.namedItem("own_password").select();
}

note();
for (const kind of ["keydown", "pointerdown", "pointermove", "wheel"]) {
  document.addEventListener(kind, note, { passive: true, capture: true });
}
setInterval(look, LOOK_EVERY_MS);
document.addEventListener("visibilitychange", look);
// A browser asks once before it closes a dialog, and at the second Escape no more; by other keys, such as that of a
// telephone for going back, it is closed and opens again.
document.addEventListener("keydown", (event) => {
  if (cover.open && event.key === "Escape") event.preventDefault();
}, { capture: true });
cover.addEventListener("close", () => {
  if (cover.returnValue !== UNLOCKED) close();
});
cover.addEventListener("unlocked", open);
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) close();
});
cover.addEventListener("submit", (event) => {
  if (event.target.dataset.unlock === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  void unlock(event.target);
});
