// What undoes and does again: the operations that the server answered, each with the revision of its change, so that
// what somebody else has built on it is not undone without asking.

const MOST = 200;

export class Undo {
  constructor({ saving, onEmpty, onDone }) {
    Object.assign(this, { saving, onEmpty, onDone });
    this.undo = [];
    this.redo = [];
    this.wanted = null;
  }

  back(way) {
    if (this.saving.hasUnsaved) {
      this.wanted = way; // once it is saved, there is something to undo
      return;
    }
    const last = this[way].pop();
    if (last) this.saving.ask(last.operations, { base: last.revision, step: way === "undo" ? "redo" : "undo", isBack: true });
    else this.onEmpty(way);
  }

  // An ask was answered: `step` says onto which pile goes what undoes it.
  answered(ask, answer) {
    if (answer.undo.length > 0) {
      const pile = ask.step ?? "undo";
      if (!ask.isBack) this.redo = [];
      this[pile].push({ operations: answer.undo, revision: answer.revision });
      if (this[pile].length > MOST) this[pile].shift();
      if (ask.isBack) this.onDone();
    }
    if (this.wanted && !this.saving.hasUnsaved) {
      const way = this.wanted;
      this.wanted = null;
      this.back(way);
    }
  }
}
