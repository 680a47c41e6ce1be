// One neuron's walk inside a network of seven: the plane of the activations below it, colored by c, and beside it the
// neuron's true relevance along the walk, with the model that holds c fixed.

import { color, format, legendEntry, make, newId, sampleArea, sampleLine, set, setText } from "../core/elements.js";
import { hatch } from "../core/field.js";
import { figure } from "../core/figure.js";
import { along, circle, diamond, disc, handle, landmark } from "../core/handles.js";
import * as lrp from "../core/lrp.js";
import { ends, plot, setSize, ticks } from "../core/plot.js";

// --- the numbers: as DeepFigure.numbers() ---

/** The layers with weights, the first first; the layer of the chosen neuron, 1 or 2, its place there, and those above with their rule. */
function setUp({ neuron, above, b }, { weights, bias, gamma }) {
  const layers = weights.map((W, n) => ({ W, b: n ? W[0].map(() => b) : bias }));
  const layer = Math.floor((Number(neuron) - 1) / 2);
  const higher = layers.slice(layer).map((one) => lrp.sharing(one, lrp.RULES[above]({ gamma, absorb: false })));
  return { layers, layer, place: (Number(neuron) - 1) % 2, own: layers[layer - 1], higher };
}

const relu = (z) => z.map((value) => Math.max(0, value));
const forward = (a, { W, b }) => lrp.forward(a, W, b);

export function numbers(state, constants) {
  const { same, steps, beside, reach } = constants;
  const { layers, layer, place, own, higher } = setUp(state, constants);
  const a = layers.reduce((all, one) => [...all, relu(forward(all.at(-1), one))], [state.x]);
  const { R } = lrp.upAndDown(a[layer], higher);
  const [f, total, start] = [a[3][0], lrp.sum(R[0]), a[layer - 1]];
  const sums = { f_x: f, a, R, R_j: R[0][place], sum_R: total, lost: f - total, start };
  if (!a[layer][place]) {
    const none = Object.fromEntries(["root", "at", "R_s", "model_s", "gap_s", "worst", "c", "ratio", "epsilon", "line"].map((key) => [key, null]));
    return { ...sums, ...none, corners: [], notes: [...(f ? [] : ["nothing"]), `silent-${state.neuron}`] };
  }
  const walk = lrp.neuronWalk(start, own, place, lrp.DIRECTIONS[state.walk]);
  const factor = (s) => lrp.upAndDown(walk.neurons(s), higher).c[place];
  const corners = findCorners(walk, layers.slice(layer - 1), 2 * layer + 1, same);
  const sides = corners.flatMap(({ s }) => [s - beside, s + beside]);
  const s = [...Array.from({ length: steps + 1 }, (_, n) => n / steps), ...sides].sort((p, q) => p - q).map((part) => Math.min(Math.max(part, 0), 1));
  const c = [0, state.s, 1].map(factor);
  const looked = s.map(factor);
  const line = s.map((part, n) => walk.activation(part) * looked[n]);
  const model = (part) => walk.activation(part) * c[0];
  const R_s = walk.activation(state.s) * c[1];
  return {
    ...sums,
    root: walk.root,
    at: walk.point(state.s),
    R_s,
    model_s: model(state.s),
    gap_s: R_s - model(state.s),
    worst: Math.max(Math.abs(R_s - model(state.s)), ...line.map((value, n) => Math.abs(value - model(s[n])))),
    c,
    ratio: c[0] ? c[2] / c[0] : null,
    epsilon: walk.activation(0) * (c[0] - c[2]),
    line: { s, R: line },
    corners,
    notes: notes(state, { f, c, looked, corners, root: walk.root, layer }, { same, reach }),
  };
}

/** Where on the walk another neuron falls silent or becomes active. Between the corners of the layers below, z is linear. */
function findCorners(walk, layers, first, same) {
  const found = [];
  layers.forEach((layer, n) => {
    const s = [...new Set([0, ...found.map((corner) => corner.s), 1])].sort((p, q) => p - q);
    const z = s.map((part) => forward(layers.slice(0, n).reduce((a, one) => relu(forward(a, one)), walk.point(part)), layer));
    for (let k = 0; k < layer.b.length; k++) {
      for (const [part, on] of crossings(s, z.map((values) => values[k]), same)) found.push({ s: part, neuron: first + 2 * n + k, on });
    }
  });
  return found.sort((p, q) => p.s - q.s);
}

/** Where z, linear between its values at s, changes its sign, and if it is above 0 then. It may rest at 0. */
function crossings(s, z, same) {
  const signed = s.map((_, i) => i).filter((i) => Math.abs(z[i]) > same);
  return signed.slice(1).map((k, n) => [signed[n], k]).filter(([i, k]) => z[i] * z[k] < 0).map(([i, k]) => {
    const rests = z[k] > 0 ? s[k - 1] : s[i + 1];
    return [k > i + 1 ? rests : s[i] + (s[k] - s[i]) * (z[i] / (z[i] - z[k])), z[k] > 0];
  });
}

function notes({ neuron }, { f, c, looked, corners, root, layer }, { same, reach }) {
  if (f === 0) return ["nothing"];
  const changes = new Set(corners.map((corner) => `${corner.on ? "on" : "off"}-${corner.neuron}`));
  const places = beyond(root, reach[layer], same) ? [layer === 1 ? "outside" : "unreachable"] : [];
  return [...places, `${course(c[0], c[2], looked, same)}-${neuron}`, ...changes];
}

/** Whether a point lies outside of a polygon that turns to the left. */
const beyond = ([px, py], corners, same) => corners.some(([x, y], n) => {
  const [nx, ny] = corners[(n + 1) % corners.length];
  return (nx - x) * (py - y) - (ny - y) * (px - x) < -same;
});

/** What c does on the walk. */
function course(start, end, c, same) {
  if (c.every((value) => Math.abs(value - start) <= same)) return Math.abs(start) > same ? "stays" : "none";
  if (Math.abs(start) <= same) return "late";
  if (Math.abs(end - start) <= same) return "back";
  if (Math.abs(end) <= same) return "ends";
  if (end * start < 0) return "turns";
  return Math.abs(end) > Math.abs(start) ? "grows" : "shrinks";
}

// --- the picture ---

const sub = (k) => String.fromCharCode(0x2080 + Number(k));
const BELOW = { 1: ["x₁", "x₂"], 2: ["a₃", "a₄"] }; // what the plane shows, for each layer of the neuron
const FAR = 4000; // px, beyond every plot
const CELLS = 64; // of the colored plane, in each direction
const SMOOTH = 4; // cells over which the browser may mix their colors
const WAY = [-0.52, 1.15]; // what of s the side view shows
const TINY = 2 ** -100; // stands for an activation on the silent side, where c is what it is at the hinge

function view({ stage, side, control, set: change, schema, constants, palette, redraw, steady }) {
  const { ranges, weights, bias } = constants;
  const plane = plot(stage, {
    x: ranges[1], y: ranges[1], xTicks: ticks(ranges[1]), yTicks: ticks(ranges[1]), xLabel: BELOW[1][0], yLabel: BELOW[1][1], ground: "light",
    label: "The plane of the activations below the neuron, colored by its c", onResize: redraw,
  });
  const field = drawField(plane, constants, palette.relevance);
  const walk = drawWalk(plane, constants);
  const legend = drawLegend(constants, palette.relevance);
  stage.append(legend.element);
  const relevances = sideView(stage, { schema, names: constants.names, redraw, move: (s) => change({ s }) });

  const x = handle(plane, { name: "x", label: schema.x.label, shape: disc(), at: "ne", range: () => [0, 1].map(() => [schema.x.low, schema.x.high]), move: (point) => change({ x: point }) });
  const reached = (point) => inputs(point.map((value, k) => Math.max(0, value) - bias[k]), weights[0]);
  const a = handle(plane, { name: "a", label: constants.names.a, shape: disc(), at: "ne", range: () => [0, 1].map(() => [0, ranges[2][1]]), move: (point) => change({ x: reached(point) }) });
  const network = drawNetwork(constants, (neuron) => change({ neuron }));
  side.append(control("neuron"), control("walk"), control("above"), network.element, make("div", { class: "points" }, control("x"), control("s")), control("b"));
  const limitOf = steady();

  let shown = 1;
  return (now, values) => {
    const { layer } = setUp(now, constants);
    if (shown !== layer) plane.setRanges({ x: ranges[layer], y: ranges[layer] }, { xTicks: ticks(ranges[layer]), yTicks: ticks(ranges[layer]), xLabel: BELOW[layer][0], yLabel: BELOW[layer][1] });
    shown = layer;
    field(now);
    walk(now, values, layer);
    x.place(layer === 1 ? now.x : null);
    a.place(layer === 2 ? values.start : null);
    legend.update(now, layer);
    relevances(now, values, limitOf);
    network.update(now, values, layer);
  };
}

/** The inputs from which weights W lead to z: two equations. */
function inputs([z3, z4], [[w13, w14], [w23, w24]]) {
  const whole = w13 * w24 - w14 * w23;
  return [(z3 * w24 - z4 * w23) / whole, (z4 * w13 - z3 * w14) / whole].map((value) => Number(value.toFixed(10)));
}

const channels = (text) => text.match(/\d+/g).map(Number);

/** The plane, colored by c, and hatched where the neuron is silent. It changes only with the neuron, the rule and the bias. */
function drawField(plane, constants, colors) {
  const { data, id, X, Y } = plane;
  const { strongest, ranges } = constants;
  const canvas = make("canvas", { width: CELLS, height: CELLS });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(CELLS, CELLS);
  const image = make("image", { class: "factors", preserveAspectRatio: "none" });
  const silence = make("rect", { class: "silence", x: -FAR, width: FAR, y: -FAR, height: 2 * FAR, fill: `url(#${id}-silent)` });
  const hinges = [0, 1].map(() => make("line", { class: "hinge" }));
  const names = [0, 1].map(() => make("text", { class: "hinge-name" }));
  data.append(make("defs", {}, hatch(`${id}-silent`)), image, silence, ...hinges, ...names);
  const cells = new Uint32Array(pixels.data.buffer); // each a color, and written at once
  const shades = new Uint32Array(Uint8ClampedArray.from(Array.from({ length: 257 }, (_, n) => [...channels(color(colors, n / 256)), 255]).flat()).buffer);
  let drawn = "";

  return (now) => {
    const { layer, place, own, higher } = setUp(now, constants);
    const [low, high] = ranges[layer];
    const wanted = [now.neuron, now.above, now.b].join();
    if (wanted !== drawn) {
      const cell = (high - low) / CELLS;
      const hidden = -SMOOTH * cell * Math.hypot(...own.W.map((row) => row[place])); // the hatching covers what lies so far on the silent side
      for (let n = 0; n < CELLS * CELLS; n++) {
        const point = [low + ((n % CELLS) + 0.5) * cell, high - (Math.floor(n / CELLS) + 0.5) * cell];
        if (own.b[place] + point[0] * own.W[0][place] + point[1] * own.W[1][place] < hidden) continue;
        const h = lrp.reluLayer(point, own);
        h[place] ||= TINY;
        const c = lrp.upAndDown(h, higher).c[place];
        const share = Math.min(Math.max((c / strongest + 1) / 2, 0), 1);
        cells[n] = shades[Math.round(256 * share)];
      }
      context.putImageData(pixels, 0, 0);
      set(image, { href: canvas.toDataURL() });
      drawn = wanted;
    }
    set(image, { x: X(low), y: Y(high), width: X(high) - X(low), height: Y(low) - Y(high) });
    hinges.forEach((line, k) => {
      const [w, b] = [own.W.map((row) => row[k]), own.b[k]];
      const square = lrp.dot(w, w);
      const foot = w.map((value) => (-b * value) / square);
      const reach = FAR / (X(1) - X(0)) / Math.sqrt(square);
      const [from, to] = [-reach, reach].map((s) => [foot[0] - s * w[1], foot[1] + s * w[0]]);
      set(line, { ...ends(plane, from, to), "data-own": String(k === place) });
      const key = 2 * layer + 1 + k;
      setText(names[k], `z${sub(key)} = 0`);
      const at = placeOnLine(w, b, [low, high]);
      set(names[k], at ? { x: X(at[0]), y: Y(at[1]) + 4, "text-anchor": "middle", display: null } : { display: "none" });
      if (k === place) set(silence, { transform: `translate(${X(foot[0])} ${Y(foot[1])}) rotate(${(Math.atan2(-w[1], w[0]) * 180) / Math.PI})` });
    });
  };
}

/** Where the name of a line finds room: near an edge of the plot, the upper one first. */
function placeOnLine([w1, w2], b, [low, high]) {
  const at = (share) => low + share * (high - low);
  const inside = (value) => value >= at(0.08) && value <= at(0.92);
  const across = [0.9, 0.1].map((share) => [(-b - w2 * at(share)) / w1, at(share)]);
  const up = [0.9, 0.1].map((share) => [at(share), (-b - w1 * at(share)) / w2]);
  return [across[0], up[0], across[1], up[1]].find((point) => point.every(inside)) ?? null;
}

const HEAD = "M0 0 -11 5 -8.5 0 -11 -5Z"; // of the walk, its tip at the origin
const [CLEAR, SHORT] = [10, 26]; // px from the middle of the root's mark to the tip, and the shortest walk that has a head
const MOST = 6; // corners at most on a walk

/** The walk from the activations to the root, with its corners and the point that s chooses, and what inputs can reach. */
function drawWalk(plane, { reach }) {
  const { data, marks, X, Y } = plane;
  const world = make("path", { class: "domain" });
  const [halo, path] = ["walk-halo", "walk"].map((name) => make("line", { class: name }));
  const head = make("path", { class: "walk-head", d: HEAD });
  const corners = Array.from({ length: MOST }, () => make("circle", { class: "corner", r: 3.5 }));
  const here = circle();
  here.classList.add("here");
  data.append(world, halo, path, head, ...corners);
  const root = landmark(plane, data, { name: "x̃", shape: diamond() });
  marks.append(here);

  return ({ s }, { start, root: end, at, corners: found, notes: keys }, layer) => {
    set(world, { d: `M${reach[layer].map(([x, y]) => `${X(x)} ${Y(y)}`).join("L")}Z` });
    for (const element of [halo, path, head, here]) set(element, { display: end ? null : "none" });
    root.place(end);
    setText(root.element.lastChild, layer === 1 ? "x̃" : "ã");
    root.element.classList.toggle("outside", keys.some((key) => key === "outside" || key === "unreachable"));
    corners.forEach((dot, n) => set(dot, found[n] ? { cx: X(mix(start[0], end[0], found[n].s)), cy: Y(mix(start[1], end[1], found[n].s)), display: null } : { display: "none" }));
    if (!end) return;
    for (const line of [halo, path]) set(line, ends(plane, start, end));
    set(here, { transform: `translate(${X(at[0])} ${Y(at[1])})`, "data-s": s });
    const [dx, dy] = [X(end[0]) - X(start[0]), Y(end[1]) - Y(start[1])];
    set(head, Math.hypot(dx, dy) >= SHORT
      ? { transform: `translate(${X(end[0])} ${Y(end[1])}) rotate(${(Math.atan2(dy, dx) * 180) / Math.PI}) translate(${-CLEAR} 0)` } : { display: "none" });
  };
}

const mix = (from, to, s) => (1 - s) * from + s * to;

function drawLegend({ strongest }, colors) {
  const id = newId("legend");
  const ground = () => sampleArea("sample-ground");
  const stops = colors.map((one, i) => make("stop", { offset: i / (colors.length - 1), "stop-color": one }));
  const factors = legendEntry("", make("defs", {}, make("linearGradient", { id: `${id}-c` }, ...stops)), sampleArea("factors", { fill: `url(#${id}-c)` }));
  const silent = legendEntry("", make("defs", {}, hatch(`${id}-silent`)), sampleArea("silence", { fill: `url(#${id}-silent)` }));
  const own = legendEntry("its hinge", ground(), sampleLine("hinge", { "data-own": "true" }));
  const other = legendEntry("", ground(), sampleLine("hinge", { "data-own": "false" }));
  const walk = legendEntry("", ground(), sampleLine("walk"), make("path", { class: "walk-head", d: HEAD, transform: "translate(29 7)" }));
  const corner = legendEntry("another neuron switches", ground(), make("circle", { class: "corner", r: 3.5, cx: 15, cy: 7 }));
  const here = legendEntry("at s", ground(), make("g", { class: "on-light", transform: "translate(15 7)" }, circle()));
  const world = legendEntry("", ground(), sampleLine("domain"));
  const element = make("p", { class: "legend" }, factors, silent, own, other, walk, corner, here, world);
  const say = (entry, text) => setText(entry.querySelector(".legend-text"), text);
  const update = ({ neuron }, layer) => {
    say(factors, `c${sub(neuron)} from ${format(-strongest)} to ${strongest}`);
    say(silent, `${neuron} is silent`);
    say(other, `hinge of ${4 * layer + 3 - Number(neuron)}`);
    say(walk, layer === 1 ? "walk from x to x̃" : "walk from a to ã");
    say(world, layer === 1 ? "edge of 0 ≤ x ≤ 3" : "what inputs reach");
  };
  return { element, update };
}

// --- the relevance along the walk ---

/** The true relevance over s, the model that holds c fixed, the tangent at the root, the gap at s, and ε at x. */
function sideView(parent, { schema, names, redraw, move }) {
  const view = plot(parent, { x: WAY, y: [-1, 2], aspect: 0.45, xLabel: "s", yLabel: "R", xTicks: [[0, "x"], [1, "root"]], label: "The relevance of the neuron along its walk", onResize: redraw });
  view.svg.classList.add("side-view");
  const [curve, tangent, model] = ["side-curve", "side-tangent", "side-model"].map((name) => make("polyline", { class: name }));
  const switches = Array.from({ length: MOST }, () => ({ line: make("line", { class: "switch" }), name: make("text", { class: "side-name switch-name", "text-anchor": "middle" }) }));
  const remainder = make("line", { class: "gap" });
  const missed = make("line", { class: "missed" });
  const [start, root, foot, model_s] = [disc(), diamond(), circle(), circle()];
  for (const mark of [start, root, foot, model_s]) mark.classList.add("mark-small");
  foot.classList.add("foot");
  model_s.classList.add("model-at");
  const text = (name, anchor) => make("text", { class: `side-name ${name}`, "text-anchor": anchor });
  const [gapName, missedName] = [text("side-gap", "end"), text("side-missed", "start")];
  view.data.append(...switches.map((one) => one.line), model, tangent, curve, remainder, missed);
  view.marks.append(...switches.map((one) => one.name), root, start, foot, model_s, gapName, missedName);
  let value = 0; // of the true line at s
  const s = handle(along(view, "x", () => value), { name: "s", label: names.s, shape: disc(), at: "ne", step: schema.s.step, range: () => [[schema.s.low, schema.s.high]], move });
  const legend = sideLegend();
  parent.append(legend.element);
  let drawn = null;

  return (now, values, limitOf) => {
    const { line, R_j, epsilon, R_s, model_s: modeled, gap_s, corners } = values;
    const parts = [curve, tangent, model, remainder, missed, start, root, foot, model_s, gapName, missedName];
    for (const element of parts) set(element, { display: line ? null : "none" });
    switches.forEach(({ line: one, name }, n) => [one, name].forEach((element) => set(element, { display: corners[n] ? null : "none" })));
    set(view.svg, { "aria-label": describe(now, values) });
    legend.update(now);
    if (!line) {
      s.place(null);
      return;
    }
    const T_x = R_j - epsilon;
    const all = [...line.R, T_x, modeled];
    const limit = limitOf(1.02 * Math.max(...all, ...all.map((one) => -2 * one)), 0.25);
    if (drawn !== limit) view.setRanges({ y: [-limit / 2, limit] }, { yTicks: [-limit / 2, 0, limit / 2, limit] });
    drawn = limit;
    const { X, Y, ranges } = view;
    const within = (R) => Math.min(Math.max(R, ranges.y[0]), ranges.y[1]); // while the scale rests
    const points = (list) => list.map((point) => view.pixels(point).join(",")).join(" ");
    const at = (mark, [part, R]) => set(mark, R === within(R) ? { transform: `translate(${X(part)} ${Y(R)})` } : { display: "none" });
    set(curve, { points: points(line.s.map((part, n) => [part, line.R[n]])) });
    set(model, { points: points([[0, R_j], [1, 0]]) });
    set(tangent, { points: points([[0, T_x], [1, 0]]) });
    set(remainder, ends(view, [0, T_x], [0, R_j]));
    set(missed, ends(view, [now.s, modeled], [now.s, R_s]));
    value = within(R_s);
    s.place(now.s);
    at(start, [0, R_j]);
    at(foot, [0, T_x]);
    at(root, [1, 0]);
    at(model_s, [now.s, modeled]);
    set(gapName, { x: X(0) - 11, y: Y(within((T_x + R_j) / 2)) + 4 });
    setText(gapName, `ε = ${format(epsilon)}`);
    set(missedName, { x: X(1) + 4, y: Y(ranges.y[1]) + 15, "text-anchor": "end" });
    setText(missedName, `gap at s: ${format(gap_s)}`);
    switches.forEach(({ line: one, name }, n) => {
      if (!corners[n]) return;
      const px = X(corners[n].s);
      set(one, { x1: px, x2: px, y1: Y(ranges.y[0]), y2: Y(ranges.y[1]) });
      set(name, { x: px, y: Y(ranges.y[0]) - 6 - 14 * (n % 3) });
      setText(name, `${corners[n].neuron} ${corners[n].on ? "on" : "off"}`);
    });
  };
}

function describe({ neuron, s }, { line, R_j, R_s, model_s, gap_s, epsilon, c }) {
  const k = sub(neuron);
  if (!line) return `Neuron ${neuron} is silent, so there is no walk to look at.`;
  return `R${k} along the walk. At x it is ${format(R_j)}, at the root 0. At s = ${format(s)} it is ${format(R_s)}, and its model ${format(model_s)}; the gap is ${format(gap_s)}. `
    + `c${k} is ${format(c[0])} at x and ${format(c[2])} at the root. The tangent at the root leads to ${format(R_j - epsilon)} at x, so ε is ${format(epsilon)}.`;
}

function sideLegend() {
  const entries = { curve: legendEntry("", sampleLine("side-curve")), model: legendEntry("", sampleLine("side-model")), tangent: legendEntry("tangent at the root", sampleLine("side-tangent")) };
  const element = make("p", { class: "legend" }, ...Object.values(entries), legendEntry("gap at s", sampleLine("missed")), legendEntry("ε at x", sampleLine("gap")),
    legendEntry("another neuron switches", sampleLine("switch")));
  const update = ({ neuron }) => {
    setText(entries.curve.lastChild, `true R${sub(neuron)}`);
    setText(entries.model.lastChild, `model a${sub(neuron)}(s) c${sub(neuron)}(0)`);
  };
  return { element, update };
}

// --- the network ---

const PLACES = { 1: [26, 54], 2: [26, 146], 3: [112, 54], 4: [112, 146], 5: [198, 54], 6: [198, 146], 7: [278, 100] };
const NODE = 17;
const ALONG = [0.3, 0.24, 0.24, 0.3]; // where on an edge its weight stands: the edges of two layers cross

/** All seven neurons, with what they say, their relevance, and the weights between them. */
function drawNetwork({ weights, bias }, choose) {
  const svg = make("svg", { class: "deep-network", role: "img" });
  setSize(svg, 310, 200);
  const edges = make("g");
  weights.forEach((W, l) => W.forEach((row, i) => row.forEach((w, k) => {
    const [from, to] = [PLACES[2 * l + 1 + i], PLACES[2 * l + 3 + k]];
    const part = l === 2 ? 0.4 : ALONG[2 * i + k];
    edges.append(make("line", { class: "edge", x1: from[0], y1: from[1], x2: to[0], y2: to[1] }),
      make("text", { class: "weight", x: mix(from[0], to[0], part), y: mix(from[1], to[1], part) + 4, "text-anchor": "middle" }, format(w)));
  })));
  svg.append(edges);
  const nodes = Object.entries(PLACES).map(([k, [x, y]]) => {
    const up = y < 120 ? -1 : 1;
    const text = (name, dy) => make("text", { class: name, x, y: y + dy, "text-anchor": "middle" });
    const value = text("node-value", 4.5);
    const relevance = text("node-relevance", up < 0 ? -NODE - 7 : NODE + 16);
    const extra = text("node-bias", up < 0 ? -NODE - 21 : NODE + 30);
    const name = make("text", { class: "node-name", x: x + (k === "7" ? 1 : -1) * (NODE + 2), y: y - NODE + 6, "text-anchor": "middle" }, k);
    const body = make("circle", { class: "node-body", cx: x, cy: y, r: NODE });
    const hit = make("circle", { class: "node-hit", cx: x, cy: y, r: 22 });
    const group = make("g", { class: "node", "data-node": k }, body, value, name, relevance, extra, hit);
    if (k > 2 && k < 7) group.addEventListener("click", () => choose(k));
    svg.append(group);
    return { k, group, body, value, relevance, extra };
  });
  const update = ({ neuron, b }, { a, R }, layer) => {
    const said = nodes.map(({ k, group, body, value, relevance, extra }) => {
      const [l, i] = [Math.floor((k - 1) / 2), (k - 1) % 2];
      const amount = l >= layer ? R[l - layer][i] : null;
      set(group, { "data-chosen": k === neuron });
      set(body, { "data-silent": a[l][i] <= 0 && l > 0 });
      setText(value, short(a[l][i]));
      setText(relevance, amount === null ? "" : `R${sub(k)} = ${short(amount)}`);
      set(relevance, { "data-sign": amount > 0 ? "positive" : amount < 0 ? "negative" : "zero" });
      setText(extra, l ? `b = ${short(l === 1 ? bias[i] : b)}` : "");
      return `neuron ${k}: ${format(a[l][i])}${amount === null ? "" : `, relevance ${format(amount)}`}`;
    });
    set(svg, { "aria-label": `The network. ${said.join("; ")}` });
  };
  return { element: svg, update };
}

/** Two decimals fit into a circle. */
const short = (value) => format(Number(value.toFixed(2)));

export default figure({ numbers, view });
