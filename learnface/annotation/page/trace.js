// A trace in memory: values over the time of the video, in order, as the server keeps it.

export const LONGEST_GAP = 0.5; // seconds: samples further apart are not joined

export class Trace {
  constructor(samples = []) {
    this.samples = samples;
  }

  // The place of the first sample at `time` or later.
  place(time) {
    let low = 0, high = this.samples.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.samples[middle][0] < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // Put samples in the place of all from `start` to `stop`.
  replace(start, stop, samples) {
    const first = this.place(start), last = this.place(stop + 0.0005);
    this.samples.splice(first, last - first, ...samples);
  }

  // The value at a time, on the line between its neighbours; null in a gap.
  at(time) {
    const after = this.place(time), right = this.samples[after], left = this.samples[after - 1];
    if (right && right[0] - time < 0.02) return right[1];
    if (!left) return null;
    if (!right) return time - left[0] < 0.1 ? left[1] : null;
    if (right[0] - left[0] > LONGEST_GAP) return null;
    return left[1] + (right[1] - left[1]) * (time - left[0]) / (right[0] - left[0]);
  }

  // Seconds that are covered.
  covered() {
    let sum = 0;
    for (let place = 1; place < this.samples.length; place++) {
      const gap = this.samples[place][0] - this.samples[place - 1][0];
      if (gap <= LONGEST_GAP) sum += gap;
    }
    return sum;
  }
}

// How much of a clip is covered, from 0 to 1; the last frame may be missing.
export function share(covered, duration) {
  if (!duration) return 0;
  return covered >= duration - 0.3 && covered > 0 ? 1 : Math.max(0, covered / duration);
}

const milliseconds = (time) => Math.round(time * 1000) / 1000;

// Records the slider against the video's own time. Each sample overwrites what was recorded since the last one.
export class Recorder {
  constructor(spacing = 0.04) {
    this.spacing = spacing;
    this.last = null;
  }

  // End a run: the next sample begins a new one and joins nothing.
  stop() {
    this.last = null;
  }

  // The stretch that a value at a time makes, or null where it is too soon after the last.
  sample(time, value, force = false) {
    time = milliseconds(time);
    let start = time;
    if (this.last !== null && time >= this.last && time - this.last <= LONGEST_GAP) {
      if (time === this.last || (!force && time - this.last < this.spacing)) return null;
      start = milliseconds(this.last + 0.001);
    }
    this.last = time;
    return { start, stop: time, samples: [[time, Math.round(value * 1000) / 1000]] };
  }
}
