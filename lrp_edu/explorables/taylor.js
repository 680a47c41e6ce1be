// The Taylor polynomial of one variable: the curve, the polynomial at a, and the remainder at x as a gap.

import { menu, slider } from "./controls.js";
import { figure } from "./figure.js";
import * as lrp from "./lrp.js";
import { diamond, disc, circle, format, handle, legendItem, make, plot, set } from "./view.js";

const HIGHEST = 12;
const RANGE = [-3, 3];
const TICKS = [-3, -2, -1, 0, 1, 2, 3];
const HEIGHTS = { sin: [-2.5, 2.5], exp: [-4, 12], log: [-3, 3], cubic: [-4, 4], relu: [-1.5, 3.5] };
const EVERY = { exp: 4 }; // the step between two ticks on the vertical axis, where it is not 1
const NEAR_EDGE = 0.02; // how near to the edge of the domain a handle may be dragged
const FAR = 5000; // px, beyond every plot

// --- the numbers: as TaylorFigure.numbers() ---

export function numbers({ function: name, a, x, degree }) {
  const { f, coefficients, low } = lrp.FUNCTIONS[name];
  const c = a > low ? coefficients(a, HIGHEST) : null;
  const f_x = x > low ? f(x) : null;
  const T = c && c.map((_, n) => lrp.evaluate(c.slice(0, n + 1), a, x));
  const remainders = c && f_x !== null ? T.map((value) => f_x - value) : null;
  return {
    a,
    f_a: c && c[0],
    x,
    f_x,
    T_x: T && T[degree],
    epsilon: remainders && remainders[degree],
    remainders,
    coefficients: c,
    notes: notes(name, a, x, low),
  };
}

function notes(name, a, x, low) {
  if (!(a > low && x > low)) return [...(a > low ? [] : ["no-a"]), ...(x > low ? [] : ["no-x"])];
  if (name === "relu") return [...(a === 0 ? ["corner"] : []), (a >= 0 ? x >= 0 : x <= 0) ? "piece" : "across"];
  if (name === "log") return [Math.abs(x - a) <= a - low ? "near" : "beyond"];
  return [name === "cubic" ? "polynomial" : "everywhere"];
}

// --- the picture ---

function view({ stage, side, set: change, schema, state, redraw }) {
  const curve = plot(stage, {
    x: RANGE, y: HEIGHTS.sin, xTicks: TICKS, yTicks: [-2, -1, 0, 1, 2], xLabel: "x", yLabel: "", aspect: 0.8,
    label: "A function, its Taylor polynomial, and the gap between them at x", onResize: redraw,
  });
  const outside = make("rect", { class: "undefined" });
  const exact = make("path", { class: "curve" });
  const polynomial = make("path", { class: "polynomial" });
  const gap = make("line", { class: "gap" });
  const end = circle();
  curve.data.append(outside, polynomial, exact, gap, end);
  stage.append(legend());

  const along = (key) => ([place]) => {
    const { low } = lrp.FUNCTIONS[state.function];
    change({ [key]: Math.max(place, low + NEAR_EDGE) });
  };
  const a = handle(curve, { name: "a", label: "a, point of expansion", shape: diamond(), at: "nw", axis: "x", move: along("a") });
  const x = handle(curve, { name: "x", label: "x, point of comparison", shape: disc(), at: "ne", axis: "x", move: along("x") });

  const chosen = menu({ key: "function", label: "f", schema: schema.function, onInput: (value) => change({ function: value }) });
  const degree = slider({ key: "degree", label: "degree", schema: schema.degree, onInput: (value) => change({ degree: value }) });
  const ladder = remainderLadder((value) => change({ degree: value }));
  side.append(chosen.element, degree.element, ladder.element);

  let shown = null;
  return (now, values) => {
    const { f, low } = lrp.FUNCTIONS[now.function];
    if (shown !== now.function) rescale(curve, now.function);
    shown = now.function;
    const { X, Y, ranges, size } = curve;
    const c = values.coefficients?.slice(0, now.degree + 1);
    set(outside, low > RANGE[0] ? { x: X(RANGE[0]), y: Y(ranges.y[1]), width: X(low) - X(RANGE[0]), height: size.height, display: null } : { display: "none" });
    set(exact, { d: trace(curve, f, Math.max(low + 1e-6, RANGE[0])) });
    set(polynomial, { d: c ? trace(curve, (at) => lrp.evaluate(c, now.a, at), RANGE[0]) : "" });
    const inside = (value) => Math.min(Math.max(value ?? 0, ranges.y[0]), ranges.y[1]);
    const compared = values.epsilon !== null;
    for (const mark of [gap, end]) set(mark, { display: compared ? null : "none" });
    if (compared) {
      set(gap, { x1: X(now.x), x2: X(now.x), y1: near(Y(values.f_x)), y2: near(Y(values.T_x)) });
      set(end, { transform: `translate(${X(now.x)} ${near(Y(values.T_x))})` });
    }
    a.place([now.a, inside(values.f_a)], now.a);
    x.place([now.x, inside(values.f_x)], now.x);
    chosen.update(now.function);
    degree.update(now.degree);
    ladder.update(values.remainders, now.degree);
  };
}

const near = (pixel) => Math.min(Math.max(pixel, -FAR), FAR);

/** Set the vertical axis to the function's heights. */
function rescale(curve, name) {
  const [low, high] = HEIGHTS[name];
  const every = EVERY[name] ?? 1;
  const yTicks = Array.from({ length: 20 }, (_, i) => (i + Math.ceil(low / every)) * every).filter((tick) => tick <= high);
  curve.setRanges({ y: [low, high] }, { yTicks });
}

/** The path of a function over the plot, a point for every second pixel. */
function trace({ X, Y, size }, f, from) {
  const steps = Math.max(2, Math.round(size.width / 2));
  const points = Array.from({ length: steps + 1 }, (_, i) => from + ((RANGE[1] - from) * i) / steps);
  return "M" + points.map((at) => `${X(at).toFixed(1)} ${near(Y(f(at))).toFixed(1)}`).join("L");
}

function legend() {
  return make("p", { class: "legend" }, legendItem("swatch-curve", "f"), legendItem("swatch-polynomial", "T"), legendItem("swatch-gap", "ε at x"));
}

/** |ε| at x for each degree, on a logarithmic scale: one bar for each, which chooses its degree. */
function remainderLadder(choose) {
  const [SMALLEST, LARGEST] = [-8, 2]; // powers of ten
  const bars = Array.from({ length: HIGHEST + 1 }, (_, degree) => {
    const bar = make("span", { class: "ladder-bar" });
    const step = make("span", { class: "ladder-step", "data-degree": degree }, make("span", { class: "ladder-room" }, bar), make("span", { class: "ladder-name" }, String(degree)));
    step.addEventListener("click", () => choose(degree));
    return { bar, step };
  });
  const element = make("div", { class: "ladder", role: "img" },
    make("span", { class: "ladder-title" }, "|ε| for each degree, from 1e−8 to 100"), ...bars.map(({ step }) => step));
  const update = (remainders, degree) => {
    bars.forEach(({ bar, step }, n) => {
      const size = remainders ? Math.log10(Math.abs(remainders[n])) : -Infinity;
      const share = (Math.min(Math.max(size, SMALLEST), LARGEST) - SMALLEST) / (LARGEST - SMALLEST);
      bar.style.height = `${100 * share}%`;
      set(step, { "data-current": n === degree, title: remainders && `degree ${n}: ε = ${format(remainders[n])}` });
    });
    set(element, { "aria-label": remainders ? `ε for the degrees 0 to ${HIGHEST}: ${remainders.map(format).join(", ")}` : "no ε here" });
  };
  return { element, update };
}

export default figure({ numbers, view });
