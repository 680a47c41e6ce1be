// A plot: an SVG in CSS pixels, so that handles keep their size at any width. Only paper scales it, by its viewBox.

import { format, make, newId, set } from "./elements.js";
import { grabNearest } from "./handles.js";

const MARGIN = { top: 24, right: 16, bottom: 36, left: 34 };
/**
 * A plot that fills the width of `parent`.
 * `x`, `y`: limits. `aspect`: height by width of the inner area. `xLabel`, `yLabel`: names of the axes. `xTicks`, `yTicks`:
 * numbers, or pairs of a number and its text. `ground`: "page", or "light" where what is drawn is light in both themes.
 * Returns { svg, data, marks, X, Y, pixels, value, limits, size, ranges, … }: `data` is clipped to the plot, `marks`
 * (handles) is not. `pixels(point)` and its inverse, `value(px, py)`, make it a board for handles (see handles.js).
 * `onResize` is called whenever the scales changed: draw again then.
 */
export function plot(parent, { x, y, aspect = 1, xLabel, yLabel, xTicks, yTicks, label, role = "group", ground = "page", onResize, maxWidth = 460 }) {
  const id = newId("plot");
  const clipRect = make("rect");
  const frame = make("rect", { class: "plot-frame" });
  const axes = make("g", { class: "plot-axes", "aria-hidden": "true" });
  const data = make("g", { "clip-path": `url(#${id})` });
  const marks = make("g");
  const svg = make("svg", { class: `plot on-${ground}`, role, "aria-label": label });
  svg.append(make("defs", {}, make("clipPath", { id }, clipRect)), data, frame, axes, marks);
  parent.append(svg);

  const self = { svg, data, marks, id, handles: [], ranges: { x, y }, size: { width: 0, height: 0 } };
  self.X = (value) => MARGIN.left + ((value - self.ranges.x[0]) / (self.ranges.x[1] - self.ranges.x[0])) * self.size.width;
  self.Y = (value) => MARGIN.top + ((self.ranges.y[1] - value) / (self.ranges.y[1] - self.ranges.y[0])) * self.size.height;
  self.pixels = ([x1, x2]) => [self.X(x1), self.Y(x2)];
  self.value = (px, py) => [
    self.ranges.x[0] + ((px - MARGIN.left) / self.size.width) * (self.ranges.x[1] - self.ranges.x[0]),
    self.ranges.y[1] - ((py - MARGIN.top) / self.size.height) * (self.ranges.y[1] - self.ranges.y[0]),
  ];
  self.limits = () => [self.ranges.x, self.ranges.y];
  self.resize = () => {
    const outer = Math.min(parent.clientWidth || 320, maxWidth);
    const width = outer - MARGIN.left - MARGIN.right;
    const height = Math.round(width * aspect);
    self.size = { width, height };
    setSize(svg, outer, height + MARGIN.top + MARGIN.bottom);
    for (const rect of [clipRect, frame]) set(rect, { x: MARGIN.left, y: MARGIN.top, width, height });
    drawAxes(axes, self, { xLabel, yLabel, xTicks, yTicks });
  };
  /** Change the limits, for instance when another function is chosen, and what stands at the axes. */
  self.setRanges = (ranges, ticks = {}) => {
    ({ xTicks = xTicks, yTicks = yTicks, xLabel = xLabel, yLabel = yLabel } = ticks);
    Object.assign(self.ranges, ranges);
    self.resize();
  };
  self.resize();
  new ResizeObserver(() => {
    if (Math.min(parent.clientWidth, maxWidth) === Number(svg.getAttribute("width")) || !parent.clientWidth) return;
    self.resize();
    onResize();
  }).observe(parent);
  grabNearest(self);
  return self;
}

/** The size of a picture on the screen; printed, it is as large as the paper has room for. */
export const setSize = (svg, width, height) => set(svg, { width, height, viewBox: `0 0 ${width} ${height}` });

function drawAxes(axes, { X, Y, ranges, size }, { xLabel, yLabel, xTicks = [], yTicks = [] }) {
  const bottom = MARGIN.top + size.height;
  const named = (t) => (Array.isArray(t) ? t : [t, format(t)]);
  const zero = (list) => list.some((t) => named(t)[0] === 0);
  axes.replaceChildren(
    ...xTicks.map(named).map(([t, text]) => make("text", { class: "tick-x", x: X(t), y: bottom + 15, "text-anchor": "middle" }, text)),
    ...yTicks.map(named).map(([t, text]) => make("text", { class: "tick-y", x: MARGIN.left - 6, y: Y(t) + 4, "text-anchor": "end" }, text)),
    ...(zero(xTicks) ? [make("line", { x1: X(0), x2: X(0), y1: MARGIN.top, y2: bottom })] : []),
    ...(zero(yTicks) ? [make("line", { x1: X(ranges.x[0]), x2: X(ranges.x[1]), y1: Y(0), y2: Y(0) })] : []),
    make("text", { class: "axis-label", x: X(ranges.x[1]), y: bottom + 30, "text-anchor": "end" }, xLabel ?? ""),
    make("text", { class: "axis-label", x: MARGIN.left - 6, y: 13, "text-anchor": "middle" }, yLabel ?? ""),
  );
}

/** The ends of a line from one point to another, as its attributes. */
export const ends = ({ X, Y }, from, to) => ({ x1: X(from[0]), y1: Y(from[1]), x2: X(to[0]), y2: Y(to[1]) });

/** The whole numbers times `every` between two limits, for ticks. */
export const ticks = ([low, high], every = 1) =>
  Array.from({ length: Math.floor(high / every) - Math.ceil(low / every) + 1 }, (_, i) => (i + Math.ceil(low / every)) * every);
