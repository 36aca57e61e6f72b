// Captures what a keyboard-wedge scanner types, wherever the focus is, and hands it on once, whole.
//
// A scanner is a keyboard that types fast and ends with Enter or Tab. Control characters carry meaning (GS, 0x1D, ends
// a GS1 field) and are kept; only the prefix that the scanner was set up with is stripped. Scanners that write by an
// input method instead of keys (hand-held Android devices) reach the visible text box, which shares the same buffer:
// there is one way out, so that nothing is delivered twice.

const TERMINATORS = new Set(["Enter", "Tab"]);
const SHORTEST_BURST = 4;
const NUMBER = /^[-+]?[0-9.,]+$/; // fast fingers on a number pad are no scanner

export class ScanBox {
  // box: the visible text input. deliver(text): called once a scan. gapMs: the longest pause inside one scan.
  constructor({ box, deliver, gapMs = 300, prefix = "", root = document }) {
    this.box = box;
    this.deliver = deliver;
    this.gapMs = gapMs;
    this.prefix = prefix;
    this.byHand = false;
    this.buffer = "";
    this.lastKeyAt = 0;
    this.field = null; // another field that a burst of keys has landed in, and its text before
    root.addEventListener("keydown", (event) => this.onKey(event), true);
    box.addEventListener("input", (event) => this.onInput(event));
  }

  // By hand there is no hurry: nothing runs out, and the box may show a keyboard on the screen.
  setByHand(on) {
    this.byHand = on;
    this.box.inputMode = on ? "text" : "none";
    this.clear();
  }

  clear() {
    this.buffer = "";
    this.box.value = "";
    this.field = null;
  }

  onKey(event) {
    if (event.isComposing || event.keyCode === 229) return; // an input method is at work: see onInput
    const isLate = event.timeStamp - this.lastKeyAt > this.gapMs;
    if (this.isOtherField(event.target)) {
      this.onKeyInField(event, isLate);
      return;
    }
    if (isLate && !this.byHand && this.buffer && !this.isFromInput) this.clear();
    if (TERMINATORS.has(event.key)) {
      this.onTerminator(event);
      return;
    }
    const character = characterOf(event, this.buffer !== "" && !isLate);
    if (character === null) return;
    event.preventDefault();
    this.lastKeyAt = event.timeStamp;
    this.isFromInput = false;
    this.buffer += character;
    this.box.value = this.buffer;
  }

  onTerminator(event) {
    if (!this.buffer) {
      return; // an ordinary Tab or Enter of somebody at the keyboard
    }
    event.preventDefault();
    event.stopPropagation();
    this.finish();
  }

  // Text that came without keys: an input method, or somebody who pasted a code.
  onInput(event) {
    if (event.isComposing) return;
    this.isFromInput = true;
    this.buffer = this.box.value;
  }

  isOtherField(target) {
    return target instanceof HTMLElement && target !== this.box && target.matches("input, textarea, select");
  }

  // A burst that lands in another field is a scan, not a value: the field gets back what stood in it.
  onKeyInField(event, isLate) {
    const { target } = event;
    if (this.field?.element !== target || isLate) this.field = { element: target, before: target.value, text: "" };
    this.lastKeyAt = event.timeStamp;
    const { text } = this.field;
    if (TERMINATORS.has(event.key) && text.length >= SHORTEST_BURST && !NUMBER.test(text)) {
      event.preventDefault();
      event.stopPropagation();
      target.value = this.field.before;
      this.buffer = text;
      this.finish();
      return;
    }
    const character = characterOf(event, text !== "");
    if (character !== null) this.field.text += character;
  }

  finish() {
    let text = this.buffer;
    this.clear();
    if (this.prefix && text.startsWith(this.prefix)) text = text.slice(this.prefix.length);
    if (text) this.deliver(text);
  }
}

// The character that a key stands for, or null. Scanners send a control character as Ctrl and its letter
// (GS is Ctrl and ]); outside a burst Ctrl and a letter are somebody's shortcut.
function characterOf(event, isInBurst) {
  if (event.altKey || event.metaKey) return null;
  if (event.ctrlKey) {
    const code = event.key.length === 1 ? event.key.toUpperCase().charCodeAt(0) : 0;
    const isControl = code >= 0x40 && code <= 0x5f;
    const isLetter = code >= 0x41 && code <= 0x5a;
    return isControl && (isInBurst || !isLetter) ? String.fromCharCode(code & 0x1f) : null;
  }
  return [...event.key].length === 1 ? event.key : null;
}
