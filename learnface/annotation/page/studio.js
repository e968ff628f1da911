// One clip: its video, the slider that rates it over time, and its emotions.

import { $, announce, ask, clock, make, percent } from "./dom.js";
import { Marks } from "./marks.js";
import { Pad } from "./pad.js";
import { labelColours, Timeline } from "./timeline.js";
import { Recorder, share, Trace } from "./trace.js";
import { t } from "./words.js";

export const PASSES = ["valence", "arousal", "emotions"];
const STEP = 0.05, LARGE_STEP = 0.25;
const FIRST_PICTURE = 3000; // milliseconds to wait for it, once its data are there
const DRAW_EVERY = 150; // milliseconds: a long trace takes its time to draw

export class Studio {
  // `onLeave(where)` goes to `"list"`, or to the clip before or after by -1 and 1; `onPass()` follows a change of pass.
  constructor({ labels, outbox, onLeave, onPass }) {
    Object.assign(this, { labels, outbox, onLeave, onPass });
    this.video = $("video");
    this.colours = labelColours(labels);
    this.timeline = new Timeline($("timeline"), $("head"));
    this.recorder = new Recorder();
    this.marks = new Marks({
      time: () => this.time, duration: () => this.duration, playFrom: (time) => this.playFrom(time),
      save: (change) => this.save(change), changed: () => { this.dirty = true; },
    }, labels, this.colours);
    this.pad = new Pad({
      select: $("axis"), panel: $("pad"), onPlay: () => this.togglePlay(),
      onValue: (value) => this.setValue(value),
    });
    this.clip = null;
    Object.assign(this, { origin: 0, waiting: [], loading: null });
    this.drawn = 0;
    this.pass = "valence";
    this.recording = true;
    this.traces = { valence: new Trace(), arousal: new Trace() };
    this.listen();
    const loop = () => {
      if (this.clip) this.tick();
      requestAnimationFrame(loop);
    };
    requestAnimationFrame(loop);
  }

  // Seconds from the first picture on. In a file that was cut, the browser's own time may begin later than at 0.
  get time() {
    return Math.max(0, this.video.currentTime - this.origin);
  }

  get duration() {
    return Number.isFinite(this.video.duration) ? this.video.duration - this.origin : this.clip?.duration ?? 0;
  }

  // Load a video. It neither plays nor seeks before its first picture has told when it begins.
  load(address) {
    const { video } = this, mine = {};
    Object.assign(this, { origin: 0, waiting: [], loading: mine });
    video.dataset.ready = "false";
    const begin = (origin) => {
      if (this.loading !== mine) return; // told already, or another video
      Object.assign(this, { origin, loading: null });
      if (origin) this.measured();
      video.dataset.ready = "true";
      for (const act of this.waiting.splice(0)) act();
    };
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback((_, picture) => begin(picture.mediaTime));
    const late = video.requestVideoFrameCallback ? FIRST_PICTURE : 0;
    const giveUp = () => (document.hidden ? setTimeout(giveUp, late) : begin(0)); // a hidden page shows no picture
    video.addEventListener("loadeddata", () => setTimeout(giveUp, late), { once: true });
    video.src = address;
  }

  whenReady(act) {
    if (this.loading) this.waiting.push(act);
    else act();
  }

  async open(clip, annotator, pass) {
    this.close();
    await this.outbox.settle(); // else what is on its way would be missing from the answer
    const answer = await ask(`/api/clips/${clip.number}?annotator=${encodeURIComponent(annotator)}`);
    const given = await answer.json();
    Object.assign(this, { clip, annotator });
    for (const name of ["valence", "arousal"]) this.traces[name] = new Trace(given[name]);
    $("finished").checked = given.finished;
    $("clip-title").textContent = clip.subject ? `${clip.path} · ${clip.subject}` : clip.path;
    $("unplayable").hidden = true;
    this.load(`/video/${clip.number}`);
    this.setPass(pass);
    this.marks.load(given.marks);
    this.translate();
  }

  close() {
    if (!this.clip) return;
    this.video.pause();
    this.recorder.stop();
    Object.assign(this, { clip: null, loading: null, waiting: [] });
    this.video.removeAttribute("src");
    this.video.load();
    this.outbox.flush();
  }

  // What the present annotator has done, in the form of the server's progress.
  progress() {
    return {
      valence: this.traces.valence.covered(), arousal: this.traces.arousal.covered(), marks: this.marks.list.length,
      finished: $("finished").checked,
    };
  }

  save(change) {
    this.outbox.add(this.annotator, this.clip.number, change);
  }

  setPass(pass) {
    this.recorder.stop();
    this.pass = pass;
    const trace = this.traces[pass];
    if (trace) {
      this.setRecording(share(trace.covered(), this.duration) < 1);
      this.setValue(trace.at(this.time) ?? 0, true);
    }
    this.translate();
    this.onPass();
  }

  setRecording(on) {
    this.recorder.stop();
    this.recording = on;
    $("value").disabled = !on;
    this.translate();
  }

  // Move the slider, by hand or (`shown`) to what is recorded.
  setValue(value, shown = false) {
    if (!shown && (!this.recording || !this.traces[this.pass])) return;
    value = Math.round(Math.min(1, Math.max(-1, value)) * 100) / 100;
    $("value").value = value;
    this.showNumber();
  }

  showNumber() {
    const value = Number($("value").value);
    const text = `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value).toFixed(2)}`;
    if ($("number").textContent !== text) $("number").textContent = text;
    $("value").setAttribute("aria-valuetext", text);
  }

  tick() {
    this.pad.poll();
    const trace = this.traces[this.pass], moving = !this.video.paused && !this.video.seeking;
    if (trace && moving && this.recording) this.take();
    else if (trace && !this.recording) {
      const value = trace.at(this.time);
      if (value !== null) this.setValue(value, true);
    }
    if (!moving && !this.dirty) return;
    this.showTime();
    if (this.dirty && performance.now() - this.drawn > DRAW_EVERY) this.draw();
  }

  // Record the slider at the video's own time.
  take(force = false) {
    const stretch = this.recorder.sample(this.time, Number($("value").value), force);
    if (!stretch) return;
    this.traces[this.pass].replace(stretch.start, stretch.stop, stretch.samples);
    this.save({ kind: "stretch", dimension: this.pass, ...stretch });
    this.dirty = true;
  }

  draw() {
    this.drawn = performance.now();
    // An emotion that is under way grows with the time.
    this.dirty = !this.video.paused && this.marks.list.some((mark) => mark.stop === null);
    const { duration, time, traces, colours, pass, labels } = this;
    this.timeline.draw({ duration, time, traces, marks: this.marks.list, colours, pass, labels });
    this.showPasses();
  }

  showTime() {
    const { duration, time } = this;
    this.timeline.point(time, duration);
    $("seek").max = duration || 1;
    $("seek").value = time;
    const text = t("of", { time: clock(time), total: clock(duration) });
    if ($("clock").textContent === text) return;
    $("clock").textContent = text;
    $("seek").setAttribute("aria-valuetext", text);
  }

  showPasses() {
    for (const button of document.querySelectorAll(".passes button")) {
      const name = button.dataset.pass, trace = this.traces[name];
      const done = trace ? percent(share(trace.covered(), this.duration)) : this.marks.list.length;
      const text = `${t(name)} · ${done}`;
      if (button.textContent !== text) button.textContent = text;
      button.setAttribute("aria-pressed", String(name === this.pass));
    }
  }

  togglePlay() {
    if (!$("unplayable").hidden) return;
    this.whenReady(() => {
      if (this.video.paused) this.video.play().catch(() => {});
      else this.video.pause();
    });
  }

  playFrom(time) {
    this.seek(time);
    this.whenReady(() => this.video.play().catch(() => {}));
  }

  seek(time) {
    this.recorder.stop();
    this.whenReady(() => {
      this.video.currentTime = Math.min(Math.max(time, 0), this.duration) + this.origin;
      this.dirty = true;
    });
  }

  // Go on to the next pass, or to the next clip after the last.
  go() {
    const next = PASSES[PASSES.indexOf(this.pass) + 1];
    if (!next) {
      this.onLeave(1);
      return;
    }
    this.video.pause();
    this.seek(0);
    this.setPass(next);
    $("play").focus({ preventScroll: true });
  }

  translate() {
    const rated = this.pass !== "emotions";
    $("rating").hidden = !rated;
    $("emotions").hidden = rated;
    $("rating").dataset.pass = this.pass;
    if (rated) {
      $("question").textContent = t(`${this.pass}Question`);
      $("low").textContent = `${t(`${this.pass}Low`)} −1`;
      $("high").textContent = `+1 ${t(`${this.pass}High`)}`;
    }
    $("record").textContent = t(this.recording ? "recordOn" : "recordOff");
    $("record").setAttribute("aria-pressed", String(this.recording));
    $("hint").textContent = t(this.recording ? "hintRecord" : "hintReview");
    this.showPlay();
    const next = { valence: "goArousal", arousal: "goEmotions", emotions: this.last ? "goList" : "goClip" }[this.pass];
    for (const button of document.querySelectorAll(".go")) button.textContent = t(next);
    if (this.clip) this.marks.show();
    this.dirty = true;
  }

  showPlay() {
    $("play").textContent = t(this.video.paused ? "play" : "pause");
    this.dirty = true;
  }

  listen() {
    const { video } = this, on = (id, event, act) => $(id).addEventListener(event, act);
    for (const name of ["play", "pause"]) video.addEventListener(name, () => this.showPlay());
    for (const name of ["pause", "ended"]) video.addEventListener(name, () => this.rest());
    for (const name of ["seeking", "waiting"]) video.addEventListener(name, () => this.recorder.stop());
    for (const name of ["seeked", "timeupdate", "loadeddata"]) video.addEventListener(name, () => { this.dirty = true; });
    video.addEventListener("loadedmetadata", () => this.measured());
    video.addEventListener("error", () => this.unplayable());
    video.addEventListener("click", () => this.togglePlay());
    document.addEventListener("visibilitychange", () => document.hidden && video.pause());
    addEventListener("resize", () => { this.dirty = true; });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.dirty = true; });
    on("seek", "input", () => this.seek(Number($("seek").value)));
    on("timeline", "click", (event) => this.seek(this.timeline.timeAt(event, this.duration)));
    on("value", "input", () => this.showNumber());
    on("play", "click", () => this.togglePlay());
    on("rewind", "click", () => this.seek(this.time - 2));
    on("forward", "click", () => this.seek(this.time + 2));
    on("mute", "click", () => this.toggleMute());
    on("speed", "change", () => { video.playbackRate = Number($("speed").value); });
    on("record", "click", () => this.setRecording(!this.recording));
    on("finished", "change", () => this.save({ kind: "finished", value: $("finished").checked }));
    on("back", "click", () => this.onLeave("list"));
    on("previous", "click", () => this.onLeave(-1));
    on("next", "click", () => this.onLeave(1));
    for (const button of document.querySelectorAll(".passes button")) {
      button.addEventListener("click", () => this.setPass(button.dataset.pass));
    }
    for (const button of document.querySelectorAll(".go")) button.addEventListener("click", () => this.go());
  }

  // The video has come to rest: record the last moment, and say how much is done.
  rest() {
    if (!this.clip) return;
    if (this.traces[this.pass] && this.recording && this.recorder.last !== null) {
      this.take(true);
      const part = share(this.traces[this.pass].covered(), this.duration);
      announce(t("recorded", { pass: t(this.pass), percent: percent(part) }));
    }
    this.recorder.stop();
    this.outbox.flush();
    this.dirty = true;
  }

  measured() {
    if (!this.clip) return;
    if (!this.video.videoWidth) {
      this.unplayable(); // only its sound can be decoded
      return;
    }
    this.video.playbackRate = Number($("speed").value);
    const { duration } = this;
    if (duration > 0 && Math.abs((this.clip.duration ?? 0) - duration) > 0.002) {
      this.clip.duration = duration;
      this.save({ kind: "duration", seconds: duration });
    }
    this.setPass(this.pass);
  }

  async unplayable() {
    if (!this.clip || !this.video.getAttribute("src")) return;
    const { number, path } = this.clip, name = path.split("/").at(-1), box = $("unplayable");
    const lines = [];
    let copy = null;
    try {
      const { codec } = await (await ask(`/api/clips/${number}/codec`)).json();
      const stem = path.replace(/\.[^.]*$/, "");
      const command = `ffmpeg -i "${path}" -c:v libx264 -pix_fmt yuv420p -crf 18 "${stem}.mp4"`;
      lines.push(make("p", { text: t("unplayable", { name, codec: ` (${codec})` }) }), make("code", { text: command }));
      if (!this.video.src.endsWith("copy=1")) copy = make("button", { type: "button", class: "main", text: t("makeCopy") });
    } catch {
      lines.push(make("p", { text: t("missing", { name }) }));
    }
    if (this.clip?.number !== number) return;
    copy?.addEventListener("click", () => this.playCopy(copy));
    box.replaceChildren(...lines, ...(copy ? [copy] : []));
    box.hidden = false;
  }

  // Let the server make a copy that this browser can play, and play that.
  async playCopy(button) {
    const { number } = this.clip;
    button.disabled = true;
    button.textContent = t("makingCopy");
    try {
      await this.outbox.ask(`/api/clips/${number}/copy`);
      if (this.clip?.number !== number) return;
      $("unplayable").hidden = true;
      this.load(`/video/${number}?copy=1`);
    } catch (error) {
      button.textContent = error.message;
    }
  }

  toggleMute() {
    this.video.muted = !this.video.muted;
    $("mute").setAttribute("aria-pressed", String(this.video.muted));
  }

  // Act on a key; true if it was one of ours.
  key(event) {
    const onSlider = event.target.id === "value", value = Number($("value").value), rated = this.pass !== "emotions";
    const step = event.shiftKey ? LARGE_STEP : STEP;
    const moves = {
      ArrowRight: value + step, ArrowUp: value + step, ArrowLeft: value - step, ArrowDown: value - step,
      PageUp: value + LARGE_STEP, PageDown: value - LARGE_STEP, Home: -1, End: 1, 0: 0,
    };
    if (rated && event.key in moves && (onSlider || event.target.id !== "seek")) {
      this.setValue(moves[event.key]);
      return true;
    }
    const label = this.labels[Number(event.key) - 1];
    if (!rated && label) {
      this.marks.toggle(label);
      return true;
    }
    const acts = {
      " ": () => this.togglePlay(), j: () => this.seek(this.time - 2),
      l: () => this.seek(this.time + 2), m: () => this.toggleMute(),
      r: () => rated && this.setRecording(!this.recording), v: () => this.setPass("valence"),
      a: () => this.setPass("arousal"), e: () => this.setPass("emotions"), n: () => this.onLeave(1),
      p: () => this.onLeave(-1), Escape: () => this.onLeave("list"),
    };
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    act?.();
    return Boolean(act);
  }
}
