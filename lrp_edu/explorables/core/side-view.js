// The side view: a function along the straight way from a point of expansion (s = 0) to x (s = 1), its tangent at the
// start, and the gap between the two at x, which is ε.

import { format, legendEntry, make, sampleArea, sampleLine, set, setText } from "./elements.js";
import { circle, disc } from "./handles.js";
import { ends, plot } from "./plot.js";

/**
 * `range`: the limits of s. `update` takes null, where there is no way, or
 * { name, curve, tangent, f_a, f_x, epsilon, flat, limit }: the name of the start, both lines as lists of points [s, f],
 * the values at the ends, ε, the stretch [from, to] where the function is silent or null, and the height of the picture,
 * which reaches from −limit/2 to limit. If the second line is no tangent, `line` names it and `says` begins a sentence about
 * it; where nothing can be silent, `silences` is false.
 */
export function sideView(parent, { range, redraw }) {
  const view = plot(parent, { x: range, y: [-1, 2], aspect: 0.42, xLabel: "s", yLabel: "f", role: "img", onResize: redraw });
  view.svg.classList.add("side-view");
  const silent = make("rect", { class: "side-silent" });
  const [curve, tangent] = ["side-curve", "side-tangent"].map((name) => make("polyline", { class: name }));
  const gap = make("line", { class: "gap" });
  const [start, foot, end] = [circle(), circle(), disc()];
  const text = (name, attributes) => make("text", { class: `side-name ${name}`, ...attributes });
  const names = { start: text("side-start", { "text-anchor": "start" }), end: text("side-end", { "text-anchor": "end" }), gap: text("side-gap", { "text-anchor": "start" }) };
  foot.classList.add("mark-small");
  view.data.append(silent, curve, tangent, gap);
  view.marks.append(foot, start, end, ...Object.values(names));
  const shown = [curve, tangent, gap, start, foot, end, ...Object.values(names)];
  const legend = sideLegend();
  parent.append(legend.element);
  let drawn = "";

  const update = (way) => {
    for (const element of shown) set(element, { display: way ? null : "none" });
    set(silent, { display: way?.flat ? null : "none" });
    set(view.svg, { "aria-label": describe(way) });
    if (!way) return;
    const { limit, line = `tangent at ${way.name}`, silences = true } = way;
    const wanted = `${limit} ${way.name} ${line} ${silences}`;
    if (drawn !== wanted) {
      view.setRanges({ y: [-limit / 2, limit] }, { xTicks: [[0, way.name], [1, "x"]], yTicks: [-limit / 2, 0, limit / 2, limit] });
      legend.update(line, silences);
      drawn = wanted;
    }
    const { X, Y, size, ranges } = view;
    const points = (line) => line.map((point) => view.pixels(point).join(",")).join(" ");
    // While the scale rests, a value may lie beyond it: its mark is gone then, its name waits at the edge.
    const within = (f) => Math.min(Math.max(f, ranges.y[0]), ranges.y[1]);
    const at = (mark, [s, f]) => set(mark, f === within(f) ? { transform: `translate(${X(s)} ${Y(f)})` } : { display: "none" });
    const T_x = way.f_x - way.epsilon;
    if (way.flat) set(silent, { x: X(way.flat[0]), width: X(way.flat[1]) - X(way.flat[0]), y: Y(ranges.y[1]), height: size.height });
    set(curve, { points: points(way.curve) });
    set(tangent, { points: points(way.tangent) });
    set(gap, ends(view, [1, T_x], [1, way.f_x]));
    at(start, [0, way.f_a]);
    at(foot, [1, T_x]);
    at(end, [1, way.f_x]);
    set(names.start, { x: X(0) + 10, y: Y(within(way.f_a)) + 18 });
    set(names.end, { x: X(1) - 10, y: Y(within(way.f_x)) - 8 });
    set(names.gap, { x: X(1) + 11, y: besideGap([way.curve, way.tangent].map((line) => line.map(view.pixels)), X(1) + 11, ...[Y(within(way.f_x)), Y(within(T_x))].sort((p, q) => p - q)) + 4 });
    setText(names.start, `f(${way.name})`);
    setText(names.end, "f(x)");
    setText(names.gap, `ε = ${format(way.epsilon)}`);
  };
  return { plot: view, update };
}

const LETTERS = { height: 12, width: 62 }; // px of the name of the gap
const NEAR = 16; // px from an end of the gap to the middle of its name beyond it

/** Where the name of the gap finds room beyond x: in the middle of a wide gap, below it or above it, clear of both lines. */
function besideGap(lines, left, top, bottom) {
  const columns = [0, 0.25, 0.5, 0.75, 1].map((share) => left + share * LETTERS.width);
  const heights = lines.flatMap((line) => columns.map((x) => heightAt(line, x)));
  const clear = (y) => Math.min(...heights.map((height) => Math.abs(height - y))) - LETTERS.height / 2;
  const places = [...(bottom - top > 28 ? [(top + bottom) / 2] : []), bottom + NEAR, top - NEAR];
  return places.find((y) => clear(y) >= 2) ?? places.reduce((best, y) => (clear(y) > clear(best) ? y : best));
}

/** The height of a line, given by its points from left to right, at a place; Infinity beyond its end. */
function heightAt(line, x) {
  const n = line.findIndex(([px], k) => k && px >= x);
  if (n < 0) return Infinity;
  const [[x1, y1], [x2, y2]] = [line[n - 1], line[n]];
  return y1 + ((x - x1) / (x2 - x1)) * (y2 - y1);
}

function describe(way) {
  if (!way) return "There is no root, so there is no way to x to look at.";
  const T_x = way.f_x - way.epsilon;
  return `f along the straight way from ${way.name} to x, where f is ${format(way.f_a)} and ${format(way.f_x)}. ${way.says ?? `The tangent at ${way.name} leads`} to ${format(T_x)} at x. The gap is ε, ${format(way.epsilon)}.`;
}

function sideLegend() {
  const tangent = legendEntry("", sampleLine("side-tangent"));
  const silent = legendEntry("silent", sampleArea("side-silent"));
  const element = make("p", { class: "legend" }, legendEntry("f on the way to x", sampleLine("side-curve")), tangent,
    legendEntry("ε at x", sampleLine("gap")), silent);
  const update = (line, silences) => {
    setText(tangent.lastChild, line);
    silent.hidden = !silences;
  };
  return { element, update };
}
