// What two people wrote in one cell: both values stay on the page until somebody chooses. So does what the server
// would not take.

import { keyOf, textOf } from "./sheet-model.js";

export class Conflicts {
  constructor({ element, words, nameOf, onMine, onShow, onChange }) {
    Object.assign(this, { element, words, nameOf, onMine, onShow, onChange });
    this.list = element.querySelector("ul");
    this.found = [];
  }

  get keys() {
    return new Set(this.found.map((it) => keyOf(...it.cell)));
  }

  // `revision`: what the sheet had when they were told.
  add(conflicts, revision) {
    for (const it of conflicts) {
      this.found = this.found.filter((other) => keyOf(...other.cell) !== keyOf(...it.cell));
      this.found.push({ ...it, revision });
    }
    this.draw();
  }

  // What was asked and refused as a whole: each cell with what was written in it.
  refused(ask, message) {
    const lost = ask.operations.filter((it) => "text" in it || "value" in it);
    this.add(
      lost.map((it) => ({
        why: "refused", cell: [it.table, it.item ?? "", it.column ?? ""], mine: it.text ?? it.value, theirs: null, who: "", operation: it, message,
      })),
      ask.base,
    );
  }

  drop(one) {
    this.found = this.found.filter((it) => it !== one);
    this.draw();
  }

  draw() {
    this.element.hidden = this.found.length === 0;
    this.list.replaceChildren(...this.found.map((it) => this.item(it)));
    this.onChange();
  }

  sentence(it) {
    const who = it.who || this.words.somebody;
    if (it.message) return it.message;
    if (it.operation.op === "remove") return this.words.conflict_remove.replace("{who}", who);
    if (it.why === "item_gone") return this.words.conflict_gone.replace("{who}", who);
    if (it.why !== "changed") return this.words.conflict_other;
    return (it.operation.op === "move" ? this.words.conflict_move : this.words.conflict).replace("{who}", who);
  }

  item(it) {
    const item = document.createElement("li");
    const where = document.createElement("strong");
    where.textContent = this.nameOf(it.cell);
    const said = document.createElement("span");
    said.textContent = ` ${this.sentence(it)}`;
    item.append(where, said);
    const isOfCell = it.operation.op === "set" || it.operation.op === "type";
    const values = document.createElement("div");
    values.className = "clash-values";
    if (isOfCell) values.append(this.value(this.words.mine, it.mine));
    if (isOfCell && it.why === "changed") values.append(this.value(this.words.theirs, it.theirs));
    item.append(values, this.acts(it));
    return item;
  }

  value(name, value) {
    const part = document.createElement("p");
    part.className = "clash-value";
    const label = document.createElement("span");
    label.className = "sub";
    label.textContent = name;
    part.append(label, textOf(value) || this.words.nothing);
    return part;
  }

  acts(it) {
    const acts = document.createElement("p");
    acts.className = "actions";
    const button = (words, act) => {
      const found = document.createElement("button");
      found.type = "button";
      found.textContent = words;
      found.addEventListener("click", act);
      acts.append(found);
    };
    const isChoice = it.why === "changed";
    const isRemoval = it.operation.op === "remove";
    if (isChoice) button(isRemoval ? this.words.take_out : this.words.keep_mine, () => { this.drop(it); this.onMine(it); });
    button(isRemoval ? this.words.leave_it : isChoice ? this.words.keep_theirs : this.words.put_away, () => this.drop(it));
    if (it.cell[0] !== "header") button(this.words.show_cell, () => this.onShow(it.cell));
    return acts;
  }
}
