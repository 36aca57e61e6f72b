// What a worksheet may name: evidence, what a control is, and the steps of the product's protocol. In the sheet's texts
// they stand as codes; people read words, and choose from a list while they write.

const MOST = 60; // shown at once: more are found by typing

export class Names {
  constructor() {
    this.evidence = [];
    this.links = [];
    this.steps = [];
    this.words = new Map();
  }

  // `names`: lists of [code, words].
  take(names) {
    Object.assign(this, names);
    this.words = new Map([...this.evidence, ...this.links, ...this.steps]);
  }

  // The words of a cell's text; a name that is not known stays as it is.
  said(kind, text) {
    if (kind === "evidence") return text.split("\n").map((line) => this.saidOf(line)).join("\n");
    if (kind !== "controls") return text;
    return text.replace(/\[((?:interlock|criterion|chart):[^\]\s]+)\]/g, (_whole, name) => `(${this.words.get(name) ?? name})`);
  }

  saidOf(line) {
    const [name, at = ""] = line.split("@");
    const steps = at.split(",").filter(Boolean).map((it) => this.words.get(it.trim()) ?? it);
    return [this.words.get(name.trim()) ?? name, ...steps].join(", ");
  }

  // What is meant where the caret stands: the choices [code, words], and what of the text a choice takes the place of.
  // A control is said to be something in brackets; the steps of evidence stand behind @.
  suggest(kind, text, caret) {
    const begins = text.lastIndexOf("\n", caret - 1) + 1;
    const line = text.slice(begins, caret);
    const bracket = line.lastIndexOf("[");
    if (kind === "controls") {
      if (bracket < 0 || line.indexOf("]", bracket) >= 0) return { choices: [] };
      return this.found(this.links, text, begins + bracket, caret, (it) => `[${it}]`);
    }
    const at = line.lastIndexOf("@");
    const from = at < 0 ? 0 : Math.max(at, line.lastIndexOf(",")) + 1;
    return this.found(at < 0 ? this.evidence : this.steps, text, begins + from, caret, (it) => it);
  }

  found(known, text, from, to, written) {
    const asked = text.slice(from, to).replace("[", "").trim().toLowerCase();
    const isMeant = ([code, words]) => asked.split(/\s+/).every((it) => `${code} ${words}`.toLowerCase().includes(it));
    const isWritten = known.some(([code]) => code.toLowerCase() === asked);
    const choices = isWritten ? [] : known.filter(isMeant).slice(0, MOST);
    return { choices, from, to, written, isBegun: asked !== "" };
  }
}
