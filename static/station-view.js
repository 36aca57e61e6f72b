// What the station's screen shows. It is told, it decides nothing; text is set as text, never as markup.

const MOODS = {
  idle: ["", ""],
  match: ["#icon-tick", "match"],
  done: ["#icon-tick", "done"],
  needs: ["#icon-hand", "needs"],
  hint: ["#icon-info", "hint"],
  unreadable: ["#icon-redo", "hint"],
  offline: ["#icon-cut", "hint"],
};
const RECENT_ICONS = { accepted: "✔", incomplete: "✔", refused: "–", unreadable: "↻", stop: "■" };
const MOST_RECENT = 8;

export class View {
  constructor(root, words, zone) {
    this.words = words;
    this.zone = zone;
    this.body = root.body;
    this.at = (id) => root.getElementById(id);
    this.time = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
    this.clock = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
    });
  }

  // The verdict: colour, icon and word at once. `word` is a name of this.words or a text of the server's.
  mood(name, word = "") {
    const [icon] = MOODS[name];
    this.body.dataset.mood = name;
    this.at("verdict").hidden = !icon;
    this.at("verdict-icon").setAttribute("href", icon || "#icon-tick");
    this.at("verdict-word").textContent = this.words[word] ?? word;
  }

  instruction(after) {
    this.at("instruction").textContent = after.instruction;
    this.at("hint").textContent = after.hint ?? "";
    this.at("picture").setAttribute("href", `#pic-${after.picture || "any"}`);
    this.at("step").textContent = after.step_title ?? "";
    const total = after.total ?? 0;
    const isCounted = total > 0 && after.need === "scan";
    this.at("progress").textContent = isCounted ? fill(this.words.of, { n: after.position + 1, total }) : "";
    const bar = this.at("bar");
    bar.replaceChildren(...(isCounted ? segments(after.position, total) : []));
    bar.hidden = !isCounted;
    this.cautions(after.cautions ?? []);
  }

  // What must be known of the release of the batch: it stands there for as long as the check goes on.
  cautions(found) {
    this.at("cautions").hidden = found.length === 0;
    this.at("cautions").replaceChildren(...found.map(({ title, text }) => {
      const item = element("li");
      item.append(element("strong", `▲ ${title}`), element("span", text));
      return item;
    }));
  }

  // What is said beside the instruction: reasons of a refusal, or a sentence.
  say(lines) {
    this.at("reasons").replaceChildren(...lines.map(({ message, remedy }) => {
      const item = element("li");
      item.append(element("strong", message), element("span", remedy ?? ""));
      return item;
    }));
  }

  // Read aloud at once, whatever the focus is on.
  speak(text) {
    this.at("spoken").textContent = "";
    requestAnimationFrame(() => { this.at("spoken").textContent = text; });
  }

  person(name) {
    this.at("person").textContent = name || this.words.nobody;
    this.body.dataset.person = name ? "in" : "out";
    this.at("badge-out").disabled = !name;
  }

  busy(isBusy) {
    this.body.dataset.busy = isBusy ? "yes" : "no";
    this.at("scan").readOnly = false;
    this.at("scan").setAttribute("aria-busy", String(isBusy));
    for (const button of this.body.querySelectorAll("#entry button")) button.disabled = isBusy;
  }

  line(isUp) {
    this.at("line").dataset.state = isUp ? "up" : "down";
    this.at("line-word").textContent = isUp ? this.words.connected : this.words.disconnected;
    this.at("offline").hidden = isUp;
  }

  recent(scans) {
    this.at("recent").replaceChildren(...scans.slice(0, MOST_RECENT).map((scan) => {
      const item = element("li");
      item.dataset.outcome = scan.outcome;
      item.append(
        element("span", RECENT_ICONS[scan.outcome] ?? "·", "recent-icon"),
        element("span", this.time.format(new Date(scan.at)), "recent-at"),
        element("span", [scan.word, scan.title].filter(Boolean).join(" · ")),
      );
      return item;
    }));
  }

  // Checks that were begun here and are not over, each with a button to cancel it.
  openChecks(checks, cancel) {
    this.at("open-panel").hidden = checks.length === 0;
    this.at("open").replaceChildren(...checks.map((check) => {
      const item = element("li");
      const begun = fill(this.words.begun_by, { time: this.time.format(new Date(check.since)), name: check.by });
      item.append(element("strong", check.title), element("span", begun));
      if (check.waitsForSecond) item.append(element("span", this.words.waits_second, "tag tag-warn"));
      const button = element("button", this.at("cancel").dataset.word, "touch");
      button.type = "button";
      button.setAttribute("aria-label", `${this.at("cancel").dataset.word}: ${check.title}`);
      button.addEventListener("click", () => cancel(check.check));
      item.append(button);
      return item;
    }));
  }

  tick(now) {
    this.at("clock").textContent = this.clock.format(now);
  }

  countdown(text, title, state) {
    this.at("countdown").hidden = !text;
    this.at("countdown").dataset.state = state;
    this.at("countdown-left").textContent = text;
    this.at("countdown-title").textContent = title ? fill(this.words.until, { what: title }) : "";
  }

  // --- what has to be entered ------------------------------------------------------------------------------------

  noEntry() {
    this.at("entry").replaceChildren();
    this.body.dataset.entry = "no";
  }

  // A page that has to be gone to first.
  link(text, address) {
    const link = element("a", text, "button touch primary");
    link.href = address;
    this.at("entry").replaceChildren(link);
  }

  // What there is to say of the station's scanner.
  scanner({ state, text }) {
    this.at("scanner").hidden = !text;
    this.at("scanner").dataset.state = state;
    this.at("scanner-text").textContent = text;
  }

  // Whether something is being entered; if so, back to it.
  keepsEntry() {
    this.at("entry").querySelector("input, button")?.focus();
    return this.body.dataset.entry !== "no";
  }

  choices(choices, choose) {
    this.entry("choice", choices.map((choice) => {
      const button = element("button", choice.title, "touch choice");
      button.type = "button";
      button.addEventListener("click", () => choose(choice.code));
      return button;
    }));
  }

  values(fields, send) {
    const form = element("form", "", "values");
    form.noValidate = true;
    form.append(...fields.map((field) => this.valueField(field)));
    const button = element("button", this.words.send, "touch primary");
    button.type = "submit";
    form.append(button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const data = new FormData(form);
      const read = Object.fromEntries(fields.map(({ name }) => [name, readNumber(data.get(name) ?? "")]));
      const empty = fields.find(({ name }) => !read[name]);
      if (empty) {
        this.say([{ message: this.words.value_missing }]);
        form.querySelector(`[name="${CSS.escape(empty.name)}"]`)?.focus();
      } else send(read);
    });
    this.entry("values", [form]);
    form.querySelector("input")?.focus();
  }

  valueField(field) {
    if (field.choices.length > 0) return choiceField(field);
    const label = element("label", "", "value");
    const input = element("input");
    Object.assign(input, { type: "text", inputMode: "decimal", name: field.name, autocomplete: "off" });
    const limits = field.low === null && field.high === null ? field.unit_name
      : fill(this.words.low_high, { low: field.low ?? "–", high: field.high ?? "–", unit: field.unit_name });
    label.append(element("span", field.label, "value-name"), input, element("span", limits, "value-limits"));
    return label;
  }

  // Digits by touch or by keys; shown as dots.
  pinPad(send, host = this.at("entry")) {
    const pad = element("form", "", "pin");
    const input = element("input");
    Object.assign(input, { type: "password", inputMode: "numeric", autocomplete: "off", maxLength: 12 });
    input.setAttribute("aria-label", "PIN");
    const add = (digit) => { input.value += digit; };
    const keys = [..."123456789"].map((digit) => key(digit, digit, () => add(digit)));
    keys.push(key("⌫", this.words.delete, () => { input.value = input.value.slice(0, -1); }));
    keys.push(key("0", "0", () => add("0")));
    const sign = element("button", host.dataset.send ?? this.words.sign, "touch primary");
    sign.type = "submit";
    pad.append(input, ...keys, sign);
    pad.addEventListener("submit", (event) => {
      event.preventDefault();
      const pin = input.value;
      input.value = "";
      if (pin) send(pin);
    });
    host.replaceChildren(pad);
    if (host === this.at("entry")) this.body.dataset.entry = "pin";
    input.focus();
  }

  entry(kind, children) {
    this.at("entry").replaceChildren(...children);
    this.body.dataset.entry = kind;
    this.at("entry").querySelector("button, input")?.focus();
  }
}

export function element(name, text = "", className = "") {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function fill(sentence, params) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
}

function segments(position, total) {
  return Array.from({ length: total }, (unused, n) => element("span", "", n < position ? "is-done" : n === position ? "is-now" : ""));
}

function key(text, label, press) {
  const button = element("button", text, "touch key");
  button.type = "button";
  button.setAttribute("aria-label", label);
  button.addEventListener("click", press);
  return button;
}

function choiceField(field) {
  const group = element("fieldset", "", "value");
  group.append(element("legend", field.label, "value-name"));
  for (const choice of field.choices) {
    const label = element("label", "", "touch pick");
    const input = element("input");
    Object.assign(input, { type: "radio", name: field.name, value: choice.code });
    label.append(input, element("span", choice.title));
    group.append(label);
  }
  return group;
}

// A comma is how half of Europe writes the decimal point.
function readNumber(text) {
  const trimmed = String(text).trim();
  return /^[-+]?\d+,\d+$/.test(trimmed) ? trimmed.replace(",", ".") : trimmed;
}
