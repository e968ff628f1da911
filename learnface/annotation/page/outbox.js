// Sends changes to the server, in order and each once, and keeps them in the browser until it has them.
//
// Changes gather for half a second, then become a numbered batch, which lies in localStorage until the server
// has written it to disk. A batch is sent again until it is taken; the server knows by page and number those it
// has already. A page that is loaded anew first sends what an earlier one left.

const EVERY = 500; // milliseconds
const LONGEST_WAIT = 4000;
const ANSWER_WITHIN = 8000;
const MOMENT = 1500;
const MOST_CHANGES = 100;
const KEEPALIVE_BYTES = 50_000; // browsers refuse longer bodies that are to outlive the page

export class Outbox {
  constructor(state, onStatus) {
    this.database = state.database;
    this.token = state.token;
    this.onStatus = onStatus;
    this.page = crypto.randomUUID();
    this.number = 0;
    this.open = null;
    this.queue = [];
    this.sending = null; // the run of the queue that is under way
    this.failures = 0;
    this.refusal = null;
    this.full = false;
    setInterval(() => this.flush(), EVERY);
    addEventListener("pagehide", () => this.leave());
    addEventListener("online", () => this.flush());
    addEventListener("beforeunload", (event) => { if (this.full && this.queue.length) event.preventDefault(); });
  }

  get pending() {
    return this.queue.length + (this.open ? 1 : 0);
  }

  // Note a change; what continues the last stretch is joined with it.
  add(annotator, clip, change) {
    const same = this.open && this.open.annotator === annotator && this.open.clip === clip;
    if (this.open && (!same || this.open.changes.length >= MOST_CHANGES)) this.seal();
    this.open ??= { annotator, clip, changes: [] };
    const last = this.open.changes.at(-1);
    const goesOn = last?.kind === "stretch" && change.kind === "stretch" && last.dimension === change.dimension
      && Math.abs(change.start - last.stop - 0.001) < 0.0001;
    if (goesOn) {
      last.stop = change.stop;
      last.samples.push(...change.samples);
    } else {
      this.open.changes.push(change);
    }
    this.tell();
  }

  // Make a batch of the gathered changes, and put it where a reload does not reach it.
  seal() {
    if (!this.open) return;
    const batch = { page: this.page, number: ++this.number, ...this.open };
    this.open = null;
    this.queue.push({ key: this.key(batch), batch });
    try {
      localStorage.setItem(this.key(batch), JSON.stringify(batch));
      this.full = false;
    } catch {
      this.full = true;
    }
  }

  // Seal, and send what there is; resolves when all is saved or the server does not answer.
  flush() {
    this.seal();
    if (!this.sending && this.queue.length) this.sending = this.run().finally(() => { this.sending = null; });
    return this.sending;
  }

  // Flush, but wait no longer than a moment: the server may be down.
  settle() {
    return Promise.race([this.flush(), new Promise((done) => setTimeout(done, MOMENT))]);
  }

  // Take over what earlier pages left behind.
  async adopt() {
    const prefix = `learnface/${this.database}/`;
    const left = Object.keys(localStorage).filter((key) => key.startsWith(prefix)).sort();
    for (const key of left) {
      try {
        this.queue.push({ key, batch: JSON.parse(localStorage.getItem(key)) });
      } catch {
        localStorage.removeItem(key); // half written, when the browser itself was killed
      }
    }
    await this.flush();
  }

  key(batch) {
    return `learnface/${this.database}/${batch.page}/${String(batch.number).padStart(9, "0")}`;
  }

  async run() {
    while (this.queue.length) {
      if (!this.failures) this.tell();
      const { key, batch } = this.queue[0];
      let answer = null;
      try {
        answer = await this.post(batch);
      } catch {
        // no answer: the server is down, or slow
      }
      if (answer?.ok) {
        this.failures = 0;
        this.queue.shift();
        localStorage.removeItem(key);
      } else if (answer?.status === 400) {
        this.refusal = (await answer.json().catch(() => ({}))).error ?? "?";
        this.queue.shift();
        localStorage.setItem(`refused-${key}`, JSON.stringify(batch)); // never thrown away
        localStorage.removeItem(key);
        console.error("refused", this.refusal, batch);
      } else {
        this.failures++;
        this.tell();
        if (answer?.status === 403) await this.renew();
        await new Promise((done) => setTimeout(done, Math.min(EVERY * this.failures, LONGEST_WAIT)));
      }
      this.seal();
    }
    this.tell();
  }

  post(batch, options = {}) {
    const body = JSON.stringify({ ...batch, database: this.database });
    return fetch("/api/changes", {
      method: "POST",
      headers: { "content-type": "application/json", "x-learnface-token": this.token },
      body,
      keepalive: body.length < KEEPALIVE_BYTES,
      signal: AbortSignal.timeout(ANSWER_WITHIN),
      ...options,
    });
  }

  // Ask for something that is no change of a clip; a server that was started again is asked twice.
  async ask(address, data = {}) {
    const send = () => fetch(address, {
      method: "POST", headers: { "content-type": "application/json", "x-learnface-token": this.token },
      body: JSON.stringify(data),
    });
    let answer = await send();
    if (answer.status === 403) {
      await this.renew();
      answer = await send();
    }
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error);
    return found;
  }

  // A server that was started again has another token.
  async renew() {
    try {
      const state = await (await fetch("/api/state")).json();
      if (state.database === this.database) this.token = state.token;
    } catch {
      // it will be asked again
    }
  }

  // The page goes away: the last changes lie in localStorage, and are sent at once if none waits before them.
  leave() {
    this.seal();
    if (this.queue.length === 1 && !this.sending) this.post(this.queue[0].batch).catch(() => {});
  }

  tell() {
    if (!this.queue.length) this.full = false;
    const state = this.failures ? "waiting" : this.pending ? "saving" : this.refusal ? "refused" : "saved";
    this.onStatus({ state, full: this.full && state === "waiting", refusal: this.refusal });
  }
}
