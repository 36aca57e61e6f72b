// A worksheet as this page knows it: what the server said last, and over it what was asked and is not answered yet.

export const keyOf = (table, item, column) => `${table}\n${item}\n${column}`;

export function valueIn(item, column) {
  return column.split(".").reduce((found, name) => (found !== null && typeof found === "object" ? found[name] : undefined), item);
}

// What a cell says: as the server reads it back, a text that was not changed leaves its cell as it is. What a control is
// stands behind it in brackets.
export function textOf(value) {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.map(line).join("\n") : String(value);
}

function line(one) {
  if (one === null || typeof one !== "object") return String(one);
  if (one.text !== undefined) return [one.text, ...(one.links ?? []).map((it) => `[${it.kind}:${it.ref}]`)].join(" ");
  const at = Array.isArray(one.at) && one.at.length > 0 ? `@${one.at.join(",")}` : "";
  return `${one.kind ?? ""}:${one.ref ?? ""}${at}`;
}

function withValue(item, column, value) {
  const [first, ...rest] = column.split(".");
  const found = { ...item };
  if (rest.length > 0) {
    const inner = withValue(found[first] ?? {}, rest.join("."), value);
    value = Object.keys(inner).length > 0 ? inner : null;
  }
  if (value === null || value === undefined) delete found[first];
  else found[first] = value;
  return found;
}

function placed(order, code, after) {
  const rest = order.filter((it) => it !== code);
  const at = after === null || after === undefined ? 0 : rest.indexOf(after) + 1 || rest.length;
  rest.splice(at, 0, code);
  return rest;
}

const PREFIX = { rows: "R", steps: "S" };

export class Model {
  constructor() {
    this.asks = [];
    this.faults = new Map(); // key -> sentences
  }

  take(sheet) {
    this.revision = sheet.revision;
    this.may = sheet.may;
    this.letters = sheet.letters;
    this.next = sheet.next;
    this.known = { ...sheet.order };
    this.base = { ...sheet.items, header: { "": sheet.header } };
    this.predict();
  }

  // --- what the page shows -----------------------------------------------------------------------------------------

  item(table, code) {
    return this.base[table][code] ?? this.added[table]?.[code];
  }

  value(table, code, column) {
    return valueIn(this.item(table, code) ?? {}, column);
  }

  text(table, code, column) {
    return this.pending.get(keyOf(table, code, column)) ?? textOf(this.value(table, code, column));
  }

  isPending(table, code, column) {
    return this.pending.has(keyOf(table, code, column)) || this.added[table]?.[code] !== undefined;
  }

  ratings(code) {
    return ["severity", "occurrence", "detection"].map((kind) => {
      const text = this.text("rows", code, `${kind}.rating`).trim();
      return /^(10|[1-9])$/.test(text) ? Number(text) : null;
    });
  }

  rpn(code) {
    const found = this.ratings(code);
    return found.includes(null) ? "" : String(found[0] * found[1] * found[2]);
  }

  priority(code) {
    const [s, o, d] = this.ratings(code);
    return s && o && d ? this.letters.charAt((s - 1) * 100 + (o - 1) * 10 + d - 1) : "";
  }

  level(column, text) {
    const levels = this.value("header", "", `scales.${column.split(".")[0]}.levels`);
    return Array.isArray(levels) ? levels[Number(text) - 1]?.text ?? "" : "";
  }

  stepTitle(code) {
    return this.orders.steps.includes(code) ? this.text("steps", code, "title") : "";
  }

  // What may be chosen in a column: [value, words]; nothing where any text may be written.
  choices(column) {
    if (column.kind === "rating") return Array.from({ length: 10 }, (_none, n) => [String(n + 1), this.level(column.key, n + 1)]);
    return column.key === "step" ? this.orders.steps.map((code) => [code, this.stepTitle(code)]) : [];
  }

  newCodes(table, count) {
    const found = [];
    while (found.length < count) {
      const code = `${PREFIX[table]}${this.next[table]++}`;
      if (!this.orders[table].includes(code)) found.push(code);
    }
    return found;
  }

  // --- what was asked ----------------------------------------------------------------------------------------------

  // Everything asked and not answered, laid over what the server said. A pasted block is shown once it is answered.
  predict() {
    this.pending = new Map();
    this.added = { steps: {}, rows: {} };
    this.orders = {};
    for (const table of ["steps", "rows"]) this.orders[table] = this.known[table].filter((it) => this.base[table][it]);
    for (const ask of this.asks) for (const one of ask.operations) this.foresee(one);
  }

  foresee(one) {
    const { table, item } = one;
    if (one.op === "type") this.pending.set(keyOf(table, item, one.column), one.text);
    if (one.op === "set") this.pending.set(keyOf(table, item, one.column), textOf(one.value));
    if (one.op === "remove") this.orders[table] = this.orders[table].filter((it) => it !== item);
    if (one.op === "move" || one.op === "insert") this.orders[table] = placed(this.orders[table], item, one.after);
    if (one.op === "insert" && !this.base[table][item]) this.added[table][item] = { ...one.values, code: item };
  }

  // --- what the server says ----------------------------------------------------------------------------------------

  answered(answer) {
    for (const [table, items] of Object.entries(answer.items)) {
      for (const [code, values] of Object.entries(items)) this.put(table, code, values);
    }
    if (answer.order) this.known = answer.order;
    this.predict();
  }

  told(answer) {
    for (const { cell: [table, code, column], value } of answer.news) {
      if (column === "place") continue;
      if (column === "") this.put(table, code, value);
      else if (this.base[table][code]) this.put(table, code, withValue(this.base[table][code], column, value));
    }
    if (answer.order) this.known = answer.order;
    this.revision = answer.revision;
    this.predict();
  }

  put(table, code, values) {
    if (values === null) delete this.base[table][code];
    else this.base[table][code] = values;
    const number = Number(/^[A-Za-z]+(\d{1,9})$/.exec(code)?.[1] ?? 0);
    if (this.next[table] !== undefined) this.next[table] = Math.max(this.next[table], number + 1);
  }
}
