// Small helpers for the page's elements and for questions to the server.

export const $ = (id) => document.getElementById(id);

// Make an element: its attributes (also `text`, `on<event>` and `style` of custom properties), and what is in it.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name === "colour") element.style.setProperty("--colour", value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export async function ask(address, options) {
  const answer = await fetch(address, options);
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error ?? `${answer.status}`);
  return answer;
}

// Seconds as 1:02.3.
export function clock(seconds) {
  const tenths = Math.round((seconds || 0) * 10);
  return `${Math.floor(tenths / 600)}:${((tenths % 600) / 10).toFixed(1).padStart(4, "0")}`;
}

export const percent = (part) => `${Math.round(part * 100)}%`;

// Say something to those who hear the page.
export function announce(text) {
  $("announce").textContent = text;
}
