// The page: who labels, the list of clips, and the way from one to the other.

import { $, announce, ask, clock, make, percent } from "./dom.js";
import { Outbox } from "./outbox.js";
import { PASSES, Studio } from "./studio.js";
import { share } from "./trace.js";
import { switchLanguage, t, translatePage } from "./words.js";

const CALM = 600; // milliseconds that all must be saved before the sign says so: it does not flicker

let state, outbox, studio, annotator = null, status = { state: "saved" }, soon = null;

const remembered = () => `learnface.annotator.${state.database}`;

function complain(message) {
  $("alert").textContent = message ?? "";
  $("alert").hidden = !message;
}

function onStatus(news) {
  clearTimeout(soon);
  if (news.state === "saved" && status.state !== "saved") soon = setTimeout(() => showStatus(news), CALM);
  else if (news.state !== status.state || news.full !== status.full) showStatus(news);
}

function showStatus(news = status) {
  const heard = [news.state, status.state].some((one) => one === "waiting" || one === "refused");
  status = news;
  const why = news.full ? t("full") : news.refusal;
  const text = news.full ? t("refused", { why }) : t(news.state, { why });
  if ($("sign").textContent !== text) $("sign").textContent = text;
  $("sign").dataset.state = news.state;
  if (heard) announce(text);
}

async function refresh() {
  state = await (await ask("/api/state")).json();
  if (outbox) outbox.token = state.token;
  $("folder").textContent = state.folder;
}

function show(view) {
  for (const name of ["welcome", "list", "studio"]) $(name).hidden = name !== view;
}

// Where the page is told by its address, so that loading it anew comes back to the same clip and pass.
function place() {
  const told = new URLSearchParams(location.hash.slice(1));
  const clip = state.clips.find((one) => String(one.number) === told.get("clip"));
  return { clip, pass: PASSES.includes(told.get("pass")) ? told.get("pass") : "valence" };
}

async function follow() {
  try {
    const { clip, pass } = place();
    if (!annotator) welcome();
    else if (!clip) await list();
    else if (studio.clip?.number === clip.number && studio.annotator === annotator) {
      show("studio");
      if (studio.pass !== pass) studio.setPass(pass);
    } else {
      studio.last = state.clips.at(-1) === clip;
      await studio.open(clip, annotator, pass);
      show("studio");
      const at = state.clips.indexOf(clip);
      $("previous").disabled = at === 0;
      $("next").disabled = studio.last;
      $("play").focus({ preventScroll: true });
    }
    complain(null);
  } catch (error) {
    complain(error instanceof TypeError ? t("noServer") : error.message);
  }
}

function welcome() {
  studio.close();
  show("welcome");
  $("who").hidden = true;
  const buttons = state.annotators.map((name) => make("button", { type: "button", text: name, onclick: () => begin(name) }));
  $("people").replaceChildren(...buttons);
  $("name").focus();
}

function begin(name) {
  annotator = name;
  sessionStorage.setItem(remembered(), name);
  follow();
}

async function addPerson(event) {
  event.preventDefault();
  try {
    const { name } = await outbox.ask("/api/annotators", { name: $("name").value });
    $("name").value = "";
    if (!state.annotators.includes(name)) state.annotators.push(name);
    begin(name);
  } catch (error) {
    complain(error instanceof TypeError ? t("noServer") : error.message);
  }
}

async function list() {
  const came = studio.clip?.number;
  studio.close();
  await outbox.settle();
  await refresh().catch(() => {}); // without the server, show what is known
  showList();
  show("list");
  const row = came && document.querySelector(`#clips button[data-clip="${came}"]`);
  (row || $("main")).focus();
}

function showList() {
  showWho();
  const others = state.annotators.filter((name) => name !== annotator), people = [annotator, ...others];
  const heads = [t("clip"), t("subject"), t("length"), t("you", { name: annotator }), ...others];
  const head = heads.map((text, at) => make("th", { scope: "col", class: at === 3 ? "mine" : null, text }));
  const rows = state.clips.map((clip) => {
    const open = make("button", {
      type: "button", class: "quiet", "data-clip": clip.number, text: clip.path, onclick: () => goTo(clip.number, firstPass(clip)),
    });
    const cells = people.map((name) => make("td", { class: name === annotator ? "mine" : null }, progress(clip, name)));
    return make("tr", {}, make("th", { scope: "row" }, open), make("td", { text: clip.subject ?? t("unknown") }),
      make("td", { class: "clock", text: clip.duration ? clock(clip.duration) : "–" }), ...cells);
  });
  $("clips").replaceChildren(make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
  const chosen = $("export-who").value;
  $("export-who").replaceChildren(new Option(t("everyone"), ""), ...state.annotators.map((name) => new Option(name, name)));
  $("export-who").value = state.annotators.includes(chosen) ? chosen : "";
}

function showWho() {
  $("who").hidden = !annotator;
  $("who").textContent = annotator ?? "";
  $("who").setAttribute("aria-label", t("someone", { name: annotator }));
}

// The first pass of a clip that is not done.
function firstPass(clip) {
  const done = clip.progress[annotator] ?? {};
  return ["valence", "arousal"].find((name) => share(done[name] ?? 0, clip.duration) < 1) ?? "emotions";
}

function progress(clip, name) {
  const done = clip.progress[name] ?? { valence: 0, arousal: 0, marks: 0, finished: false };
  const parts = Object.fromEntries(["valence", "arousal"].map((which) => [which, share(done[which], clip.duration)]));
  const bars = Object.entries(parts).flatMap(([which, part]) => {
    const bar = make("i");
    bar.style.width = percent(part);
    return [make("b", { text: t(`${which}Short`) }), make("span", { class: `meter ${which}` }, bar), make("span", { text: percent(part) })];
  });
  const emotions = [make("b", { text: t("emotionsShort") }), make("span", { text: done.marks }), make("span", { text: done.finished ? "✓" : "" })];
  const spoken = t("progress", {
    name, valence: percent(parts.valence), arousal: percent(parts.arousal), marks: done.marks,
    finished: done.finished ? t("finishedShort") : "",
  });
  return make("div", { class: "done", role: "img", "aria-label": spoken }, ...bars, ...emotions);
}

function goTo(number, pass) {
  location.hash = number ? `clip=${number}&pass=${pass}` : "";
}

function leave(where) {
  const at = state.clips.findIndex((clip) => clip.number === studio.clip?.number);
  if (at < 0) return;
  state.clips[at].progress[annotator] = studio.progress();
  const clip = where === "list" ? null : state.clips[at + where];
  if (clip) goTo(clip.number, firstPass(clip));
  else if (where === "list" || where === 1) goTo(null);
}

async function exportFile(kind, format) {
  const query = new URLSearchParams({ format, rate: $("rate").value, annotator: $("export-who").value });
  $("export-note").textContent = "";
  try {
    await outbox.settle();
    const answer = await ask(`/api/export/${kind}?${query}`);
    const file = answer.headers.get("content-disposition").match(/"(.*)"/)[1];
    const address = URL.createObjectURL(await answer.blob());
    make("a", { href: address, download: file }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    const notes = JSON.parse(answer.headers.get("x-learnface-notes"));
    $("export-note").textContent = [t("exported", { file }), ...notes].join(" ");
  } catch (error) {
    $("export-note").textContent = error instanceof TypeError ? t("noServer") : error.message;
  }
}

function onKey(event) {
  const typing = event.target.closest("input:not([type=range], [type=checkbox]), select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || typing || $("keys").open) return;
  if (event.key === "?") {
    $("keys").showModal();
    event.preventDefault();
    return;
  }
  const control = event.target.closest("button, a, input[type=checkbox]");
  if (control && [" ", "Enter"].includes(event.key)) return; // the button's own keys
  if (!$("studio").hidden && studio.clip && studio.key(event)) event.preventDefault();
}

function listen() {
  addEventListener("hashchange", follow);
  document.addEventListener("keydown", onKey);
  // After a click by mouse the space bar plays the video, and does not press the same button again.
  $("studio").addEventListener("click", (event) => event.detail && event.target.closest("button")?.blur());
  $("new-person").addEventListener("submit", addPerson);
  $("help").addEventListener("click", () => $("keys").showModal());
  $("who").addEventListener("click", () => {
    annotator = null;
    sessionStorage.removeItem(remembered());
    if (location.hash) goTo(null); // which asks who labels
    else follow();
  });
  $("language").addEventListener("click", () => {
    switchLanguage();
    translate();
  });
  for (const button of document.querySelectorAll("[data-export]")) {
    button.addEventListener("click", () => exportFile(...button.dataset.export.split(".")));
  }
}

function translate() {
  translatePage();
  showStatus();
  if (annotator) showWho();
  studio?.translate();
  if (!$("list").hidden) showList();
}

async function start() {
  translatePage();
  try {
    await refresh();
  } catch {
    complain(t("noServer"));
    return;
  }
  outbox = new Outbox(state, onStatus);
  studio = new Studio({
    labels: state.labels, outbox, onLeave: leave,
    onPass: () => studio.clip && history.replaceState(null, "", `#clip=${studio.clip.number}&pass=${studio.pass}`),
  });
  listen();
  translate();
  await outbox.adopt();
  await refresh();
  const name = sessionStorage.getItem(remembered());
  annotator = state.annotators.includes(name) ? name : null;
  showWho();
  await follow();
}

start();
