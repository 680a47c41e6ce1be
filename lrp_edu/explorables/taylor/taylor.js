// The Taylor polynomial of one variable: the curve, the polynomial at a, and the remainder at x as a gap.

import { format, legendEntry, make, sampleArea, sampleLine, set, setText } from "../core/elements.js";
import { figure } from "../core/figure.js";
import { along, circle, diamond, disc, handle } from "../core/handles.js";
import * as lrp from "../core/lrp.js";
import { plot, ticks } from "../core/plot.js";

const NEAR_EDGE = 0.02; // how near to the edge of the domain a handle may be dragged
const FAR = 5000; // px, beyond every plot

// --- the numbers: as TaylorFigure.numbers() ---

export function numbers({ function: name, a, x, degree }, { highest }) {
  const { f, coefficients, low } = lrp.FUNCTIONS[name];
  const c = a > low ? coefficients(a, highest) : null;
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
  if (name === "relu" && a === 0) return ["corner", ...(x >= 0 ? ["piece"] : [])];
  if (name === "relu") return [(a > 0 ? x >= 0 : x <= 0) ? "piece" : "across"];
  if (name === "log") return [Math.abs(x - a) <= a - low ? "near" : "beyond"];
  return [name === "cubic" ? "polynomial" : "everywhere"];
}

// --- the picture ---

function view({ stage, side, control, set: change, schema, constants, state, redraw }) {
  const { highest, range, heights, every } = constants;
  const curve = plot(stage, {
    x: range, y: heights[state.function], xTicks: ticks(range), xLabel: "x", yLabel: "", aspect: 0.8,
    label: "A function, its Taylor polynomial, and the gap between them at x", onResize: redraw,
  });
  const outside = make("rect", { class: "undefined" });
  const exact = make("path", { class: "curve" });
  const polynomial = make("path", { class: "polynomial" });
  const gap = make("line", { class: "gap" });
  const end = circle();
  curve.data.append(outside, polynomial, exact, gap, end);
  const names = legend();
  stage.append(names.element);

  const inside = (value) => Math.min(Math.max(value, curve.ranges.y[0]), curve.ranges.y[1]);
  const onCurve = along(curve, "x", (at) => {
    const { f, low } = lrp.FUNCTIONS[state.function];
    return at > low ? inside(f(at)) : 0;
  });
  const move = (key) => (place) => change({ [key]: Math.max(place, lrp.FUNCTIONS[state.function].low + NEAR_EDGE) });
  const a = handle(onCurve, { name: "a", label: schema.a.label, shape: diamond(), at: "nw", move: move("a") });
  const x = handle(onCurve, { name: "x", label: schema.x.label, shape: disc(), at: "ne", move: move("x") });

  const ladder = remainderLadder(highest, (value) => change({ degree: value }));
  side.append(control("function"), control("a"), control("x"), control("degree"), ladder.element);

  let shown = null;
  return (now, values) => {
    const { f, low } = lrp.FUNCTIONS[now.function];
    if (shown !== now.function) curve.setRanges({ y: heights[now.function] }, { yTicks: ticks(heights[now.function], every[now.function]) });
    shown = now.function;
    const { X, Y, ranges, size } = curve;
    const c = values.coefficients?.slice(0, now.degree + 1);
    set(outside, low > range[0] ? { x: X(range[0]), y: Y(ranges.y[1]), width: X(low) - X(range[0]), height: size.height, display: null } : { display: "none" });
    set(exact, { d: trace(curve, f, Math.max(low + 1e-6, range[0])) });
    set(polynomial, { d: c ? trace(curve, (at) => lrp.evaluate(c, now.a, at), range[0]) : "" });
    const compared = values.epsilon !== null;
    for (const mark of [gap, end]) set(mark, { display: compared ? null : "none" });
    if (compared) {
      set(gap, { x1: X(now.x), x2: X(now.x), y1: near(Y(values.f_x)), y2: near(Y(values.T_x)) });
      set(end, { transform: `translate(${X(now.x)} ${near(Y(values.T_x))})` });
    }
    a.place(now.a);
    x.place(now.x);
    names.update(now.degree, low > range[0]);
    ladder.update(values.remainders, now.degree);
  };
}

const near = (pixel) => Math.min(Math.max(pixel, -FAR), FAR);

/** The path of a function over the plot, a point for every second pixel. */
function trace({ X, Y, size, ranges }, f, from) {
  const steps = Math.max(2, Math.round(size.width / 2));
  const points = Array.from({ length: steps + 1 }, (_, i) => from + ((ranges.x[1] - from) * i) / steps);
  return "M" + points.map((at) => `${X(at).toFixed(1)} ${near(Y(f(at))).toFixed(1)}`).join("L");
}

/** A name for everything that is drawn. */
function legend() {
  const mark = set(circle(), { transform: "translate(15 7)" });
  const polynomial = legendEntry("", sampleLine("polynomial"));
  const outside = legendEntry("f is not defined", sampleArea("undefined"));
  const element = make("p", { class: "legend" },
    legendEntry("f", sampleLine("curve")), polynomial, legendEntry("ε at x", sampleLine("gap")), legendEntry("T(x)", mark), outside);
  const update = (degree, ends) => {
    setText(polynomial.lastChild, `T, degree ${degree}`);
    outside.hidden = !ends;
  };
  return { element, update };
}

/** |ε| at x for each degree, on a logarithmic scale: one bar for each, which chooses its degree. */
function remainderLadder(highest, choose) {
  const [SMALLEST, LARGEST] = [-8, 2]; // powers of ten
  const bars = Array.from({ length: highest + 1 }, (_, degree) => {
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
    set(element, { "aria-label": remainders ? `ε for the degrees 0 to ${highest}: ${remainders.map(format).join(", ")}` : "no ε here" });
  };
  return { element, update };
}

export default figure({ numbers, view });
