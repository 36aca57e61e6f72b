// Writing in one cell of the grid: a field over the cell, with a list below it where there is something to choose from.

let made = 0;

export class CellEditor {
  // `choices`: [value, words], none for free text. `suggest(text, caret)`: choices for a part of the text (sheet-names).
  // `onDone(text, move)`: what was written and where to go from there.
  constructor({ cell, label, text, isLong, choices = [], suggest = null, onDone, onCancel }) {
    Object.assign(this, { cell, choices, suggest, onDone, onCancel });
    this.before = text;
    this.isOver = false;
    this.chosen = -1;
    this.field = document.createElement(isLong ? "textarea" : "input");
    this.field.className = "grid-field";
    this.field.value = text;
    this.field.setAttribute("aria-label", label);
    this.field.autocomplete = "off";
    cell.classList.add("is-editing");
    cell.removeAttribute("tabindex"); // the field has the focus now; the grid gives it back when it fills the cell
    cell.replaceChildren(this.field);
    if (choices.length > 0 || suggest) this.list();
    this.field.addEventListener("keydown", (event) => this.keyed(event));
    this.field.addEventListener("input", () => this.written());
    this.field.addEventListener("blur", () => this.done(null));
    this.field.focus();
    this.field.setSelectionRange(text.length, text.length);
    this.written();
  }

  get hasChanged() {
    return this.field.value !== this.before;
  }

  replace(text) {
    this.field.value = text;
    this.written();
  }

  list() {
    made += 1;
    this.options = document.createElement("ul");
    this.options.id = `choices-${made}`;
    this.options.className = "grid-choices";
    this.options.setAttribute("role", "listbox");
    this.options.setAttribute("aria-label", this.field.getAttribute("aria-label"));
    const grid = this.cell.closest("[role='grid']").getBoundingClientRect();
    const box = this.cell.getBoundingClientRect();
    if (box.top - grid.top > grid.height / 2) this.options.classList.add("is-above");
    if (box.left - grid.left > grid.width / 2) this.options.classList.add("is-left");
    this.fillList();
    if (this.suggest) {
      this.options.tabIndex = 0; // it scrolls, and a field of several lines is no combobox
      this.options.addEventListener("mousedown", (event) => event.preventDefault());
    } else {
      this.field.setAttribute("role", "combobox");
      this.field.setAttribute("aria-expanded", "true");
    }
    this.field.setAttribute("aria-controls", this.options.id);
    this.field.setAttribute("aria-autocomplete", "list");
    this.cell.append(this.options);
    this.written();
  }

  fillList() {
    this.options.hidden = this.choices.length === 0;
    this.options.replaceChildren(...this.choices.map(([value, words], n) => {
      const option = document.createElement("li");
      option.id = `${this.options.id}-${n}`;
      option.setAttribute("role", "option");
      const code = document.createElement("strong");
      code.textContent = value;
      option.append(code, ` ${words}`);
      option.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        if (this.suggest) {
          this.put(n);
          return;
        }
        this.field.value = value;
        this.done("stay");
      });
      return option;
    }));
  }

  // A choice in the place of the part of the text that asked for it.
  put(place) {
    const { from, to, written } = this.part;
    this.field.setRangeText(written(this.choices[place][0]), from, to, "end");
    this.written();
  }

  // The choice that is meant by what was written so far.
  written() {
    if (!this.options) return;
    if (this.suggest) {
      this.part = this.suggest(this.field.value, this.field.selectionStart);
      this.choices = this.part.choices;
      this.fillList();
      this.mark(this.choices.length > 0 && this.part.isBegun ? 0 : -1);
      return;
    }
    const text = this.field.value.trim().toLowerCase();
    const exact = this.choices.findIndex(([value]) => value.toLowerCase() === text);
    this.mark(exact >= 0 || !text ? exact : this.choices.findIndex(([, words]) => words.toLowerCase().startsWith(text)));
  }

  mark(place) {
    this.chosen = place;
    [...this.options.children].forEach((it, n) => it.setAttribute("aria-selected", String(n === place)));
    if (place < 0) {
      this.field.removeAttribute("aria-activedescendant");
      return;
    }
    this.field.setAttribute("aria-activedescendant", this.options.children[place].id);
    this.options.children[place].scrollIntoView({ block: "nearest" });
  }

  keyed(event) {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Escape") this.cancel();
    else if (event.key === "Tab") this.done(event.shiftKey ? "left" : "right");
    else if (event.key === "Enter" && (event.altKey || event.shiftKey) && this.field instanceof HTMLTextAreaElement) {
      this.field.setRangeText("\n", this.field.selectionStart, this.field.selectionEnd, "end");
      this.written();
    } else if (event.key === "Enter" && this.suggest && this.chosen >= 0) this.put(this.chosen);
    else if (event.key === "Enter") this.done("down");
    else if (this.options && this.choices.length > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) this.step(event.key === "ArrowDown" ? 1 : -1);
    else return;
    event.preventDefault();
  }

  step(by) {
    const next = this.chosen < 0 ? (by > 0 ? 0 : this.choices.length - 1) : this.chosen + by;
    if (next < 0 || next >= this.choices.length) return;
    if (!this.suggest) this.field.value = this.choices[next][0];
    this.mark(next);
  }

  text() {
    const text = this.field.value;
    if (this.suggest) return text;
    const isCode = this.choices.some(([value]) => value === text.trim());
    return this.chosen >= 0 && text.trim() && !isCode ? this.choices[this.chosen][0] : text;
  }

  done(move) {
    if (this.isOver) return;
    this.isOver = true;
    const text = this.text();
    this.close();
    this.onDone(text, move);
  }

  cancel() {
    this.isOver = true;
    this.close();
    this.onCancel();
  }

  close() {
    this.cell.classList.remove("is-editing");
    this.field.remove();
    this.options?.remove();
  }
}
