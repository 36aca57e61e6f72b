// The page of a worksheet: a grid that is written with the keyboard, saved as one goes, and shared with others.

import { Bar } from "./sheet-bar.js";
import { Card } from "./sheet-card.js";
import { Conflicts } from "./sheet-conflicts.js";
import { CellEditor } from "./sheet-editor.js";
import { Grid } from "./sheet-grid.js";
import { Head } from "./sheet-head.js";
import { MOST_ROWS, copied, isBlock, parts } from "./sheet-clipboard.js";
import { Model, keyOf } from "./sheet-model.js";
import { Names } from "./sheet-names.js";
import { Saving } from "./sheet-saving.js";
import { ToDo } from "./sheet-todo.js";
import { Undo } from "./sheet-undo.js";

const NARROW = window.matchMedia("(max-width: 52rem)");

const by = (id) => document.getElementById(id);

class Sheet {
  constructor(boot) {
    this.boot = boot;
    this.words = boot.words;
    this.model = new Model();
    this.names = new Names();
    this.editor = null;
    this.view = boot.sets[0].key;
    this.saving = new Saving({
      urls: boot.urls,
      model: this.model,
      page: crypto.randomUUID(),
      csrf: document.querySelector("#sheet [name=csrfmiddlewaretoken]").value,
      onState: (state, why) => this.said(state, why),
      onAnswer: (ask, answer) => this.answered(ask, answer),
      onRefused: (ask, fault) => this.refused(ask, fault),
      onNews: (news) => this.heard(news),
      onStale: () => this.loaded(),
    });
    this.bar = new Bar({ model: this.model, names: this.names, words: this.words, columns: boot.columns });
    this.conflicts = new Conflicts({
      element: by("clashes"),
      words: this.words,
      nameOf: (cell) => this.bar.nameOf(cell),
      onMine: (it) => this.saving.ask([it.operation], { base: it.revision }),
      onShow: (cell) => this.show(cell),
      onChange: () => { this.grid.conflicts = this.conflicts.keys; this.refresh(); },
    });
    this.grid = new Grid({
      element: by("grid"),
      model: this.model,
      names: this.names,
      words: this.words,
      table: "rows",
      onMove: () => this.moved(),
      onKey: (event, isCommand) => this.keyed(event, isCommand),
      onEdit: (text) => this.edit(text),
    });
    this.card = new Card({
      element: by("card"),
      model: this.model,
      words: this.words,
      onWrite: (table, code, column, text, base) => this.write(table, code, column, text, base),
    });
    this.head = new Head({
      element: by("head-form"),
      model: this.model,
      words: this.words,
      onWrite: (column, text, base) => this.write("header", "", { key: column }, text, base),
      onSet: (column, value, base) => this.saving.ask([{ op: "set", table: "header", item: "", column, value }], { base }),
    });
    this.undo = new Undo({
      saving: this.saving,
      onEmpty: (way) => this.speak(this.words[`${way}_none`]),
      onDone: () => this.speak(this.words.undone),
    });
    this.toDo = new ToDo({
      url: boot.urls.faults,
      saving: this.saving,
      model: this.model,
      columns: boot.columns,
      words: this.words,
      element: by("to-do"),
      button: by("next-fault"),
      here: () => [this.table, this.grid.active.code, this.grid.column?.key],
      onNews: (total) => { by("sheet").dataset.faults = String(total); this.refresh(); },
      onGo: (cell) => this.show(cell),
    });
    this.listen();
  }

  listen() {
    const on = (id, act) => by(id).addEventListener("click", act);
    on("insert", () => this.insert());
    on("remove", () => this.remove());
    on("undo", () => this.back("undo"));
    on("redo", () => this.back("redo"));
    on("up", () => this.moveRow(-1));
    on("down", () => this.moveRow(1));
    for (const [id, step] of [["before", -1], ["after", 1]]) {
      on(id, () => this.grid.go(this.grid.place + step, this.grid.active.column, { isFocused: false }));
    }
    for (const button of document.querySelectorAll("#views button")) {
      button.addEventListener("click", () => this.choose(button.dataset.view));
    }
    for (const name of ["copy", "cut", "paste"]) document.addEventListener(name, (event) => this[name](event));
    NARROW.addEventListener("change", () => this.refresh());
    window.addEventListener("beforeunload", (event) => {
      if (this.saving.hasUnsaved || this.editor?.hasChanged || this.conflicts.found.length > 0) event.preventDefault();
    });
  }

  async begin() {
    await this.saving.until(() => this.saving.load());
    this.saving.fetch(this.boot.urls.names, { method: "GET" }).then((it) => { this.names.take(it); this.refresh(); }, () => null);
    this.saving.say("saved");
    window.addEventListener("hashchange", () => this.follow());
    by("sheet").dataset.ready = "yes";
    this.follow();
  }

  // To the cell that the address names: "#rows/R1/severity.rating".
  follow() {
    const [table, code = "", column = ""] = location.hash.slice(1).split("/").map(decodeURIComponent);
    const isThere = table === "header" || this.model.orders[table]?.includes(code);
    if (isThere) this.show(this.toDo.shown([table, code, column]));
  }

  loaded() {
    const { edit, why, link } = this.model.may;
    by("may-not").hidden = edit;
    by("may-not-why").textContent = why;
    by("may-not-link").hidden = !link;
    by("may-not-link").href = link;
    for (const id of ["insert", "remove", "up", "down", "undo", "redo"]) by(id).disabled = !edit;
    this.choose(this.view);
    this.toDo.askLater();
  }

  // --- what is shown -----------------------------------------------------------------------------------------------

  get table() {
    return this.grid.table;
  }

  get isHead() { return this.view === "head"; }

  choose(view) {
    this.view = view;
    for (const button of document.querySelectorAll("#views button")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === view));
    }
    by("head-form").hidden = !this.isHead;
    by("cells").hidden = this.isHead;
    if (this.isHead) this.head.show();
    else {
      const table = view === "steps" ? "steps" : "rows";
      const set = this.boot.sets.find((it) => it.key === view);
      const known = this.boot.columns[table];
      const wanted = set ? [...this.boot.frozen, ...set.columns] : known.map((it) => it.key);
      const column = this.grid.columns[this.grid.active.column]?.key;
      const columns = wanted.map((key) => known.find((it) => it.key === key));
      if (table !== this.table) this.grid.active = { code: this.model.orders[table][0] ?? null, column: 0 };
      else this.grid.active.column = Math.max(0, columns.findIndex((it) => it.key === column));
      this.grid.show(table, columns, set ? this.boot.frozen : []);
      this.moved();
    }
  }

  refresh() {
    if (!this.grid.body) return;
    if (this.isHead) this.head.show();
    else this.grid.refresh();
    if (!this.isHead) this.moved();
  }

  // The line above the grid says the whole of the cell that has the focus; on a narrow screen the card is the row.
  moved() {
    this.bar.show(this.grid);
    if (NARROW.matches) this.card.show(this.table, this.grid.active.code, this.grid.columns);
  }

  show([table, code, key]) {
    if (table === "header") {
      this.choose("head");
      this.head.go(key);
    } else if (table !== "actions") this.showCell(table, code, key);
    if (NARROW.matches && table !== "header") by("card").querySelector(`[data-column="${key}"]`)?.focus();
  }

  showCell(table, code, key) {
    const isShown = () => this.grid.columns.findIndex((it) => it.key === key);
    if (this.isHead || this.table !== table || isShown() < 0) {
      const set = this.boot.sets.find((it) => it.columns.includes(key)) ?? this.boot.sets[0];
      this.choose(table === "steps" ? "steps" : set.key);
    }
    this.grid.go(Math.max(0, this.model.orders[table].indexOf(code)), Math.max(0, isShown()));
  }

  speak(sentence) { by("spoken").textContent = sentence; }

  // --- writing -----------------------------------------------------------------------------------------------------

  // `text`: what replaces what stands there; null to write on in it.
  edit(text) {
    const { code } = this.grid.active;
    const { column, table } = this.grid;
    if (!code || !this.model.may.edit || column.kind === "reckoned" || NARROW.matches) return;
    const base = this.model.revision;
    const before = this.model.text(table, code, column.key);
    const end = (move) => {
      this.editor = null;
      this.refresh();
      if (move !== null) this.grid.focus();
      const { place, active } = this.grid;
      const ways = { down: [place + 1, active.column], right: [place, active.column + 1], left: [place, active.column - 1] };
      if (ways[move]) this.grid.go(...ways[move]);
    };
    this.editor = new CellEditor({
      cell: this.grid.cell(),
      label: `${code} ${column.title}`,
      text: before,
      isLong: !["rating", "step", "day"].includes(column.width),
      choices: this.model.choices(column),
      suggest: ["evidence", "controls"].includes(column.kind) ? (...it) => this.names.suggest(column.kind, ...it) : null,
      onDone: (written, move) => {
        if (written !== before) this.write(table, code, column, written, base);
        end(move);
      },
      onCancel: () => end("stay"),
    });
    if (text !== null) this.editor.replace(text);
  }

  write(table, item, column, text, base) {
    this.saving.ask([{ op: "type", table, item, column: column.key, text }], { base });
    this.refresh();
  }

  insert() {
    const [item] = this.model.newCodes(this.table, 1);
    const after = this.grid.active.code;
    this.saving.ask([{ op: "insert", table: this.table, item, values: {}, after }]);
    this.refresh();
    this.grid.go(this.grid.order.indexOf(item), 0, { isFocused: !NARROW.matches });
  }

  remove() {
    const { top, bottom } = this.grid.block;
    const gone = this.grid.order.slice(top, bottom + 1);
    const { table } = this;
    for (let n = 0; n < gone.length; n += MOST_ROWS) {
      this.saving.ask(gone.slice(n, n + MOST_ROWS).map((item) => ({ op: "remove", table, item })));
    }
    this.refresh();
    this.grid.go(top, this.grid.active.column, { isFocused: !NARROW.matches });
  }

  moveRow(by) {
    const { order, place, active } = this.grid;
    const to = place + by;
    if (to < 0 || to >= order.length) return;
    const after = by > 0 ? order[to] : order[to - 1] ?? null;
    this.saving.ask([{ op: "move", table: this.table, item: active.code, after }]);
    this.refresh();
    this.grid.go(to, active.column, { isFocused: !NARROW.matches });
  }

  clear() {
    const { top, bottom, left, right } = this.grid.block;
    const [code, column] = [this.grid.active.code, this.grid.column];
    if (top === bottom && left === right) {
      if (column.kind !== "reckoned") this.write(this.table, code, column, "", this.model.revision);
      return;
    }
    const line = "\t".repeat(right - left);
    this.put(`${line}\n`.repeat(bottom - top + 1), top, left);
  }

  // Rows below the last one get codes of their own. A long block is saved in parts, each of which can be undone.
  put(text, top, left) {
    const columns = this.grid.columns.filter((it) => it.kind !== "reckoned").map((it) => it.key);
    if (left >= columns.length) return;
    const { table } = this;
    const base = this.model.revision;
    const items = [...this.grid.order];
    let row = top;
    for (const { part, count } of parts(text)) {
      const new_codes = this.model.newCodes(table, Math.max(0, row + count - items.length));
      this.saving.ask([{ op: "paste", table, items: [...items], columns, row, column: left, text: part, new_codes }], { base });
      items.push(...new_codes);
      row += count;
    }
    this.refresh();
  }

  // --- keys --------------------------------------------------------------------------------------------------------

  // Whether this key was one of the sheet's.
  keyed(event, isCommand) {
    const { key, shiftKey } = event;
    if (isCommand && key.toLowerCase() === "z") return this.back(shiftKey ? "redo" : "undo");
    if (isCommand && key.toLowerCase() === "y") return this.back("redo");
    if (isCommand && key.toLowerCase() === "a") return this.selectAll();
    if (!this.model.may.edit) return false;
    const way = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (isCommand && shiftKey && way) this.moveRow(way);
    else if (isCommand && key === "Enter") this.insert();
    else if (isCommand && key === "Delete") this.remove();
    else if (!isCommand && (key === "Delete" || key === "Backspace")) this.clear();
    else if (!isCommand && (key === "Enter" || key === "F2")) this.edit(null);
    else if (!isCommand && !event.altKey && key.length === 1) this.edit(key);
    else return false;
    return true;
  }

  back(way) {
    this.undo.back(way);
    this.refresh();
    return true;
  }

  selectAll() {
    this.grid.go(0, 0);
    this.grid.go(this.grid.order.length - 1, this.grid.columns.length - 1, { isBlock: true });
    return true;
  }

  get hasGridFocus() {
    return this.editor === null && by("grid").contains(document.activeElement);
  }

  copy(event) {
    if (!this.hasGridFocus) return false;
    const { top, bottom, left, right } = this.grid.block;
    const columns = this.grid.columns.slice(left, right + 1);
    const rows = this.grid.order.slice(top, bottom + 1);
    event.clipboardData.setData("text/plain", copied(rows.map((code) => columns.map((it) => this.grid.text(code, it)))));
    event.preventDefault();
    return true;
  }

  cut(event) {
    if (this.copy(event) && this.model.may.edit) this.clear();
  }

  paste(event) {
    if (!this.hasGridFocus || !this.model.may.edit) return;
    event.preventDefault();
    const text = event.clipboardData.getData("text/plain");
    const { top, left, bottom, right } = this.grid.block;
    if (isBlock(text) || top !== bottom || left !== right) this.put(text, top, left);
    else if (this.grid.column.kind !== "reckoned") this.write(this.table, this.grid.active.code, this.grid.column, text, this.model.revision);
  }

  // --- what the server says ----------------------------------------------------------------------------------------

  said(state, why) {
    const unsaved = state === "saved" ? "" : why;
    by("state").dataset.state = state;
    by("state-word").textContent = this.words[state].replace("{why}", unsaved);
  }

  answered(ask, answer) {
    this.renamed(answer.conflicts.filter((it) => it.why === "code_taken"), answer.revision);
    const others = answer.conflicts.filter((it) => it.why !== "code_taken");
    if (others.length > 0) {
      this.conflicts.add(others, answer.revision);
      this.speak(this.conflicts.sentence(others[0]));
    }
    this.refresh();
    this.toDo.askLater();
    this.undo.answered(ask, answer);
    this.refresh();
  }

  // Somebody else gave this code to a row of theirs at the same moment: ours gets another one.
  renamed(taken, base) {
    const again = taken.map(({ operation }) => ({ ...operation, item: this.model.newCodes(operation.table, 1)[0] }));
    this.saving.ask(again, { base });
  }

  refused(ask, fault) {
    this.conflicts.refused(ask, fault.message);
    this.speak(fault.message);
    this.refresh();
    if (fault.code === "resting" || fault.code === "role_missing") this.saving.load().catch(() => null);
  }

  heard(news) {
    const flashed = news.map(({ cell, who }) => ({ key: keyOf(cell[0], cell[1], cell[2] === "place" ? "" : cell[2]), who }));
    this.refresh();
    if (!this.isHead) this.grid.flash(flashed);
    this.speak(this.bar.sentence(news));
    this.toDo.askLater();
  }
}

const sheet = new Sheet(JSON.parse(by("boot").textContent));
sheet.begin();
