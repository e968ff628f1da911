// Draws the traces and the marks of a clip, and moves a line to the present time.

import { LONGEST_GAP } from "./trace.js";

const MARGIN = 8;
const MARK_HEIGHT = 9;
const POINTS_A_PIXEL = 4; // of a long trace, no more are drawn

// Colours of emotions, the same as in learnface's pictures.
const COLOURS = {
  neutral: "#9A9A9A", happy: "#F2C14E", surprise: "#F78154", sad: "#4D7EA8", angry: "#C8403A", disgust: "#5B8E55",
  fear: "#7B5EA7", contempt: "#8C6A4F",
};
const OTHERS = ["#44AA99", "#88CCEE", "#AA4499", "#117733", "#DDCC77", "#332288", "#CC6677", "#661100"];

export function labelColours(labels) {
  let next = 0;
  return Object.fromEntries(labels.map((label) => [label, COLOURS[label] ?? OTHERS[next++ % OTHERS.length]]));
}

export class Timeline {
  constructor(canvas, head) {
    Object.assign(this, { canvas, head });
    this.pen = canvas.getContext("2d");
  }

  // The time at a place on the canvas.
  timeAt(event, duration) {
    const box = this.canvas.getBoundingClientRect();
    const part = (event.clientX - box.left - MARGIN) / (box.width - 2 * MARGIN);
    return Math.min(Math.max(part, 0), 1) * duration;
  }

  // Move the line; this is cheap, and done for each picture of the video.
  point(time, duration) {
    const part = duration ? time / duration : 0;
    this.head.style.transform = `translateX(${MARGIN + part * (this.canvas.clientWidth - 2 * MARGIN) - 1}px)`;
  }

  draw({ duration, time, traces, marks, colours, pass, labels }) {
    const scale = devicePixelRatio || 1, width = this.canvas.clientWidth, height = this.canvas.clientHeight;
    if (this.canvas.width !== Math.round(width * scale)) this.canvas.width = Math.round(width * scale);
    if (this.canvas.height !== Math.round(height * scale)) this.canvas.height = Math.round(height * scale);
    const style = getComputedStyle(this.canvas), pen = this.pen;
    const colour = (name) => style.getPropertyValue(`--${name}`);
    const used = [...new Set(marks.map((mark) => mark.label))].sort((a, b) => labels.indexOf(a) - labels.indexOf(b));
    const bottom = height - 2 - used.length * (MARK_HEIGHT + 2);
    const x = (seconds) => MARGIN + (duration ? seconds / duration : 0) * (width - 2 * MARGIN);
    const y = (value) => 4 + (1 - value) / 2 * (bottom - 8);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    if (traces[pass]) this.cover(traces[pass].samples, x, bottom, colour("cover"));
    pen.strokeStyle = colour("line");
    pen.lineWidth = 1;
    this.line(MARGIN, y(0), width - MARGIN, y(0));
    const order = pass === "valence" ? ["arousal", "valence"] : ["valence", "arousal"];
    for (const name of order) {
      pen.strokeStyle = colour(name);
      pen.globalAlpha = pass === name || pass === "emotions" ? 1 : 0.35;
      pen.lineWidth = pass === name ? 2.2 : 1.4;
      this.trace(traces[name].samples, x, y);
    }
    pen.globalAlpha = 1;
    for (const mark of marks) {
      const stop = mark.stop ?? Math.max(time, mark.start + 0.05);
      pen.fillStyle = colours[mark.label];
      const top = bottom + 2 + used.indexOf(mark.label) * (MARK_HEIGHT + 2);
      pen.fillRect(x(mark.start), top, Math.max(2, x(stop) - x(mark.start)), MARK_HEIGHT);
    }
  }

  line(x1, y1, x2, y2) {
    this.pen.beginPath();
    this.pen.moveTo(x1, y1);
    this.pen.lineTo(x2, y2);
    this.pen.stroke();
  }

  // Shade what is recorded.
  cover(samples, x, bottom, colour) {
    this.pen.fillStyle = colour;
    let first = 0;
    for (let place = 1; place <= samples.length; place++) {
      if (place < samples.length && samples[place][0] - samples[place - 1][0] <= LONGEST_GAP) continue;
      const left = x(samples[first][0]);
      this.pen.fillRect(left, 0, Math.max(1, x(samples[place - 1][0]) - left), bottom);
      first = place;
    }
  }

  trace(samples, x, y) {
    const every = Math.max(1, Math.floor(samples.length / (POINTS_A_PIXEL * this.canvas.clientWidth)));
    this.pen.beginPath();
    let gap = true;
    samples.forEach(([time, value], place) => {
      gap ||= time - samples[place - 1][0] > LONGEST_GAP;
      if (place % every && !gap) return;
      if (gap) this.pen.moveTo(x(time), y(value));
      else this.pen.lineTo(x(time), y(value));
      gap = false;
    });
    this.pen.stroke();
  }
}
