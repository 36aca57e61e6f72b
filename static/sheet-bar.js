// The line above the grid: the whole of the cell that has the focus, and what is wrong with it. And how cells are named.

import { keyOf } from "./sheet-model.js";

const by = (id) => document.getElementById(id);

export class Bar {
  constructor({ model, names, words, columns }) {
    Object.assign(this, { model, names, words, columns });
  }

  show(grid) {
    const { code } = grid.active;
    const { column, table } = grid;
    const count = this.model.orders[table].length;
    by("empty").hidden = count > 0;
    by("place").textContent = count ? this.words.of.replace("{place}", grid.place + 1).replace("{count}", count) : "";
    by("bar-name").textContent = code ? `${code} · ${column.title}` : "";
    by("bar-text").textContent = code ? this.spoken(grid.text(code, column), code, column) : "";
    by("bar-fault").textContent = code ? this.model.faults.get(keyOf(table, code, column.key))?.join(" ") ?? "" : "";
  }

  spoken(text, code, column) {
    if (!text) return this.words.nothing;
    if (column.kind === "rating") {
      const given = this.model.value("rows", code, column.key.replace("rating", "by"));
      const who = Array.isArray(given) ? this.words.scored_by.replace("{who}", given.join(", ")) : "";
      return `${text} · ${this.model.level(column.key, text)} ${who}`;
    }
    if (column.key === "step") return `${text} · ${this.model.stepTitle(text)}`;
    return column.key === "priority" ? this.words[`priority_${text}`] : this.names.said(column.kind, text);
  }

  nameOf([table, code, key]) {
    if (table === "header" && !key) return this.words.to_do_header;
    const field = table === "header" ? document.querySelector(`#head-form [data-name="${key}"]`) : null;
    const column = this.columns[table]?.find((it) => it.key === key)?.title ?? field?.textContent ?? "";
    const item = table === "header" ? this.words.header : this.words[table === "rows" ? "row" : "step"].replace("{code}", code);
    return column ? `${item}, ${column}` : item;
  }

  // What others changed, in one sentence.
  sentence(news) {
    const [first] = news;
    const who = first.who || this.words.somebody;
    if (news.some((it) => it.who !== first.who) || news.filter((it) => !/\.(by|votes)$/.test(it.cell[2])).length > 1) {
      return this.words.changed_many.replace("{who}", [...new Set(news.map((it) => it.who))].join(", ")).replace("{count}", news.length);
    }
    const said = { "": first.value === null ? "taken_out" : "put_in", place: "moved" }[first.cell[2]] ?? "changed_by";
    const cell = said === "changed_by" ? first.cell : [first.cell[0], first.cell[1], ""];
    return this.words[said].replace("{who}", who).replace("{what}", this.nameOf(cell));
  }
}
