// One row of a sheet as a form: for a narrow screen, on which a grid would be crushed.

import { keyOf } from "./sheet-model.js";

export class Card {
  constructor({ element, model, words, onWrite, onMove }) {
    Object.assign(this, { element, model, words, onWrite, onMove });
  }

  // `columns` of one row, whose code is null where there is none.
  show(table, code, columns) {
    const known = this.element.dataset;
    const isSame = known.table === table && known.code === (code ?? "") && known.columns === columns.map((it) => it.key).join();
    Object.assign(known, { table, code: code ?? "", columns: columns.map((it) => it.key).join() });
    if (!isSame) this.element.replaceChildren(...(code === null ? [] : columns.map((it) => this.part(table, code, it))));
    for (const it of code === null ? [] : columns) {
      this.fill(table, code, it);
      const faults = this.model.faults.get(keyOf(table, code, it.key));
      this.say(it, faults?.join(" ") ?? "", Boolean(faults));
    }
  }

  part(table, code, column) {
    const part = document.createElement("div");
    part.className = "field";
    const label = document.createElement(column.kind === "reckoned" ? "span" : "label");
    label.className = "card-label";
    label.textContent = column.title;
    const field = this.field(column);
    field.id = `card-${column.key.replace(".", "-")}`;
    field.dataset.column = column.key;
    if (label instanceof HTMLLabelElement) label.htmlFor = field.id;
    const says = document.createElement("small");
    says.id = `${field.id}-says`;
    if (column.kind !== "reckoned") {
      field.setAttribute("aria-describedby", says.id);
      field.addEventListener("focus", () => { this.base = this.model.revision; });
      field.addEventListener("change", () => this.onWrite(table, code, column, field.value, this.base));
    }
    part.append(label, field, says);
    return part;
  }

  field(column) {
    if (column.kind === "reckoned") return document.createElement("output");
    if (column.kind === "rating" || column.key === "step") return document.createElement("select");
    const field = document.createElement("textarea");
    field.rows = column.width === "day" ? 1 : 3;
    return field;
  }

  choices(column) {
    return [["", "–"], ...this.model.choices(column).map(([value, words]) => [value, `${value} · ${words}`])];
  }

  fill(table, code, column) {
    const field = this.element.querySelector(`[data-column="${column.key}"]`);
    if (field === document.activeElement) return;
    const text = this.text(table, code, column);
    if (field instanceof HTMLSelectElement) {
      const choices = this.choices(column);
      if (!choices.some(([value]) => value === text)) choices.push([text, text]);
      field.replaceChildren(...choices.map(([value, words]) => new Option(words, value)));
    }
    if (column.key === "priority") field.textContent = text ? `${text} · ${this.words[`priority_${text}`]}` : "–";
    else if (column.kind === "reckoned") field.textContent = text || "–";
    else {
      field.value = text;
      field.disabled = !this.model.may.edit;
    }
  }

  text(table, code, column) {
    if (column.key === "rpn") return this.model.rpn(code);
    return column.key === "priority" ? this.model.priority(code) : this.model.text(table, code, column.key);
  }

  say(column, words, isFault) {
    const says = this.element.querySelector(`[id="card-${column.key.replace(".", "-")}-says"]`);
    if (!says) return;
    says.textContent = words;
    says.classList.toggle("bad", isFault);
  }
}
