// The line to the server: one request at a time, the same body again until it is answered, and whether the line is up.

const ANSWER_WITHIN_MS = 8000;
const ASK_EVERY_MS = 10000;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 8000;
const MOST_FAULTS = 3; // a server that fails on this very request will fail on it again

export class Refused extends Error {
  constructor(status, body) {
    super(body.message ?? String(status));
    this.status = status;
    this.code = body.code ?? "";
  }
}

export class Line {
  constructor({ stateUrl, csrf, onChange, onState }) {
    Object.assign(this, { stateUrl, csrf, onChange, onState });
    this.isUp = true;
    this.isBusy = false;
    this.sent = 0;
    window.addEventListener("offline", () => this.set(false));
    window.addEventListener("online", () => this.ask());
    setInterval(() => this.ask(), ASK_EVERY_MS);
  }

  set(isUp) {
    if (isUp === this.isUp) return;
    this.isUp = isUp;
    this.onChange(isUp);
  }

  // Ask how the station stands. The answer is also the sign that the line is up.
  async ask() {
    if (this.isBusy) return this.isUp;
    const { sent } = this;
    try {
      const response = await this.fetch(this.stateUrl, { method: "GET" });
      const state = response.ok ? await response.json() : null;
      this.set(response.status < 500);
      if (state && sent === this.sent) this.onState(state); // an answer from before a scan is no news
    } catch {
      this.set(false);
    }
    return this.isUp;
  }

  // Send until it is answered. The body holds a scan_id made once, so that the server counts it once.
  async send(url, body, onRetry) {
    this.isBusy = true;
    this.sent += 1;
    try {
      let faults = 0;
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        const response = await this.try(url, body);
        if (response?.status === 500 && (faults += 1) < MOST_FAULTS) continue;
        if (response) return await this.read(response);
        this.set(false);
        onRetry();
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    } finally {
      this.isBusy = false;
    }
  }

  // An answer, or null when there was none worth the name (no line, or a server that is away).
  async try(url, body) {
    try {
      const response = await this.fetch(url, { method: "POST", body: JSON.stringify(body) });
      return response.status > 500 ? null : response;
    } catch {
      return null;
    }
  }

  async read(response) {
    const body = await response.json().catch(() => ({}));
    this.set(true);
    if (!response.ok) throw new Refused(response.status, body);
    return body;
  }

  fetch(url, options) {
    return fetch(url, {
      ...options,
      cache: "no-store",
      credentials: "same-origin",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.csrf },
    });
  }
}
