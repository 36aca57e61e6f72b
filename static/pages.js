// For the pages at a desk: printing, and a button that was pressed is not pressed twice.

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-print]")) window.print();
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
