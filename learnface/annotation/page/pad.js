// A game pad's stick as the slider, and its first button as play and pause.

const DEAD = 0.08; // a stick at rest is never quite at 0
const STORED = "learnface.axis";
const NAMES = ["L ↔", "L ↕", "R ↔", "R ↕"];

export class Pad {
  constructor({ onValue, onPlay, select, panel }) {
    Object.assign(this, { onValue, onPlay, select, panel });
    this.value = 0;
    this.pressed = false;
    this.axes = -1;
    select.addEventListener("change", () => localStorage.setItem(STORED, select.value));
  }

  // Look at the first pad; to be called for each picture that is drawn.
  poll() {
    const pad = [...(navigator.getGamepads?.() ?? [])].find((one) => one?.connected);
    this.panel.hidden = !pad;
    if (!pad) return;
    if (this.axes !== pad.axes.length) this.offer(pad.axes.length);
    const axis = Number(this.select.value);
    const raw = (pad.axes[axis] ?? 0) * (axis % 2 ? -1 : 1); // a stick that is pushed away counts below 0
    const size = Math.max(0, Math.abs(raw) - DEAD) / (1 - DEAD);
    const value = Math.min(1, size) * Math.sign(raw);
    if (Math.abs(value - this.value) > 0.005) {
      this.value = value; // only a stick that moves: one at rest leaves the slider to the mouse
      this.onValue(value);
    }
    const pressed = Boolean(pad.buttons[0]?.pressed);
    if (pressed && !this.pressed) this.onPlay();
    this.pressed = pressed;
  }

  offer(count) {
    this.axes = count;
    const options = Array.from({ length: count }, (_, axis) => new Option(NAMES[axis] ?? `${axis}`, axis));
    this.select.replaceChildren(...options);
    this.select.value = localStorage.getItem(STORED) ?? "0";
    if (this.select.selectedIndex < 0) this.select.value = "0";
  }
}
