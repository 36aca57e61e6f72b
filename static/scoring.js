// Scoring by keyboard: in a group of ratings, 1 to 9 choose their rating, and 0 chooses 10.

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !/^[0-9]$/.test(event.key)) return;
  const group = event.target instanceof Element ? event.target.closest("[data-scale]") : null;
  const rating = event.key === "0" ? "10" : event.key;
  const box = group?.querySelector(`input[type="radio"][value="${rating}"]`);
  if (!box) return;
  event.preventDefault();
  box.checked = true;
  box.focus();
});
