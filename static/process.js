// Charts of the process: where a figure names a description, the drawn image gives way to a chart that can be zoomed,
// that tells of its points and leads to their batches. The image stays whenever anything fails.

const LARGE = 2000; // points: more are drawn on a canvas, since an element for each would make the page slow
const NARROWEST = 220; // px for the field itself: a smaller screen scrolls
const SETTLED_MS = 200;

const known = new WeakSet();

showAll(document);
document.addEventListener("htmx:load", (event) => showAll(event.target)); // what a page was given later

function showAll(part) {
  for (const figure of part.querySelectorAll("figure[data-chart]")) {
    if (known.has(figure)) continue;
    known.add(figure);
    show(figure).catch((fault) => console.info("The chart stays an image:", fault.message));
  }
}

async function show(figure) {
  const image = figure.querySelector("img");
  const [spec, { vegaEmbed }] = await Promise.all([described(figure.dataset.chart), import("./built/vega.js")]);
  const room = document.createElement("div");
  room.className = "chart-view";
  figure.insertBefore(room, image);
  const button = reset(figure.dataset.reset);
  let shown = null;
  let width = 0;
  const draw = async () => {
    width = room.clientWidth;
    shown?.finalize();
    shown = await vegaEmbed(room, fitted(spec, inner(room)), {
      mode: "vega-lite",
      ast: true, // expressions are interpreted: the page may run no text as a program
      actions: false,
      defaultStyle: false,
      renderer: (spec.usermeta?.points ?? 0) > LARGE ? "canvas" : "svg",
      tooltip: { disableDefaultStyle: true },
    });
    // the text of the image stands for all of it: what is drawn has names for none of its marks
    room.querySelector("svg, canvas").setAttribute("aria-hidden", "true");
    if (spec.usermeta?.zoom) follow(shown.view, spec.usermeta.zoom, button);
  };
  try {
    await draw();
  } catch (fault) {
    room.remove();
    throw fault;
  }
  room.setAttribute("role", "img");
  room.setAttribute("aria-label", image.alt);
  room.tabIndex = 0; // on a narrow screen it scrolls: by keyboard too
  image.hidden = true;
  figure.insertBefore(button, room);
  let settled = 0;
  new ResizeObserver(() => {
    clearTimeout(settled);
    settled = setTimeout(() => { if (room.clientWidth > 0 && room.clientWidth !== width) draw(); }, SETTLED_MS);
  }).observe(room);
}

async function described(url) {
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status} for its description`);
  return answer.json();
}

function inner(room) {
  const { paddingLeft, paddingRight } = getComputedStyle(room);
  return room.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
}

// As wide as its room. One field fits itself; of several, the words beside them are taken off.
function fitted(spec, width) {
  if (!spec.vconcat) return { ...spec, width, autosize: { type: "fit-x", contains: "padding" } };
  const field = Math.max(NARROWEST, Math.floor(width - (spec.usermeta?.beside ?? 0)));
  return { ...spec, vconcat: spec.vconcat.map((part) => ({ ...part, width: field })) };
}

// The way back to all batches, there while fewer are shown.
function reset(words) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "chart-reset no-print";
  button.textContent = words ?? "↔";
  button.hidden = true;
  return button;
}

function follow(view, zoom, button) {
  button.hidden = true;
  button.onclick = () => view.data(`${zoom}_store`, []).runAsync();
  view.addSignalListener(zoom, (_name, chosen) => { button.hidden = Object.keys(chosen).length === 0; });
}
