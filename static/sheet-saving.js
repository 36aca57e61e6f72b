// Saving as one goes: one request at a time, in order, the same body under the same id until it is answered. Nothing
// that was typed is thrown away: while there is no connection it waits here. In between the page asks for news.

const ANSWER_WITHIN_MS = 20000;
const NEWS_EVERY_MS = 3000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;

class Away extends Error {}

export class Refused extends Error {
  constructor(status, body) {
    super(body.message ?? String(status));
    this.status = status;
    this.code = body.code ?? "";
  }
}

export class Saving {
  constructor({ urls, model, page, csrf, onState, onAnswer, onRefused, onNews, onStale }) {
    Object.assign(this, { urls, model, page, csrf, onState, onAnswer, onRefused, onNews, onStale });
    this.isBusy = false;
    this.state = "saved";
    this.wake = null;
    this.timer = setInterval(() => this.work(true), NEWS_EVERY_MS);
    document.addEventListener("visibilitychange", () => this.work(true));
    window.addEventListener("online", () => this.hurry());
  }

  get hasUnsaved() {
    return this.model.asks.length > 0;
  }

  // `base`: what the page had seen when this was written. Answers at once; what becomes of it is told later.
  ask(operations, { base = this.model.revision, ...more } = {}) {
    if (operations.length === 0) return;
    this.model.asks.push({ operations, base, id: crypto.randomUUID(), ...more });
    this.model.predict();
    this.say(this.state === "saved" ? "saving" : this.state);
    this.work(false);
  }

  say(state, why = "") {
    this.state = state;
    this.onState(state, why);
  }

  hurry() {
    this.wake?.();
  }

  async work(isForNews) {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      if (isForNews && !document.hidden && !this.hasUnsaved) await this.news();
      while (this.hasUnsaved) await this.saveFirst();
      if (this.state !== "refused") this.say("saved");
    } catch (fault) {
      if (!(fault instanceof Away) && !(fault instanceof Refused)) throw fault;
      if (fault instanceof Away) this.say("offline");
      else this.say(fault.status === 401 ? "signed_out" : "refused", fault.message);
    } finally {
      this.isBusy = false;
    }
  }

  async saveFirst() {
    const [ask] = this.model.asks;
    this.say(this.state === "offline" || this.state === "signed_out" ? this.state : "saving");
    const body = { request_id: ask.id, page: this.page, base: ask.base, operations: ask.operations };
    try {
      const answer = await this.until(() => this.fetch(this.urls.edits, { method: "POST", body: JSON.stringify(body) }));
      this.model.asks.shift();
      const isBehind = answer.revision > this.model.revision + (answer.done ? 1 : 0);
      this.model.answered(answer);
      if (!isBehind) this.model.revision = answer.revision;
      this.onAnswer(ask, answer);
      this.say(this.hasUnsaved ? "saving" : "saved");
      if (isBehind) await this.news();
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      this.model.asks.shift();
      this.model.predict();
      this.say("refused", fault.message);
      this.onRefused(ask, fault);
    }
  }

  // Ask until there is an answer worth the name; a session that is over is waited for like a connection.
  async until(send) {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await send();
      } catch (fault) {
        if (fault instanceof Refused && fault.code === "csrf") await this.renew();
        else if (fault instanceof Refused && fault.status === 401) this.say("signed_out");
        else if (fault instanceof Away) this.say("offline");
        else throw fault;
      }
      await new Promise((resolve) => {
        const later = setTimeout(resolve, pause);
        this.wake = () => { clearTimeout(later); resolve(); };
      });
      this.wake = null;
    }
  }

  async news() {
    const address = `${this.urls.changes}?since=${this.model.revision}&page=${this.page}`;
    const answer = await this.fetch(address, { method: "GET" });
    if (answer.is_resting !== this.model.may.is_resting) {
      await this.load();
      return;
    }
    this.model.told(answer);
    if (answer.news.length > 0) this.onNews(answer.news);
  }

  async load() {
    this.model.take(await this.fetch(this.urls.data, { method: "GET" }));
    this.onStale();
  }

  // Whoever signs in again has another token: the page has it.
  async renew() {
    const page = await fetch(location.href, { credentials: "same-origin", cache: "no-store" }).then((it) => it.text()).catch(() => "");
    const token = new DOMParser().parseFromString(page, "text/html").querySelector("#sheet [name=csrfmiddlewaretoken]");
    if (token) this.csrf = token.value;
  }

  async fetch(url, options) {
    const answer = await fetch(url, {
      ...options,
      cache: "no-store",
      credentials: "same-origin",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.csrf },
    }).catch(() => null);
    if (answer === null || answer.status >= 500) throw new Away();
    const body = await answer.json().catch(() => null);
    if (body === null) throw new Away();
    if (!answer.ok) throw new Refused(answer.status, body);
    return body;
  }
}
