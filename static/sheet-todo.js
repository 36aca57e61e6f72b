// What is still to be filled in before a worksheet can be signed: asked for after a pause, so that writing never waits.

import { keyOf } from "./sheet-model.js";

const AFTER_MS = 1500;
const TIMES = 4; // a long sheet takes the server longer: it is asked the less often

export class ToDo {
  // `onNews`: the marks are new. `here()`: the table, the code and the column that have the focus.
  constructor({ url, saving, model, columns, words, element, button, here, onNews, onGo }) {
    Object.assign(this, { url, saving, model, columns, words, element, button, here, onNews, onGo });
    this.faults = [];
    this.pause = AFTER_MS;
    button.addEventListener("click", () => this.next());
  }

  askLater() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.take(), this.pause);
  }

  async take() {
    const began = performance.now();
    const answer = await this.saving.fetch(this.url, { method: "GET" }).catch(() => null);
    this.pause = Math.max(AFTER_MS, TIMES * (performance.now() - began));
    if (answer === null) return;
    this.faults = answer.faults.map((it) => ({ ...it, cell: this.shown(it.cell) }));
    this.model.faults = new Map();
    for (const { cell, text } of this.faults) {
      const key = keyOf(...cell);
      this.model.faults.set(key, [...(this.model.faults.get(key) ?? []), text]);
    }
    this.button.hidden = this.faults.length === 0;
    this.element.textContent = this.sentence(answer.total);
    this.onNews(answer.total);
  }

  sentence(total) {
    if (total === 0) return this.words.to_do_none;
    return total === 1 ? this.words.to_do_one : this.words.to_do.replace("{count}", total);
  }

  // What is wrong with a cell that is not written here is said beside it, or where its row begins.
  shown([table, code, column]) {
    if (table === "header" || table === "actions") return [table, code, column];
    const isColumn = (key) => this.columns[table].some((it) => it.key === key);
    const rating = column.startsWith("residual") ? "severity.rating" : column.replace(/\.\w+$/, ".rating");
    return [table, code, [column, rating, "mode"].find(isColumn) ?? column];
  }

  // The first one behind the cell that has the focus, row by row; from the last one back to the first.
  next() {
    const [table, code, column] = this.here();
    const place = this.model.orders[table].indexOf(code);
    const rank = ({ cell }) => (cell[0] === table ? this.model.orders[table].indexOf(cell[1]) : -1);
    const key = keyOf(table, code, column);
    const last = this.faults.findLastIndex((it) => keyOf(...it.cell) === key);
    const found = this.faults.find((it, n) => n > last && rank(it) >= place) ?? this.faults[0];
    this.onGo(found.cell);
  }
}
