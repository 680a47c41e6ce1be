// A function of two inputs as contours, with x and a; f along the straight way from a to x, with its tangent at a, or with
// short pieces that have the gradients of the path; and how the terms add up.

import { format, legendEntry, make, newId, sampleArea, sampleLine, set, setText } from "../core/elements.js";
import { drawField, hatch, levelsOf } from "../core/field.js";
import { figure } from "../core/figure.js";
import { functions } from "../core/functions.js";
import { diamond, disc, gently, handle } from "../core/handles.js";
import * as lrp from "../core/lrp.js";
import { plot, ticks } from "../core/plot.js";
import { sideView } from "../core/side-view.js";
import { sums, waterfall } from "../core/waterfall.js";
import { legs as drawLegs, straightWay } from "../core/way.js";

const SNAP = 9; // px from a root within which a dragged point a is put onto it

// --- the numbers: as PlaneFigure.numbers() ---

export function numbers({ function: key, x, a, mode, steps }, { tiny, bend }) {
  const { f, gradient, edge } = functions(tiny)[key];
  const way = x.map((value, i) => value - a[i]);
  const split = (slopes) => {
    const R = slopes.map((slope, i) => slope * way[i]);
    return { slopes, R, epsilon: f(x) - f(a) - lrp.sum(R) };
  };
  const point = split(gradient(a));
  const path = split(lrp.averageGradient(gradient, x, a, steps));
  const [chosen, other] = mode === "point" ? [point, path] : [path, point];
  return {
    f_x: f(x),
    f_a: f(a),
    gradient: chosen.slopes,
    R: chosen.R,
    sum_R: lrp.sum(chosen.R),
    epsilon: chosen.epsilon,
    gap: f(x) - lrp.sum(chosen.R),
    other: { R: other.R, epsilon: other.epsilon },
    bound: bound(key, { x, a, way, steps, edge, bend }),
    notes: [note({ key, x, a, mode, edge, f_a: f(a), epsilon: chosen.epsilon }, tiny)],
  };
}

/** How large the error of the average gradient can be at most, summed over the inputs. */
function bound(key, { x, a, way: [d1, d2], steps, edge, bend }) {
  if (key === "neuron") return edge(a) * edge(x) < 0 ? Math.abs(2 * d1 + d2) / (2 * steps) : 0;
  if (key === "smooth") return (bend * (Math.abs(2 * d1 - d2) ** 3 + Math.abs(2 * d2 - d1) ** 3)) / (24 * steps ** 2);
  return 0;
}

function note({ key, x, a, mode, edge, f_a, epsilon }, tiny) {
  if (x.every((value, i) => value === a[i])) return "nothing";
  if (key === "neuron" && edge(x) <= 0) return "silent";
  const [root, nothingLeft] = [f_a, epsilon].map((value) => Math.abs(value) <= tiny);
  if (mode === "path") return nothingLeft ? (root ? "path-root" : "path") : key === "neuron" ? "path-corner" : "path-smooth";
  if (key === "neuron" && edge(a) < 0) return "dead";
  return root ? (nothingLeft ? "neither" : "root") : nothingLeft ? "straight" : "both";
}

// --- the picture ---

function view({ stage, side, control, set: change, schema, constants, palette, state, redraw, steady }) {
  stage.classList.add("tall");
  const { range, brightest, tiny } = constants;
  const known = functions(tiny);
  const plane = plot(stage, {
    x: range, y: range, xTicks: ticks(range), yTicks: ticks(range), xLabel: "x₁", yLabel: "x₂", ground: "light",
    label: "The plane of the two inputs, colored by f", onResize: redraw,
  });
  const field = drawField(plane, palette.activation);
  const legs = drawLegs(plane, plane.data);
  const way = straightWay(plane, plane.data);
  const places = make("path", { class: "places" });
  plane.data.append(places);
  const legend = drawLegend(constants, palette.activation);
  stage.append(legend.element);
  const along = sideView(stage, { range: constants.way, redraw });

  const round = gently(plane);
  const x = handle(plane, { name: "x", label: schema.x.label, shape: disc(), at: "ne", move: (point) => change({ x: point }) });
  const a = handle(plane, {
    name: "a", label: schema.a.label, shape: diamond(), at: "sw", snap: (point) => nearRoot(point, known[state.function], plane, { round, tiny }),
    move: (point, how) => change({ a: how === "key" ? stopAtRoot(state.a, point, known[state.function].shape, tiny) : point }),
  });

  const bars = waterfall();
  side.append(control("function"), control("mode"), make("div", { class: "points" }, control("x"), control("a")), control("steps"), bars.element);
  const limitOf = steady();

  return (now, values) => {
    const { shape, edge, roots = shape } = known[now.function];
    const curve = curveAlong(now, known[now.function], constants.way);
    const shares = sums(values);
    const limit = limitOf(1.02 * Math.max(...shares.stops.flatMap((stop) => [stop, -2 * stop])));
    field(now.function, { shape, brightest: brightest[now.function], edge: roots, silent: Boolean(edge) });
    legs(now.x, now.a, values.R);
    way(now.a, now.x);
    set(places, now.mode === "path" ? { d: middles(now).map(([x1, x2]) => `M${plane.X(x1)} ${plane.Y(x2)}h0`).join(""), display: null } : { display: "none" });
    x.place(now.x);
    a.place(now.a);
    legend.update(now);
    along.update({
      ...secondLine(now, values, known[now.function], constants.way), name: "a", curve, flat: silence(now, edge, constants.way),
      f_a: values.f_a, f_x: values.f_x, epsilon: values.epsilon, limit, silences: Boolean(edge),
    });
    bars.update("a", shares, values, limit);
  };
}

/** Where the gradients of the path are taken. */
const middles = ({ x, a, steps }) => Array.from({ length: steps }, (_, k) => x.map((value, i) => a[i] + ((k + 0.5) / steps) * (value - a[i])));

const SAMPLES = 100;

/** f along the way, with its corner. */
function curveAlong({ x, a }, { f, edge }, [low, high]) {
  const even = Array.from({ length: SAMPLES + 1 }, (_, n) => low + (n / SAMPLES) * (high - low));
  const corner = edge ? edge(a) / (edge(a) - edge(x)) : NaN;
  const s = corner > low && corner < high ? [...even, corner].sort((p, q) => p - q) : even;
  return s.map((part) => [part, f(a.map((value, i) => value + part * (x[i] - value)))]);
}

/** Where a neuron is silent on the way, or null. */
function silence({ x, a }, edge, [low, high]) {
  if (!edge) return null;
  const [from, to] = [edge(a), edge(x)];
  if (from === to) return from < 0 ? [low, high] : null;
  const corner = Math.min(Math.max(from / (from - to), low), high);
  return to > from ? [low, corner] : [corner, high];
}

/** The tangent at a; or the pieces of the path, each with the slope in its middle. */
function secondLine({ x, a, mode, steps }, { f_a, sum_R }, { gradient }, [low, high]) {
  if (mode === "point") return { tangent: [low, high].map((s) => [s, f_a + s * sum_R]) };
  const rises = middles({ x, a, steps }).map((place) => gradient(place).reduce((total, slope, i) => total + slope * (x[i] - a[i]), 0) / steps);
  const tangent = [[0, f_a]];
  for (const rise of rises) tangent.push([tangent.length / steps, tangent.at(-1)[1] + rise]);
  const pieces = steps === 1 ? "one piece with the slope halfway" : `${steps} pieces with the slopes of the path`;
  return { tangent, line: pieces, says: `From f(a), ${pieces} ${steps === 1 ? "leads" : "lead"}` };
}

/** What a dragged point snaps to: a round value, or a root that is near. */
function nearRoot(point, { shape, fall }, { X }, { round, tiny }) {
  const rounded = round(point);
  if (Math.abs(shape(rounded)) <= tiny) return rounded;
  let root = point;
  for (let n = 0; n < 12 && Math.abs(shape(root)) > tiny / 1e3; n++) {
    const [value, slopes] = [shape(root), fall(root)];
    const square = lrp.dot(slopes, slopes);
    if (!square) return rounded;
    root = root.map((c, i) => c - (value * slopes[i]) / square);
  }
  const near = Math.hypot(...root.map((c, i) => c - point[i])) * (X(1) - X(0)) <= SNAP;
  return near && Math.abs(shape(root)) <= tiny ? root : rounded;
}

/** A key that would carry a across a root stops on it: no step of 0.1 may meet it. */
function stopAtRoot(from, to, shape, tiny) {
  const [start, end] = [shape(from), shape(to)];
  if (Math.abs(start) <= tiny || Math.abs(end) <= tiny || start * end > 0) return to;
  const at = (share) => from.map((value, i) => value + share * (to[i] - value));
  let [low, high] = [0, 1];
  for (let n = 0; n < 60; n++) {
    const middle = (low + high) / 2;
    if (shape(at(middle)) * start > 0) low = middle;
    else high = middle;
  }
  return at(high);
}

function drawLegend({ brightest, formulas }, colors) {
  const id = newId("legend");
  const ground = () => sampleArea("sample-ground");
  const stops = colors.map((one, i) => make("stop", { offset: i / (colors.length - 1), "stop-color": one }));
  const formula = make("span", { class: "formula" });
  const output = legendEntry("", make("defs", {}, make("linearGradient", { id: `${id}-output` }, ...stops)), sampleArea("output", { fill: `url(#${id}-output)` }));
  const level = legendEntry("", sampleArea("sample-output"), make("line", { class: "contour", x1: 15, x2: 15, y1: 0, y2: 14 }));
  const below = legendEntry("f < 0", ground());
  const silent = legendEntry("silent, f = 0", make("defs", {}, hatch(`${id}-silent`)), sampleArea("silence", { fill: `url(#${id}-silent)` }));
  const roots = legendEntry("", ground(), sampleLine("hinge"));
  const way = legendEntry("straight way from a to x", ground(), sampleLine("way"));
  const legs = [["R > 0", 1], ["R < 0", -1], ["R = 0", 0]].map(([text, sign]) => legendEntry(text, ground(), sampleLine("leg", { "data-sign": sign })));
  const places = legendEntry("gradients are taken here", ground(), make("path", { class: "places", d: "M7 7h0M15 7h0M23 7h0" }));
  const element = make("p", { class: "legend" }, formula, output, level, silent, below, roots, way, ...legs, places);
  const say = (entry, text) => setText(entry.querySelector(".legend-text"), text);
  const update = ({ function: key, mode }) => {
    const neuron = key === "neuron";
    setText(formula, formulas[key]);
    say(output, `f from 0 to ${brightest[key]}`);
    say(level, `f = ${levelsOf(brightest[key]).map(format).join(", ")}`);
    say(roots, neuron ? "hinge, z = 0" : "roots, f = 0");
    silent.hidden = !neuron;
    below.hidden = neuron;
    places.hidden = mode === "point";
  };
  return { element, update };
}

export default figure({ numbers, view });
