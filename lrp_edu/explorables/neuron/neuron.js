// One neuron with two inputs: the plane of the inputs, the hinge, and the shares of both inputs in the output.

import { color, format, legendItem, make, set, setText } from "../core/elements.js";
import { figure } from "../core/figure.js";
import { arrowhead, circle, diamond, disc, handle } from "../core/handles.js";
import * as lrp from "../core/lrp.js";
import { ends, plot, ticks } from "../core/plot.js";

const SNAP = 9; // px from the hinge within which a dragged point a is put onto it
const FAR = 4000; // px, beyond every plot

// --- the numbers: as NeuronFigure.numbers() ---

export function numbers({ x, w, b, mode, direction, v: free, a: chosen, domain }) {
  const v = mode === "root" ? (lrp.DIRECTIONS[direction]?.(x, w) ?? free) : null;
  const found = v === null || lrp.slope(w, v) !== null;
  const a = !found ? null : v === null ? chosen : lrp.root(w, b, x, v);
  const split = !found ? null : v === null ? lrp.decompose(w, b, x, a) : lrp.relevance(w, b, x, v);
  return {
    z: lrp.preactivation(w, b, x),
    f_x: lrp.output(w, b, x),
    v,
    a,
    f_a: split && split.baseline,
    gradient: split && (v === null ? lrp.gradient(w, b, a, x) : w),
    R: split && split.relevance,
    sum_R: split && lrp.sum(split.relevance),
    epsilon: split && split.remainder,
    gap: split && split.gap,
    notes: notes({ x, w, b, a, mode, domain }),
  };
}

function notes({ x, w, b, a, mode, domain }) {
  const silent = !(lrp.preactivation(w, b, x) > 0);
  if (mode === "expansion") {
    const place = lrp.onHinge(w, b, a, x) ? "hinge" : lrp.preactivation(w, b, a) > 0 ? "active" : "dead";
    return [silent ? "silent" : place];
  }
  if (a === null) return [w.some(Boolean) ? "no-root" : "no-weights"];
  if (silent) return ["silent"];
  if (domain === "plane") return ["root"];
  if (!x.every((value) => value >= 0)) return ["x-outside"];
  return [a.every((value) => value >= -1e-12) ? "root" : "outside"];
}

// --- the picture ---

function view({ stage, side, control, set: change, schema, constants, palette, state, redraw, steady }) {
  const { range, brightest } = constants;
  const plane = plot(stage, {
    x: range, y: range, xTicks: ticks(range), yTicks: ticks(range), xLabel: "x₁", yLabel: "x₂",
    label: "The plane of the two inputs, colored by the output of the neuron", onResize: redraw,
  });
  const field = drawField(plane, brightest, palette.activation);
  const walk = drawWalk(plane);
  stage.append(legend(brightest));

  const line = (name) => make("line", { class: name });
  const arrow = line("weights");
  const aim = line("aim");
  plane.marks.append(arrow, aim);
  const move = (key) => (point) => change({ [key]: point });
  const v = handle(plane, {
    name: "−v", key: "v", label: schema.v.label, shape: circle(), at: "nw",
    move: (point) => lrp.sum(point.map((p, i) => Math.abs(state.x[i] - p))) > 0.05 && change({ v: point.map((p, i) => state.x[i] - p) }),
  });
  const w = handle(plane, { name: "w", label: schema.w.label, shape: arrowhead(), at: "se", move: move("w") });
  const a = handle(plane, {
    name: "a", label: schema.a.label, shape: diamond(), at: "sw",
    move: (point, how) => change({ a: snap(point, how, state, plane) }),
  });
  const x = handle(plane, { name: "x", label: schema.x.label, shape: disc(), at: "ne", move: move("x") });

  const direction = control("direction", { onInput: turn });
  function turn(value) {
    // Going free starts from the direction that was walked last.
    const last = lrp.DIRECTIONS[state.direction]?.(state.x, state.w);
    change(value === "free" && last?.some(Boolean) ? { direction: value, v: last } : { direction: value });
  }
  const bars = waterfall(steady());
  side.append(direction, control("b"), bars.element);

  return (now, values) => {
    const walking = now.mode === "root";
    field(now);
    walk(now, values);
    set(arrow, ends(plane, [0, 0], now.w));
    x.place(now.x);
    w.place(now.w);
    set(w.shape, { transform: `rotate(${angle(now.w)})` });
    a.place(walking ? null : now.a);
    const tip = walking && now.direction === "free" ? aimTip(plane, now) : null;
    v.place(tip, now.v);
    set(aim, tip ? { ...ends(plane, now.x, tip), display: null } : { display: "none" });
    direction.hidden = !walking;
    bars.update(values);
  };
}

const angle = ([x, y]) => (Math.atan2(-y, x) * 180) / Math.PI;

/** The point x − v, moved towards x where it would leave the plot, and never so near that it hides x. */
function aimTip({ size, ranges }, { x, v }) {
  const length = Math.hypot(...v) || 1;
  const fits = v.map((step, i) => (step > 0 ? (x[i] - ranges.x[0]) / step : step < 0 ? (x[i] - ranges.x[1]) / step : 1));
  const share = Math.max(Math.min(1, ...fits), (34 / size.width) * (ranges.x[1] - ranges.x[0]) / length);
  return x.map((value, i) => value - share * v[i]);
}

/** Put a onto the hinge when it is dragged near it, or when a key would carry it across. */
function snap(point, how, { w, b, a }, { X, ranges: { x: [low, high] } }) {
  const length = Math.hypot(...w);
  if (!length) return point;
  const [from, to] = [lrp.preactivation(w, b, a), lrp.preactivation(w, b, point)];
  const near = how === "pointer" ? (Math.abs(to) / length) * (X(1) - X(0)) <= SNAP : !lrp.onHinge(w, b, a) && from * to < 0;
  const foot = near && lrp.root(w, b, lrp.root(w, b, point, w), w);
  return foot && foot.every((value) => value >= low && value <= high) ? foot : point;
}

/** The colored field. Its output grows along w only, so one gradient, moved as a whole, paints all of it. */
function drawField({ data, id, X, Y }, brightest, colors) {
  const stops = colors.map((color, i) => make("stop", { offset: i / (colors.length - 1), "stop-color": color }));
  const gradient = make("linearGradient", { id: `${id}-output`, gradientUnits: "userSpaceOnUse", x1: 0, x2: brightest, y1: 0, y2: 0 }, ...stops);
  const hatch = make("pattern", { id: `${id}-silent`, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    make("rect", { class: "silent", width: 7, height: 7 }), make("line", { class: "silent-line", x1: 0, x2: 0, y1: 0, y2: 7 }));
  const tall = { y: -FAR, height: 2 * FAR };
  const flat = make("rect", { class: "silent", x: 0, y: 0, width: FAR, height: FAR });
  const levels = [1, 2, 3, 4].map((quarter) => (quarter * brightest) / 4).map((f) => make("line", { class: "contour", x1: f, x2: f, y1: -FAR, y2: FAR }));
  const outputs = make("g", {}, make("rect", { x: 0, width: FAR, ...tall, fill: `url(#${id}-output)` }), ...levels);
  const silence = make("g", {}, make("rect", { x: -FAR, width: FAR, ...tall, fill: `url(#${id}-silent)` }),
    make("line", { class: "hinge", x1: 0, x2: 0, y1: -FAR, y2: FAR }));
  data.append(make("defs", {}, gradient, hatch), flat, outputs, silence);

  return ({ w, b }) => {
    const square = lrp.dot(w, w);
    const hinge = square > 1e-4;
    set(outputs, { display: hinge ? null : "none" });
    set(silence, { display: hinge ? null : "none" });
    set(flat, { fill: hinge ? null : color(colors, b / brightest), class: hinge || b <= 0 ? "silent" : null });
    if (!hinge) return;
    const pixels = (X(1) - X(0)) / Math.sqrt(square);
    const place = `translate(${X((-b * w[0]) / square)} ${Y((-b * w[1]) / square)}) rotate(${angle(w)})`;
    set(silence, { transform: place });
    set(outputs, { transform: `${place} scale(${pixels} 1)` });
  };
}

/** The way from x to the point of expansion, and one leg for each input: R_i = w_i (x_i − a_i). */
function drawWalk(plane) {
  const { data, X, Y, ranges } = plane;
  const domain = make("path", { class: "domain" });
  const halo = make("line", { class: "walk-halo" });
  const path = make("line", { class: "walk" });
  const legs = [make("line", { class: "leg" }), make("line", { class: "leg" })];
  const mark = diamond();
  const name = make("text", { class: "handle-name", x: -11, y: 20, "text-anchor": "end" }, "a");
  const root = make("g", { class: "root" }, mark, name);
  data.append(domain, ...legs, halo, path, root);

  return ({ x, mode, domain: inputs }, { a, R, notes: keys }) => {
    const walking = mode === "root";
    set(domain, walking && inputs === "nonnegative"
      ? { d: `M${X(0)} ${Y(ranges.y[1])}V${Y(0)}H${X(ranges.x[1])}`, display: null } : { display: "none" });
    for (const element of [halo, path, ...legs, root]) set(element, { display: a ? null : "none" });
    if (!a) return;
    for (const element of [halo, path]) set(element, ends(plane, x, a));
    set(legs[0], { ...ends(plane, a, [x[0], a[1]]), "data-sign": Math.sign(R[0]) });
    set(legs[1], { ...ends(plane, [x[0], a[1]], x), "data-sign": Math.sign(R[1]) });
    set(root, walking ? { transform: `translate(${X(a[0])} ${Y(a[1])})` } : { display: "none" });
    for (const element of [root, path]) element.classList.toggle("warned", keys.some((key) => key === "outside" || key === "dead"));
  };
}

function legend(brightest) {
  return make("p", { class: "legend" }, legendItem("swatch-silent", "silent, f = 0"), legendItem("swatch-hinge", "hinge, z = 0"),
    legendItem("swatch-output", `f from 0 to ${brightest}`));
}

/** How f(a), R₁, R₂ and ε add up to f(x): each bar starts where the one before it ends. */
function waterfall(steady) {
  const ROW = 19;
  const [left, width] = [34, 100]; // px for the names, % for the bars
  const terms = ["f(a)", "R₁", "R₂", "ε"];
  const rows = terms.map((term, i) => ({
    bar: make("div", { class: "bar", style: `top: ${i * ROW + 3}px` }),
    name: make("span", { class: "bar-name", style: `top: ${i * ROW}px` }, term),
  }));
  const goal = make("div", { class: "bar-goal" });
  const goalName = make("span", { class: "bar-goal-name" });
  const area = make("div", { class: "bar-area", style: `left: ${left}px` }, make("div", { class: "bar-zero" }), ...rows.map((r) => r.bar), goal, goalName);
  const element = make("div", { class: "waterfall", style: `height: ${terms.length * ROW + 20}px`, role: "img" },
    ...rows.map((r) => r.name), area);

  const update = ({ f_a, R, epsilon, f_x }) => {
    const shares = R ? [f_a, ...R, epsilon] : [0, 0, 0, 0];
    const stops = shares.reduce((all, share) => [...all, all.at(-1) + share], [0]);
    const [low, high] = [Math.min(...stops), Math.max(...stops, f_x)];
    const limit = steady(1.02 * Math.max(high, -2 * low));
    const place = (value) => ((Math.min(Math.max(value, -limit / 2), limit) + limit / 2) / (1.5 * limit)) * width;
    rows.forEach(({ bar }, i) => {
      const [from, to] = [place(stops[i]), place(stops[i + 1])].sort((p, q) => p - q);
      bar.style.left = `${from}%`;
      bar.style.width = `${to - from}%`;
      bar.dataset.kind = i === 0 ? "baseline" : i === 3 ? "remainder" : shares[i] < 0 ? "negative" : "positive";
    });
    goal.style.left = goalName.style.left = `${place(f_x)}%`;
    goalName.style.transform = `translateX(-${place(f_x)}%)`; // so that it stays inside at either end
    setText(goalName, `f(x) = ${format(f_x)}`);
    set(element, { "aria-label": `f(a), R₁, R₂ and ε: ${shares.map(format).join(" + ")}; f(x) is ${format(f_x)}` });
  };
  return { element, update };
}

export default figure({ numbers, view });
