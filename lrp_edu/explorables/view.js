// What figures draw with: elements, numbers, colors, a plot with draggable handles.

// --- elements ---

const SVG = new Set("svg g path line circle rect text tspan defs clipPath linearGradient stop pattern polygon polyline".split(" "));

/** Make an element: `make("p", { class: "note" }, "text", child)`. Text is never read as markup. */
export function make(tag, attributes = {}, ...children) {
  const element = SVG.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

/** Set attributes; null and false remove, and what did not change is left alone. */
export function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === false) element.removeAttribute(key);
    else if (element.getAttribute(key) !== String(value)) element.setAttribute(key, value);
  }
  return element;
}

/** A swatch and what it stands for, for a legend. */
export const legendItem = (name, text) => make("span", { class: "legend-item" }, make("span", { class: `swatch ${name}` }), text);

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// --- numbers and colors: the same as show() in explorable.py, and as the palette in figures.py ---

/** A number as the reader sees it. Only an exact zero is shown as 0. */
export function format(value) {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return `(${value.map(format).join(", ")})`;
  const size = Math.abs(value);
  const fixed = size.toFixed(4).replace(/\.?0+$/, "");
  const text = size === 0 ? "0" : size >= 1e-3 && size < 1e5 ? fixed : size.toExponential(1);
  return value < 0 ? `−${text}` : text;
}

export const RELEVANCE = ["#2166ac", "#92c5de", "#f7f7f7", "#f4a582", "#b2182b"];
export const ACTIVATION = ["#fbfaf3", "#d9e6b5", "#8cc29a", "#3b8f89", "#1d4f60"];
export const WARNING = "#e08214";

/** The color at `share` (0 to 1, clamped) of a palette. */
export function color(palette, share) {
  const place = Math.min(Math.max(share, 0), 1) * (palette.length - 1);
  const i = Math.min(Math.floor(place), palette.length - 2);
  const [from, to] = [channels(palette[i]), channels(palette[i + 1])];
  return `rgb(${from.map((c, k) => Math.round(c + (place - i) * (to[k] - c))).join(" ")})`;
}

const channels = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));

/** Relevance on the diverging scale, centered at zero; `limit` is the value of the full colors. */
export const relevanceColor = (value, limit) => color(RELEVANCE, 0.5 + value / (2 * limit));
export const activationColor = (value, limit) => color(ACTIVATION, value / limit);

// --- the plot: an SVG in CSS pixels (no viewBox, so that handles keep their size at any width) ---

const MARGIN = { top: 24, right: 16, bottom: 36, left: 34 };
let plots = 0;

/**
 * A plot that fills the width of `parent`.
 * `x`, `y`: limits. `aspect`: height by width of the inner area. `xLabel`, `yLabel`: names of the axes. `ticks`: of both.
 * Returns { svg, data, marks, X, Y, invert, size, clip, ranges }: `data` is clipped to the plot, `marks` (handles) is not.
 * `onResize` is called whenever the scales changed: draw again then.
 */
export function plot(parent, { x, y, aspect = 1, xLabel, yLabel, xTicks, yTicks, label, onResize, maxWidth = 460 }) {
  const id = `explorable-plot-${++plots}`;
  const clipRect = make("rect");
  const frame = make("rect", { class: "plot-frame" });
  const axes = make("g", { class: "plot-axes", "aria-hidden": "true" });
  const data = make("g", { "clip-path": `url(#${id})` });
  const marks = make("g");
  const svg = make("svg", { class: "plot", role: "group", "aria-label": label });
  svg.append(make("defs", {}, make("clipPath", { id }, clipRect)), data, frame, axes, marks);
  parent.append(svg);

  const self = { svg, data, marks, id, handles: [], ranges: { x, y }, size: { width: 0, height: 0 } };
  self.X = (value) => MARGIN.left + ((value - self.ranges.x[0]) / (self.ranges.x[1] - self.ranges.x[0])) * self.size.width;
  self.Y = (value) => MARGIN.top + ((self.ranges.y[1] - value) / (self.ranges.y[1] - self.ranges.y[0])) * self.size.height;
  self.invert = (px, py) => [
    self.ranges.x[0] + ((px - MARGIN.left) / self.size.width) * (self.ranges.x[1] - self.ranges.x[0]),
    self.ranges.y[1] - ((py - MARGIN.top) / self.size.height) * (self.ranges.y[1] - self.ranges.y[0]),
  ];
  self.resize = () => {
    const outer = Math.min(parent.clientWidth || 320, maxWidth);
    const width = outer - MARGIN.left - MARGIN.right;
    const height = Math.round(width * aspect);
    self.size = { width, height };
    set(svg, { width: outer, height: height + MARGIN.top + MARGIN.bottom });
    for (const rect of [clipRect, frame]) set(rect, { x: MARGIN.left, y: MARGIN.top, width, height });
    drawAxes(axes, self, { xLabel, yLabel, xTicks, yTicks });
  };
  /** Let the letters of the handles make room for each other, once all are in their places (still before the paint). */
  let arranging = false;
  self.arrange = () => {
    if (arranging) return;
    arranging = true;
    queueMicrotask(() => {
      arranging = false;
      self.handles.filter((handle) => handle.visible).forEach((handle) => handle.arrange());
    });
  };
  /** Change the limits, for instance when another function is chosen. */
  self.setRanges = (ranges, ticks = {}) => {
    ({ xTicks = xTicks, yTicks = yTicks } = ticks);
    Object.assign(self.ranges, ranges);
    self.resize();
  };
  self.resize();
  new ResizeObserver(() => {
    if (Math.min(parent.clientWidth, maxWidth) === Number(svg.getAttribute("width")) || !parent.clientWidth) return;
    self.resize();
    onResize();
  }).observe(parent);
  svg.addEventListener("pointerdown", (event) => grabNearest(self, event));
  return self;
}

function drawAxes(axes, { X, Y, ranges, size }, { xLabel, yLabel, xTicks = [], yTicks = [] }) {
  const bottom = MARGIN.top + size.height;
  const name = (value) => format(value);
  axes.replaceChildren(
    ...xTicks.map((t) => make("text", { x: X(t), y: bottom + 15, "text-anchor": "middle" }, name(t))),
    ...yTicks.map((t) => make("text", { x: MARGIN.left - 6, y: Y(t) + 4, "text-anchor": "end" }, name(t))),
    ...(xTicks.includes(0) ? [make("line", { x1: X(0), x2: X(0), y1: MARGIN.top, y2: bottom })] : []),
    ...(yTicks.includes(0) ? [make("line", { x1: X(ranges.x[0]), x2: X(ranges.x[1]), y1: Y(0), y2: Y(0) })] : []),
    make("text", { class: "axis-label", x: X(ranges.x[1]), y: bottom + 30, "text-anchor": "end" }, xLabel ?? ""),
    make("text", { class: "axis-label", x: MARGIN.left - 6, y: 13, "text-anchor": "middle" }, yLabel ?? ""),
  );
}

/** Where handles overlap, the one whose center is nearest is taken. */
function grabNearest(self, event) {
  const box = self.svg.getBoundingClientRect();
  const [px, py] = [event.clientX - box.left, event.clientY - box.top];
  const distance = (handle) => Math.hypot(handle.px - px, handle.py - py);
  const near = self.handles.filter((h) => h.visible && distance(h) <= GRAB).sort((a, b) => distance(a) - distance(b))[0];
  if (near && event.button === 0) near.grab(event, px, py);
}

const GRAB = 22; // px: half of the 44 px that a finger needs

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

/**
 * A point in the plot that can be dragged, and moved with the arrow keys (Shift: ten steps).
 * `name` is the letter beside it, `label` what a screen reader says, `at` the corner of the letter ("ne", "nw", "se", "sw"),
 * `shape` an SVG element drawn around (0, 0). `move(point, how)` is asked to move it: `how` is "pointer" or "key".
 * Call `place(point, value)` from draw(); `value` is what a screen reader says. `place(null)` hides it.
 */
export function handle(plot, { name, key = name, label, shape, at = "ne", step = 0.1, axis = "both", move }) {
  const text = make("text", { class: "handle-name", ...OFFSETS[at], "aria-hidden": "true" }, name);
  const grabArea = make("circle", { class: "handle-grab", r: GRAB });
  const ring = make("circle", { class: "handle-ring", r: 12 });
  const group = make("g", { class: "handle", role: "slider", tabindex: 0, "data-handle": key, "aria-label": label });
  group.append(grabArea, ring, shape, text);
  plot.marks.append(group);
  const self = { element: group, shape, px: 0, py: 0, visible: true, corner: at };
  const [x, y] = [plot.ranges.x, plot.ranges.y];
  const clamped = ([px, py]) => [Math.min(Math.max(px, x[0]), x[1]), Math.min(Math.max(py, y[0]), y[1])];

  self.place = (point, value) => {
    self.visible = Boolean(point);
    set(group, { display: point ? null : "none" });
    if (!point) return;
    self.point = point;
    [self.px, self.py] = [plot.X(point[0]), plot.Y(point[1])];
    set(group, { transform: `translate(${self.px.toFixed(2)} ${self.py.toFixed(2)})` });
    plot.arrange?.();
    set(group, { "aria-valuenow": Number(point[axis === "y" ? 1 : 0].toPrecision(6)), "aria-valuetext": format(value ?? point) });
  };

  self.arrange = () => {
    self.corner = freeCorner(plot.handles, self, at);
    set(text, OFFSETS[self.corner]);
  };

  self.grab = (event, px, py) => {
    event.preventDefault();
    group.focus({ preventScroll: true });
    plot.svg.setPointerCapture(event.pointerId);
    group.classList.add("dragged");
    const [dx, dy] = [self.px - px, self.py - py];
    const box = plot.svg.getBoundingClientRect();
    const [left, top] = [box.left + window.scrollX, box.top + window.scrollY];
    const follow = (e) => move(clamped(plot.invert(e.pageX - left + dx, e.pageY - top + dy)), "pointer");
    const release = () => {
      group.classList.remove("dragged");
      plot.svg.removeEventListener("pointermove", follow);
      for (const end of ["pointerup", "pointercancel"]) plot.svg.removeEventListener(end, release);
    };
    plot.svg.addEventListener("pointermove", follow);
    for (const end of ["pointerup", "pointercancel"]) plot.svg.addEventListener(end, release);
  };

  // A finger on a handle drags it and does not scroll the page. (Inside of an SVG, touch-action is not enough.)
  group.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  group.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const size = (event.shiftKey ? 10 : 1) * (typeof step === "function" ? step() : step);
    move(clamped(self.point.map((c, i) => tidy(c + arrow[i] * size))), "key");
  });
  plot.handles.push(self);
  return self;
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

// --- shapes for handles ---

export const disc = () => make("circle", { class: "mark mark-disc", r: 6.5 });
export const diamond = () => make("path", { class: "mark mark-diamond", d: "M0 -9 9 0 0 9 -9 0Z" });
export const circle = () => make("circle", { class: "mark mark-open", r: 6 });
/** An arrow's head that points to the right; turn it with `set(shape, { transform: "rotate(30)" })`. */
export const arrowhead = () => make("path", { class: "mark mark-arrow", d: "M7 0 -8 6.5 -4.5 0 -8 -6.5Z" });
