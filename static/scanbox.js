// Captures what a keyboard-wedge scanner types, wherever the focus is, and hands it on once, whole.
//
// A scanner is a keyboard that types fast and ends with Enter or Tab. Control characters carry meaning (GS, 0x1D, ends
// a GS1 field) and are kept; only the prefix that the scanner was set up with is stripped. Scanners that write by an
// input method instead of keys (hand-held Android devices) reach the visible text box, which shares the same buffer:
// there is one way out, so that nothing is delivered twice.
//
// Fingers are slower than a scanner. What was typed is never handed on as a scan: it is said to be typed, and counts
// only while the box was told to expect that (`setByHand`). A scan then is a scan all the same.

const TERMINATORS = new Set(["Enter", "Tab"]);
const SHORTEST_BURST = 4;
const SLOWEST_KEY_MS = 60; // on average over a code, unless the scanner is known to be slower
const NUMBER = /^[-+]?[0-9.,]+$/; // fast fingers on a number pad are no scanner

export class ScanBox {
  // box: the visible text input. deliver(text, isTyped): called once a code. onTyped(): something was typed while only
  // scans are expected. gapMs: the longest pause inside one scan.
  constructor({ box, deliver, onTyped = () => {}, gapMs = 300, prefix = "", root = document }) {
    this.box = box;
    this.deliver = deliver;
    this.onTyped = onTyped;
    this.gapMs = gapMs;
    this.prefix = prefix;
    this.byHand = false;
    this.buffer = "";
    this.lastKeyAt = 0;
    this.startedAt = 0;
    this.isBroken = false; // keys came with pauses that no scanner makes
    this.field = null; // another field that a burst of keys has landed in, and its text before
    root.addEventListener("keydown", (event) => this.onKey(event), true);
    box.addEventListener("input", (event) => this.onInput(event));
    box.addEventListener("paste", (event) => this.onPaste(event));
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
    this.isBroken = false;
  }

  onKey(event) {
    if (event.isComposing || event.keyCode === 229) return; // an input method is at work: see onInput
    const isLate = event.timeStamp - this.lastKeyAt > this.gapMs;
    if (this.isOtherField(event.target)) {
      this.onKeyInField(event, isLate);
      return;
    }
    if (isLate && !this.byHand && this.buffer && !this.isFromInput) {
      this.clear();
      this.isBroken = true;
    }
    if (TERMINATORS.has(event.key)) {
      this.onTerminator(event);
      return;
    }
    const character = characterOf(event, this.buffer !== "" && !isLate);
    if (character === null) return;
    event.preventDefault();
    if (!this.buffer) this.startedAt = event.timeStamp;
    this.lastKeyAt = event.timeStamp;
    this.isFromInput = false;
    this.buffer += character;
    this.box.value = this.buffer;
  }

  onTerminator(event) {
    if (!this.buffer) {
      if (this.isBroken) this.onTyped();
      this.isBroken = false;
      return; // an ordinary Tab or Enter of somebody at the keyboard
    }
    event.preventDefault();
    event.stopPropagation();
    const isTyped = !this.isQuick(event.timeStamp, this.buffer.length);
    if (isTyped && !this.byHand) {
      this.clear();
      this.onTyped();
      return;
    }
    this.finish(isTyped);
  }

  // Whether the code came as quickly as a scanner writes, its terminator with it.
  isQuick(at, length) {
    return at - this.startedAt <= Math.max(SLOWEST_KEY_MS, this.gapMs / 4) * length;
  }

  // Text that came without keys: an input method, of a scanner or of fingers on a screen.
  onInput(event) {
    if (event.isComposing) return;
    if (!this.isFromInput || !this.buffer) this.startedAt = event.timeStamp;
    this.isFromInput = true;
    this.buffer = this.box.value;
  }

  // A code that was copied was read by nobody just now.
  onPaste(event) {
    if (this.byHand) return;
    event.preventDefault();
    this.onTyped();
  }

  isOtherField(target) {
    return target instanceof HTMLElement && target !== this.box && target.matches("input, textarea, select");
  }

  // A burst that lands in another field is a scan, not a value: the field gets back what stood in it.
  onKeyInField(event, isLate) {
    const { target } = event;
    if (this.field?.element !== target || isLate) {
      this.field = { element: target, before: target.value, text: "" };
      this.startedAt = event.timeStamp;
    }
    this.lastKeyAt = event.timeStamp;
    const { text } = this.field;
    const isScan = text.length >= SHORTEST_BURST && !NUMBER.test(text) && this.isQuick(event.timeStamp, text.length);
    if (TERMINATORS.has(event.key) && isScan) {
      event.preventDefault();
      event.stopPropagation();
      target.value = this.field.before;
      this.buffer = text;
      this.finish(false);
      return;
    }
    const character = characterOf(event, text !== "");
    if (character !== null) this.field.text += character;
  }

  finish(isTyped) {
    let text = this.buffer;
    this.clear();
    if (this.prefix && !isTyped && text.startsWith(this.prefix)) text = text.slice(this.prefix.length);
    if (text) this.deliver(text, isTyped);
  }
}

// The character that a key stands for, or null. Scanners send a control character as Ctrl and its letter
// (GS is Ctrl and ]); outside a burst Ctrl and a letter are somebody's shortcut.
export function characterOf(event, isInBurst) {
  if (event.altKey || event.metaKey) return null;
  if (event.ctrlKey) {
    const code = event.key.length === 1 ? event.key.toUpperCase().charCodeAt(0) : 0;
    const isControl = code >= 0x40 && code <= 0x5f;
    const isLetter = code >= 0x41 && code <= 0x5a;
    return isControl && (isInBurst || !isLetter) ? String.fromCharCode(code & 0x1f) : null;
  }
  return [...event.key].length === 1 ? event.key : null;
}
