// For the pages at a desk: printing, fields to scan into, and a button that was pressed is not pressed twice.

import { characterOf } from "./scanbox.js";

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-print]")) window.print();
});

// A field that a scanner writes into keeps the control characters that it sends: a browser would drop them.
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field.dataset.scan === undefined || !event.ctrlKey) return;
  const character = characterOf(event, false);
  if (character === null) return;
  event.preventDefault();
  field.setRangeText(character, field.selectionStart, field.selectionEnd, "end");
});

// On a narrow screen the row of rooms scrolls: the current one is brought into sight.
const rooms = document.querySelector(".rooms");
const current = rooms?.querySelector("[aria-current]");
if (current) rooms.scrollLeft = current.offsetLeft - rooms.offsetLeft - (rooms.clientWidth - current.clientWidth) / 2;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

// Back to a page from the browser's memory: its buttons work again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
