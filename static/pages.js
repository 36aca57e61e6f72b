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

// On a narrow screen the rows of rooms and of their pages scroll: the current one of each is brought into sight.
for (const row of document.querySelectorAll(".rooms, .room-pages")) {
  const current = row.querySelector("[aria-current]");
  if (current) row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.clientWidth) / 2;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  // What answers with a file leaves its page as it is: a moment later it may be asked for again, as another request.
  if (form.dataset.file !== undefined) setTimeout(() => askAgain(form), AGAIN_MS);
});

const AGAIN_MS = 2000;

function askAgain(form) {
  delete form.dataset.sent;
  const id = form.elements.namedItem("request_id");
  if (id) id.value = crypto.randomUUID();
}

// One button for all boxes of a group: it marks them, and once all are marked it takes the marks away.
for (const button of document.querySelectorAll("[data-choose]")) {
  const boxes = [...button.closest("fieldset").querySelectorAll("input[type='checkbox']")];
  button.hidden = false;
  button.addEventListener("click", () => {
    const areAll = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !areAll;
  });
}

// After a form was refused, whoever wrote it is at the first field to mend, or at what is said of the whole. A page that
// says itself where one begins is left alone.
if (!document.querySelector("[autofocus]")) {
  const field = document.querySelector("main [aria-invalid='true']");
  const said = document.querySelector("main .form-error[role='alert']:not([hidden])");
  if (field) field.focus();
  else if (said) {
    said.tabIndex = -1;
    said.focus();
  }
}

// Back to a page from the browser's memory: its buttons work again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
