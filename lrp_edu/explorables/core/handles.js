// Points that can be dragged, and moved by keys.
//
// A handle moves on a board: { svg, marks, handles, axis, limits(), pixels(value), value(px, py) }. On a plot its value is
// a point. On a board with an `axis`, "x" or "y", it is one number: `along(plot, "x", across)` or `track(…)`.

import { format, make, set } from "./elements.js";

const GRAB = 22; // px: half of the 44 px that a finger needs
const TEN = 10; // steps of Shift and an arrow, or of a Page key

/** The board of one dimension on a plot: `across(value)` is the other coordinate. */
export function along(plot, axis, across) {
  const i = axis === "x" ? 0 : 1;
  return {
    axis, svg: plot.svg, marks: plot.marks, handles: plot.handles,
    limits: () => [plot.limits()[i]],
    pixels: (value) => plot.pixels(i ? [across(value), value] : [value, across(value)]),
    value: (px, py) => plot.value(px, py)[i],
  };
}

/** The board of a straight track: `place()` gives { from, to }, where on the screen the limits `low` and `high` lie. */
export function track(svg, marks, [low, high], place) {
  const upright = () => place().from[0] === place().to[0];
  return {
    get axis() { return upright() ? "y" : "x"; },
    svg, marks, handles: [],
    limits: () => [[low, high]],
    pixels: (value) => [0, 1].map((c) => place().from[c] + ((value - low) / (high - low)) * (place().to[c] - place().from[c])),
    value: (px, py) => {
      const [c, { from, to }] = [upright() ? 1 : 0, place()];
      return low + ((high - low) * ([px, py][c] - from[c])) / (to[c] - from[c]);
    },
  };
}

const AXIS = 6; // px from an axis within which a dragged point is put onto it

/** Make a value round, coordinate by coordinate: 0 near the axes, else a multiple of half a step. */
export function gently(board, step = 0.1) {
  const round = (value) => tidy(Math.round((2 * value) / step) * (step / 2));
  const toAxis = (at, value) => Math.hypot(...board.pixels(at).map((p, i) => p - board.pixels(value)[i]));
  if (board.axis) return (value) => (toAxis(0, value) <= AXIS ? 0 : round(value));
  return (value) => value.map((c, i) => (toAxis(value.map((old, k) => (k === i ? 0 : old)), value) <= AXIS ? 0 : round(c)));
}

/** Each arrow moves one coordinate; where there is only one, up and right lead on. */
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1], PageDown: [null, -TEN], PageUp: [null, TEN] };

/**
 * A draggable mark. `name` is the letter beside it, `label` what a screen reader says, `at` the corner of the letter
 * ("ne", "nw", "se", "sw"), `shape` an SVG element drawn around (0, 0).
 * `move(value, how)` is asked to move it: `how` is "pointer" or "key". `snap(value)` makes a dragged value round, by
 * itself gently(board, step); what is keyed or typed is taken as it is.
 * Call `place(value, said)` from draw(); `said` is what a screen reader says, if it is not the value, and `range()` gives
 * the limits of that. `place(null)` hides it.
 */
export function handle(board, { name, key = name, label, shape, at = "ne", step = 0.1, snap = gently(board, step), range = board.limits, move }) {
  const flat = Boolean(board.axis);
  const text = make("text", { class: "handle-name", ...OFFSETS[at], "aria-hidden": "true" }, name);
  const grabArea = make("circle", { class: "handle-grab", r: GRAB });
  const ring = make("circle", { class: "handle-ring", r: 12 });
  const group = make("g", { class: "handle", role: "slider", "data-handle": key, "aria-label": label, "aria-description": flat ? null : "The arrow keys move it in two dimensions." });
  group.append(grabArea, ring, shape, text);
  board.marks.append(group);
  const self = { element: group, shape, value: null, px: 0, py: 0, visible: true, corner: at };
  let last = 0; // the coordinate that was moved last
  let said = null;
  const coordinate = (value, i) => (flat ? value : value[i]);
  const replaced = (i, to) => (flat ? to : self.value.map((old, k) => (k === i ? to : old)));
  const within = (value, i) => Math.min(Math.max(value, board.limits()[i][0]), board.limits()[i][1]);
  const clamped = (value) => (flat ? within(value, 0) : value.map(within));

  self.place = (value, spoken = value) => {
    self.visible = value !== null;
    set(group, { display: self.visible ? null : "none", "aria-hidden": !self.visible && "true", tabindex: self.visible ? 0 : null });
    if (!self.visible) return;
    [self.value, said] = [value, spoken];
    [self.px, self.py] = board.pixels(value);
    set(group, { transform: `translate(${self.px.toFixed(2)} ${self.py.toFixed(2)})` });
    describe();
    arrange(board.handles);
  };

  /** What a screen reader says: the coordinate that was moved last, its limits, and the whole point as text. */
  function describe() {
    const [low, high] = range()[last];
    set(group, {
      "aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": Number(coordinate(said, last).toPrecision(6)),
      "aria-valuetext": format(said), "aria-orientation": (board.axis ?? "xy"[last]) === "x" ? "horizontal" : "vertical",
    });
  }

  self.arrange = () => {
    self.corner = freeCorner(board.handles, self, at);
    set(text, OFFSETS[self.corner]);
  };

  self.grab = (event, px, py) => {
    event.preventDefault();
    group.focus({ preventScroll: true });
    board.svg.setPointerCapture(event.pointerId);
    group.classList.add("dragged");
    const [dx, dy] = [self.px - px, self.py - py];
    const box = board.svg.getBoundingClientRect();
    const [left, top] = [box.left + window.scrollX, box.top + window.scrollY];
    let moved = false;
    const follow = (e) => {
      moved ||= e.pageX - left !== px || e.pageY - top !== py;
      if (moved) move(clamped(snap(clamped(board.value(e.pageX - left + dx, e.pageY - top + dy)))), "pointer");
    };
    const release = () => {
      group.classList.remove("dragged");
      board.svg.removeEventListener("pointermove", follow);
      for (const end of ["pointerup", "pointercancel"]) board.svg.removeEventListener(end, release);
    };
    board.svg.addEventListener("pointermove", follow);
    for (const end of ["pointerup", "pointercancel"]) board.svg.addEventListener(end, release);
  };

  // A finger on a handle drags it and does not scroll the page. (Inside of an SVG, touch-action is not enough.)
  group.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  group.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const to = target(event);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    move(clamped(to), "key");
  });

  /** Where a key leads to; Home and End, and the Page keys, move the coordinate that was moved last. */
  function target({ key, shiftKey }) {
    const ends = ["Home", "End"].indexOf(key);
    if (ends >= 0) return replaced(last, board.limits()[last][ends]);
    if (!Object.hasOwn(ARROWS, key)) return null;
    const [which, steps] = ARROWS[key];
    if (which !== null && !flat) last = which;
    return replaced(last, tidy(coordinate(self.value, last) + steps * step * (shiftKey && which !== null ? TEN : 1)));
  }

  board.handles.push(self);
  return self;
}

/** A mark that nobody can drag. Its letter makes room for those of the handles, and they for it. */
export function landmark(board, parent, { name, shape, at = "sw" }) {
  const text = make("text", { class: "handle-name", ...OFFSETS[at] }, name);
  const group = make("g", { class: "landmark" }, shape, text);
  parent.append(group);
  const self = { element: group, px: 0, py: 0, visible: true, corner: at };
  self.arrange = () => {
    self.corner = freeCorner(board.handles, self, at);
    set(text, OFFSETS[self.corner]);
  };
  self.place = (value) => {
    self.visible = value !== null;
    set(group, { display: self.visible ? null : "none" });
    if (!self.visible) return;
    [self.px, self.py] = board.pixels(value);
    set(group, { transform: `translate(${self.px} ${self.py})` });
  };
  board.handles.push(self);
  return self;
}

/** Let a pointer drag the handles of a board; where they overlap, the one whose center is nearest. */
export function grabNearest({ svg, handles }) {
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const box = svg.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    const distance = (handle) => Math.hypot(handle.px - px, handle.py - py);
    const near = handles.filter((h) => h.grab && h.visible && distance(h) <= GRAB).sort((a, b) => distance(a) - distance(b))[0];
    near?.grab(event, px, py);
  });
}

const arranging = new WeakSet();

/** Let the letters of the handles make room for each other, once all are in their places (still before the paint). */
function arrange(handles) {
  if (arranging.has(handles)) return;
  arranging.add(handles);
  queueMicrotask(() => {
    arranging.delete(handles);
    handles.filter((handle) => handle.visible).forEach((handle) => handle.arrange());
  });
}

const OFFSETS = {
  ne: { x: 11, y: -10, "text-anchor": "start" },
  nw: { x: -11, y: -10, "text-anchor": "end" },
  se: { x: 11, y: 20, "text-anchor": "start" },
  sw: { x: -11, y: 20, "text-anchor": "end" },
};

/** The corner of a handle's letter: the present one while it is free, so that it does not jump about; else one that is. */
function freeCorner(handles, self, at) {
  const others = handles.filter((other) => other !== self && other.visible);
  const taken = others.flatMap((other) => [[other.px, other.py], letter(other, other.corner)]);
  const free = (corner) => taken.every(([x, y]) => Math.hypot(x - letter(self, corner)[0], y - letter(self, corner)[1]) > 17);
  return [self.corner, at, ...Object.keys(OFFSETS)].find(free) ?? at;
}

/** Where the middle of a letter lies. */
const letter = ({ px, py }, corner) => [px + (corner.endsWith("e") ? 16 : -16), py + (corner.startsWith("n") ? -15 : 15)];

/** Steps of 0.1 add up to 0.3, not to 0.30000000000000004. */
const tidy = (value) => Number(value.toFixed(10));

// --- shapes ---

export const disc = () => make("circle", { class: "mark mark-disc", r: 6.5 });
export const diamond = () => make("path", { class: "mark mark-diamond", d: "M0 -9 9 0 0 9 -9 0Z" });
export const circle = () => make("circle", { class: "mark mark-open", r: 6 });
/** An arrow's head that points to the right; turn it with `set(shape, { transform: "rotate(30)" })`. */
export const arrowhead = () => make("path", { class: "mark mark-arrow", d: "M7 0 -8 6.5 -4.5 0 -8 -6.5Z" });
