// The grid of a sheet: only the rows in sight are in the page, whatever their number. One cell has the focus; a block
// of cells may be selected; everything is done with the keyboard. What is done to cells is the caller's affair.

import { keyOf } from "./sheet-model.js";

const ROW_PX = 68; // three lines; the stylesheet has the same height
const SPARE = 8; // rows drawn above and below those in sight
// Narrow enough for a set of columns on a screen of 1,024 px; where there are more, the grid scrolls and they are wider.
const WIDTHS = { code: 56, codes: 112, step: 112, mode: 184, text: 150, rating: 52, day: 104, rpn: 56, priority: 88 };
const WIDER = { ...WIDTHS, text: 230, day: 128 };
const MANY = 10;
const FLASH_MS = 6000;

export class Grid {
  constructor({ element, model, names, words, table, onMove, onKey, onEdit }) {
    Object.assign(this, { element, model, names, words, table, onMove, onKey, onEdit });
    this.columns = [];
    this.frozen = new Set();
    this.rows = new Map(); // code -> { row, cells }
    this.flashing = new Map();
    this.conflicts = new Set();
    this.active = { code: null, column: 0 };
    this.anchor = null; // the other corner of the block, while there is one
    this.isLeaving = false;
    element.addEventListener("scroll", () => requestAnimationFrame(() => this.draw()), { passive: true });
    element.addEventListener("keydown", (event) => this.keyed(event));
    element.addEventListener("pointerdown", (event) => this.pressed(event));
    element.addEventListener("pointermove", (event) => this.dragged(event));
    element.addEventListener("dblclick", (event) => { if (this.cellAt(event)) this.onEdit(null); });
    new ResizeObserver(() => this.draw()).observe(element);
  }

  // --- what is where -----------------------------------------------------------------------------------------------

  get order() {
    return this.model.orders[this.table];
  }

  get place() {
    return this.order.indexOf(this.active.code);
  }

  get column() {
    return this.columns[this.active.column];
  }

  // The block that is selected: its first and last row and column, counted from 0.
  get block() {
    const end = this.anchor ?? this.active;
    const rows = [this.place, Math.max(0, this.order.indexOf(end.code))].sort((a, b) => a - b);
    const columns = [this.active.column, end.column].sort((a, b) => a - b);
    return { top: rows[0], bottom: rows[1], left: columns[0], right: columns[1] };
  }

  text(code, column) {
    if (column.key === "rpn") return this.model.rpn(code);
    if (column.key === "priority") return this.model.priority(code);
    return this.model.text(this.table, code, column.key);
  }

  // --- drawing -----------------------------------------------------------------------------------------------------

  show(table, columns, frozen) {
    this.table = table;
    this.columns = columns;
    this.frozen = new Set(frozen);
    this.active.column = Math.min(this.active.column, Math.max(0, columns.length - 1));
    this.anchor = null;
    const head = document.createElement("div");
    head.className = "grid-head";
    head.setAttribute("role", "rowgroup");
    this.body = document.createElement("div");
    this.body.className = "grid-body";
    this.body.setAttribute("role", "rowgroup");
    this.lay();
    head.append(this.headRow());
    this.rows.clear();
    this.element.replaceChildren(head, this.body);
    this.refresh();
  }

  // What is frozen keeps its width: the cells that slide below it have to know where it ends.
  lay() {
    const widths = this.columns.length > MANY ? WIDER : WIDTHS;
    const isGrowing = (it) => it.width === "text" && !this.frozen.has(it.key);
    const code = this.table === "steps" ? widths.codes : widths.code;
    const tracks = this.columns.map((it) => (isGrowing(it) ? `minmax(${widths[it.width]}px, 1fr)` : `${widths[it.width]}px`));
    this.template = `${code}px ${tracks.join(" ")}`;
    this.total = this.columns.reduce((sum, it) => sum + widths[it.width], code);
    this.frozenPx = code;
    this.lefts = this.columns.map((it) => {
      if (!this.frozen.has(it.key)) return null;
      this.frozenPx += widths[it.width];
      return this.frozenPx - widths[it.width];
    });
  }

  headRow() {
    const row = this.bareRow();
    row.setAttribute("aria-rowindex", "1");
    row.append(this.headCell("", 0, this.words.code_head, 0));
    this.columns.forEach((it, n) => row.append(this.headCell(it.key, n + 1, it.short, this.lefts[n], it.title)));
    return row;
  }

  headCell(key, place, text, left, title = text) {
    const cell = document.createElement("div");
    cell.setAttribute("role", "columnheader");
    cell.setAttribute("aria-colindex", String(place + 1));
    cell.className = "grid-cell";
    cell.textContent = text;
    if (title !== text) {
      cell.title = title;
      cell.setAttribute("aria-label", title);
    }
    this.freeze(cell, left);
    return cell;
  }

  freeze(cell, left) {
    if (left === null) return;
    cell.classList.add("is-frozen");
    cell.style.left = `${left}px`;
  }

  bareRow() {
    const row = document.createElement("div");
    row.setAttribute("role", "row");
    row.className = "grid-row";
    row.style.gridTemplateColumns = this.template;
    return row;
  }

  // After anything changed: counts, places and texts anew.
  refresh() {
    const { order } = this;
    this.element.setAttribute("aria-rowcount", String(order.length + 1));
    this.element.setAttribute("aria-colcount", String(this.columns.length + 1));
    this.body.style.height = `${order.length * ROW_PX}px`;
    this.body.style.minWidth = this.element.firstChild.style.minWidth = `${this.total}px`;
    if (!order.includes(this.active.code)) this.active.code = order[Math.min(this.lastPlace ?? 0, order.length - 1)] ?? null;
    if (this.anchor && !order.includes(this.anchor.code)) this.anchor = null;
    this.lastPlace = this.place;
    this.draw();
    for (const [code, shown] of this.rows) this.fillRow(code, shown);
  }

  draw() {
    if (!this.body) return;
    const { order, element } = this;
    const first = Math.max(0, Math.floor(element.scrollTop / ROW_PX) - SPARE);
    const last = Math.min(order.length - 1, Math.ceil((element.scrollTop + element.clientHeight) / ROW_PX) + SPARE);
    const wanted = new Set(order.slice(first, last + 1));
    if (this.active.code) wanted.add(this.active.code); // the focus is in it, in sight or not
    const held = document.activeElement;
    for (const [code, { row }] of this.rows) {
      if (wanted.has(code)) continue;
      row.remove();
      this.rows.delete(code);
    }
    for (let n = first; n <= last; n += 1) this.putRow(order[n], n);
    if (this.active.code) this.putRow(this.active.code, this.place);
    if (held && held !== document.activeElement && held.isConnected) held.focus({ preventScroll: true });
  }

  putRow(code, place) {
    let shown = this.rows.get(code);
    if (!shown) {
      shown = this.newRow(code);
      this.rows.set(code, shown);
      this.fillRow(code, shown);
      this.body.append(shown.row);
    }
    shown.row.style.top = `${place * ROW_PX}px`;
    shown.row.setAttribute("aria-rowindex", String(place + 2));
  }

  newRow(code) {
    const row = this.bareRow();
    row.dataset.code = code;
    const head = document.createElement("div");
    head.setAttribute("role", "rowheader");
    head.setAttribute("aria-colindex", "1");
    head.className = "grid-cell grid-code";
    head.textContent = code;
    this.freeze(head, 0);
    row.append(head);
    const cells = this.columns.map((column, n) => {
      const cell = document.createElement("div");
      cell.setAttribute("role", "gridcell");
      cell.setAttribute("aria-colindex", String(n + 2));
      cell.dataset.column = String(n);
      this.freeze(cell, this.lefts[n]);
      row.append(cell);
      return cell;
    });
    return { row, cells };
  }

  fillRow(code, { cells }) {
    this.columns.forEach((column, n) => { if (!cells[n].classList.contains("is-editing")) this.fill(code, column, n, cells[n]); });
  }

  fill(code, column, n, cell) {
    const key = keyOf(this.table, code, column.key);
    const text = this.text(code, column);
    const faults = this.model.faults.get(key);
    const flash = this.flashing.get(key) ?? this.flashing.get(keyOf(this.table, code, ""));
    const hasConflict = this.conflicts.has(key);
    const isReckoned = column.kind === "reckoned";
    const isActive = code === this.active.code && n === this.active.column;
    const classes = ["grid-cell", `kind-${column.kind}`];
    if (cell.classList.contains("is-frozen")) classes.push("is-frozen");
    if (isActive) classes.push("is-active");
    if (this.isSelected(code, n)) classes.push("is-selected");
    if (this.model.isPending(this.table, code, column.key)) classes.push("is-pending");
    if (faults) classes.push("has-fault");
    if (hasConflict) classes.push("has-conflict");
    if (flash) classes.push("is-new");
    if (column.key === "priority" && text) classes.push(`priority-${text}`);
    cell.className = classes.join(" ");
    cell.setAttribute("aria-selected", String(this.isSelected(code, n)));
    cell.setAttribute("aria-readonly", String(isReckoned || !this.model.may.edit));
    if (faults) cell.setAttribute("aria-invalid", "true");
    else cell.removeAttribute("aria-invalid");
    cell.tabIndex = isActive ? 0 : -1;
    cell.replaceChildren(...this.content(column, text, { faults, flash, hasConflict }));
  }

  content(column, text, { faults, flash, hasConflict }) {
    const words = document.createElement("span");
    words.className = "grid-text";
    words.textContent = text;
    const found = [words];
    if (column.key === "step" && text) {
      const title = this.model.stepTitle(text);
      if (title) words.textContent = title;
    }
    if (column.kind === "evidence" || column.kind === "controls") words.textContent = this.names.said(column.kind, text);
    if (column.key === "priority" && text) words.textContent = this.words[`priority_${text}`];
    if (hasConflict) found.push(mark("grid-mark", this.words.two_values));
    else if (flash) found.push(mark("grid-mark", flash));
    if (faults) found.push(mark("unseen", faults.join(" ")));
    return found;
  }

  isSelected(code, n) {
    if (!this.anchor) return code === this.active.code && n === this.active.column;
    const { top, bottom, left, right } = this.block;
    const place = this.order.indexOf(code);
    return place >= top && place <= bottom && n >= left && n <= right;
  }

  flash(cells) {
    for (const { key, who } of cells) {
      this.flashing.set(key, who);
      setTimeout(() => { this.flashing.delete(key); this.refresh(); }, FLASH_MS);
    }
    this.refresh();
  }

  // --- moving ------------------------------------------------------------------------------------------------------

  cell() {
    return this.rows.get(this.active.code)?.cells[this.active.column];
  }

  focus() {
    this.cell()?.focus({ preventScroll: true });
  }

  // To a place of the grid; `isBlock` keeps the other corner where it is.
  go(place, column, { isBlock = false, isFocused = true } = {}) {
    const { order } = this;
    if (order.length === 0) return;
    if (isBlock) this.anchor ??= { ...this.active };
    else this.anchor = null;
    const at = Math.min(Math.max(place, 0), order.length - 1);
    this.active = { code: order[at], column: Math.min(Math.max(column, 0), this.columns.length - 1) };
    this.lastPlace = at;
    this.reveal(at);
    this.refresh();
    if (isFocused) this.focus();
    this.onMove();
  }

  reveal(place) {
    const { element } = this;
    const head = element.firstChild.offsetHeight;
    const top = place * ROW_PX;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW_PX > element.scrollTop + element.clientHeight - head) {
      element.scrollTop = top + ROW_PX - element.clientHeight + head;
    }
    if (this.lefts[this.active.column] !== null) return;
    const cell = this.element.firstChild.firstChild.children[this.active.column + 1];
    const [left, right] = [cell.offsetLeft, cell.offsetLeft + cell.offsetWidth];
    if (left < element.scrollLeft + this.frozenPx) element.scrollLeft = left - this.frozenPx;
    else if (right > element.scrollLeft + element.clientWidth) element.scrollLeft = right - element.clientWidth;
  }

  page() {
    return Math.max(1, Math.floor(this.element.clientHeight / ROW_PX) - 1);
  }

  keyed(event) {
    if (event.target.closest(".is-editing") || event.defaultPrevented || event.isComposing) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (event.key === "Tab") {
      this.tabbed(event);
      return;
    }
    this.isLeaving = event.key === "Escape"; // Escape, then Tab: out of the grid
    if (this.onKey(event, isCommand)) {
      event.preventDefault();
      return;
    }
    const target = this.moved(event, isCommand);
    if (target) {
      event.preventDefault();
      this.go(...target, { isBlock: event.shiftKey });
    }
  }

  moved(event, isCommand) {
    const { place, active: { column }, order, columns } = this;
    const [end, edge] = [order.length - 1, columns.length - 1];
    switch (event.key) {
      case "ArrowUp": return [isCommand ? 0 : place - 1, column];
      case "ArrowDown": return [isCommand ? end : place + 1, column];
      case "ArrowLeft": return [place, isCommand ? 0 : column - 1];
      case "ArrowRight": return [place, isCommand ? edge : column + 1];
      case "Home": return [isCommand ? 0 : place, 0];
      case "End": return [isCommand ? end : place, edge];
      case "PageUp": return [place - this.page(), column];
      case "PageDown": return [place + this.page(), column];
      default: return null;
    }
  }

  tabbed(event) {
    const step = event.shiftKey ? -1 : 1;
    const flat = this.place * this.columns.length + this.active.column + step;
    const isOut = flat < 0 || flat >= this.order.length * this.columns.length;
    if (this.isLeaving || isOut) return;
    event.preventDefault();
    this.go(Math.floor(flat / this.columns.length), flat % this.columns.length);
  }

  cellAt(event) {
    const cell = event.target instanceof Element ? event.target.closest(".grid-body [role='gridcell']") : null;
    return cell && this.element.contains(cell) ? cell : null;
  }

  pressed(event) {
    const cell = this.cellAt(event);
    if (!cell || cell.classList.contains("is-editing") || event.button !== 0) return;
    this.isLeaving = false;
    event.preventDefault(); // no text is marked, and the focus is given below
    this.go(this.order.indexOf(cell.parentElement.dataset.code), Number(cell.dataset.column), { isBlock: event.shiftKey });
  }

  dragged(event) {
    const cell = event.buttons === 1 && event.pointerType === "mouse" ? this.cellAt(event) : null;
    if (!cell || cell.classList.contains("is-editing") || cell === this.cell()) return;
    if (this.element.querySelector(".is-editing")) return;
    this.go(this.order.indexOf(cell.parentElement.dataset.code), Number(cell.dataset.column), { isBlock: true });
  }
}

function mark(name, text) {
  const found = document.createElement("span");
  found.className = name;
  found.textContent = text;
  return found;
}
