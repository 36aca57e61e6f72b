// Passkeys: the browser is asked for one, or makes one; what it says goes to the server as it is.

const CAN = typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";

async function options(form, url) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.namedItem("csrfmiddlewaretoken").value });
  const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).publicKey;
}

function complain(form, text) {
  const line = form.querySelector("[role='alert'][hidden], [role='alert'].told");
  line.hidden = false;
  line.classList.add("told");
  line.textContent = text;
}

async function show(form) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await options(form, form.dataset.passkey));
  const shown = await navigator.credentials.get({ publicKey });
  const body = new URLSearchParams(new FormData(form));
  body.set("credential", JSON.stringify(shown));
  return fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
}

async function showAndGo(form) {
  const answer = await show(form).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok || !told) complain(form, told?.message ?? form.dataset.failed);
  else if (form.closest("dialog")) form.dispatchEvent(new CustomEvent("unlocked", { bubbles: true }));
  else location.assign(told.to);
}

async function make(form) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await options(form, form.dataset.passkeyNew));
  const made = await navigator.credentials.create({ publicKey });
  form.elements.namedItem("credential").value = JSON.stringify(made);
}

// Bring the forms that ask for a passkey into sight, where the browser can.
export function offer(root) {
  for (const form of root.querySelectorAll("form[data-passkey]")) form.hidden = !CAN;
}

// Before any other listener: these forms are sent by what they ask for, and may be sent again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const isShown = form.dataset.passkey !== undefined;
  if (!isShown && form.dataset.passkeyNew === undefined) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (isShown) void showAndGo(form);
  else make(form).then(() => form.submit(), () => complain(form, form.dataset.failed));
}, { capture: true });

offer(document);
