// The emotions of a clip: started and stopped by buttons, and edited in a table.

import { $, announce, clock, make } from "./dom.js";
import { labelWord, t } from "./words.js";

const SHORTEST = 0.01; // seconds

export class Marks {
  // `host` gives `time()`, `duration()`, `seek(time)`, `playFrom(time)`, `save(change)` and `changed()`.
  constructor(host, labels, colours) {
    Object.assign(this, { host, labels, colours });
    this.list = [];
    this.deleted = null;
    $("undo").querySelector("button").addEventListener("click", () => this.restore());
  }

  load(marks) {
    this.list = marks;
    this.deleted = null;
    this.show();
  }

  // Start an emotion, or stop it if it is under way.
  toggle(label) {
    const time = Math.round(this.host.time() * 1000) / 1000;
    const open = this.list.find((mark) => mark.label === label && mark.stop === null);
    if (!open) {
      this.put({ id: crypto.randomUUID(), label, start: time, stop: null });
      announce(t("started", { label: labelWord(label) }));
      return;
    }
    const [start, stop] = [open.start, time].sort((a, b) => a - b); // stopped after seeking back: the other way round
    if (stop - start < SHORTEST) {
      this.remove(open, false);
      return;
    }
    this.put({ ...open, start, stop });
    announce(t("stopped", { label: labelWord(label) }));
  }

  put(mark) {
    this.list = [...this.list.filter((other) => other.id !== mark.id), mark].sort((a, b) => a.start - b.start);
    this.host.save({ kind: "mark", ...mark });
    setTimeout(() => this.show()); // once the focus has moved on from the field that was edited
  }

  remove(mark, undoable = true) {
    this.list = this.list.filter((other) => other.id !== mark.id);
    this.host.save({ kind: "unmark", id: mark.id });
    this.deleted = undoable ? mark : null;
    this.show();
    if (undoable) {
      announce(t("deleted", { label: labelWord(mark.label) }));
      $("undo").querySelector("button").focus();
    }
  }

  restore() {
    const mark = this.deleted;
    this.deleted = null;
    if (mark) this.put(mark);
  }

  show() {
    this.showLabels();
    this.showTable();
    $("undo").hidden = !this.deleted;
    if (this.deleted) {
      $("undo").querySelector("span").textContent = t("deleted", { label: labelWord(this.deleted.label) });
    }
    this.host.changed();
  }

  showLabels() {
    const focused = document.activeElement?.dataset?.emotion;
    const buttons = this.labels.map((label, place) => {
      const open = this.list.find((mark) => mark.label === label && mark.stop === null);
      const parts = [make("span", { text: `${labelWord(label)} ` })];
      if (place < 9) parts.push(make("kbd", { text: place + 1, "aria-hidden": "true" }));
      if (open) parts.push(make("span", { text: ` ${t("since", { time: clock(open.start) })}` }));
      return make("button", {
        type: "button", "data-emotion": label, "aria-pressed": String(Boolean(open)), colour: this.colours[label],
        "aria-keyshortcuts": place < 9 ? String(place + 1) : null, onclick: () => this.toggle(label),
      }, ...parts);
    });
    $("labels").replaceChildren(...buttons);
    if (focused) buttons.find((button) => button.dataset.emotion === focused)?.focus();
  }

  showTable() {
    const here = document.activeElement;
    const focused = $("marks").contains(here) ? [here.closest("tr")?.dataset.id, here.dataset.part] : null;
    if (!this.list.length) {
      $("marks").replaceChildren(make("caption", { class: "faint", text: t("noMarks") }));
      return;
    }
    const heads = ["emotionCol", "startCol", "stopCol"].map((name) => make("th", { scope: "col", text: t(name) }));
    const head = make("thead", {}, make("tr", {}, ...heads, make("td")));
    $("marks").replaceChildren(head, make("tbody", {}, ...this.list.map((mark) => this.row(mark))));
    if (focused) $("marks").querySelector(`tr[data-id="${focused[0]}"] [data-part="${focused[1]}"]`)?.focus();
  }

  row(mark) {
    const choose = make("select", {
      "data-part": "label", "aria-label": t("emotionCol"), onchange: () => this.put({ ...mark, label: choose.value }),
    }, ...this.labels.map((label) => new Option(labelWord(label), label, false, label === mark.label)));
    const play = make("button", {
      type: "button", "data-part": "play", text: t("playMark"), onclick: () => this.host.playFrom(mark.start),
    });
    const remove = make("button", {
      type: "button", "data-part": "delete", text: t("deleteMark"), onclick: () => this.remove(mark),
    });
    return make("tr", { "data-id": mark.id },
      make("td", {}, make("span", { class: "swatch", colour: this.colours[mark.label] }), choose),
      make("td", {}, this.times(mark, "start", "startCol", "startNow")),
      make("td", {}, this.times(mark, "stop", "stopCol", "stopNow")),
      make("td", {}, make("span", { class: "row" }, play, remove)));
  }

  times(mark, part, word, nowWord) {
    const field = make("input", {
      type: "number", min: 0, step: "any", value: mark[part] ?? "", placeholder: mark[part] === null ? t("stillOpen") : null,
      "data-part": part, "aria-label": t(word), onchange: () => this.edit(mark, part, field),
    });
    const now = make("button", {
      type: "button", text: t("now"), "data-part": `${part}-now`, title: t(nowWord), "aria-label": t(nowWord),
      onclick: () => { field.value = this.host.time().toFixed(3); this.edit(mark, part, field); },
    });
    return make("span", { class: "row" }, field, now);
  }

  edit(mark, part, field) {
    const time = field.value === "" ? NaN : Math.round(Number(field.value) * 1000) / 1000;
    const changed = { ...mark, [part]: time };
    const fits = time >= 0 && time <= this.host.duration() + 0.001
      && (changed.stop === null || changed.stop - changed.start >= SHORTEST);
    field.classList.toggle("bad", !fits);
    field.setAttribute("aria-invalid", String(!fits));
    if (fits) this.put(changed);
    else announce(t("badTimes"));
    field.setCustomValidity(fits ? "" : t("badTimes"));
    if (!fits) field.reportValidity();
  }
}
