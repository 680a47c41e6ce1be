// One neuron with two inputs: the plane of the inputs, the hinge, the shares of both inputs in the output, and the output
// along the straight way to x.

import { color, format, legendEntry, make, newId, sampleArea, sampleLine, set, setText } from "../core/elements.js";
import { hatch } from "../core/field.js";
import { figure } from "../core/figure.js";
import { arrowhead, circle, diamond, disc, gently, handle, landmark } from "../core/handles.js";
import * as lrp from "../core/lrp.js";
import { ends, plot, ticks } from "../core/plot.js";
import { sideView } from "../core/side-view.js";
import { sums, waterfall } from "../core/waterfall.js";
import { legs as drawLegs } from "../core/way.js";

const SNAP = 9; // px from the hinge within which a dragged point a is put onto it
const FAR = 4000; // px, beyond every plot

// --- the numbers: as NeuronFigure.numbers() ---

export function numbers({ x, w, b, mode, direction, v: free, a: chosen, domain }, settings) {
  const v = mode === "root" ? (lrp.DIRECTIONS[direction]?.(x, w, settings) ?? free) : null;
  const found = v === null || lrp.slope(w, v) !== null;
  const a = !found ? null : v === null ? chosen : lrp.root(w, b, x, v);
  const split = !found ? null : v === null ? lrp.decompose(w, b, x, a) : lrp.relevance(w, b, x, v);
  return {
    z: lrp.preactivation(w, b, x),
    f_x: lrp.output(w, b, x),
    v,
    last: found && v !== null ? lastOf(x, v, direction, settings) : null,
    a,
    f_a: split && split.baseline,
    gradient: split && (v === null ? lrp.gradient(w, b, a, x) : w),
    R: split && split.relevance,
    sum_R: split && lrp.sum(split.relevance),
    epsilon: split && split.remainder,
    gap: split && split.gap,
    way: split && onTheWay({ x, w, b, a }, split, settings.way),
    notes: notes({ x, w, b, v, a, mode, domain: domainOf(mode, direction, domain) }, settings.box),
  };
}

/** The last point of the domain on the walk, x − v; γ walks 1 + γ times as far, w² and a free direction know none. */
function lastOf(x, v, direction, { gamma }) {
  const step = { z: 1, zplus: 1, zbox: 1, gamma: 1 + gamma }[direction];
  return step ? x.map((value, i) => value - v[i] / step) : null;
}

/** The domain that counts: that of zᴮ is the box. */
const domainOf = (mode, direction, domain) => (mode === "root" && direction === "zbox" ? "box" : domain);

/** f and its tangent at a along the straight way a + s (x − a), where s is low, 0, 1 and high, and where f has its corner. */
function onTheWay({ x, w, b, a }, { relevance, baseline }, [low, high]) {
  const s = [low, 0, 1, high];
  const [from, to] = [lrp.preactivation(w, b, a), lrp.preactivation(w, b, x)];
  const along = lrp.onHinge(w, b, a, x) && lrp.onHinge(w, b, x);
  const corner = from === to || along ? null : from / (from - to);
  return {
    s,
    f: s.map((part) => lrp.output(w, b, a.map((value, i) => value + part * (x[i] - value)))),
    tangent: s.map((part) => baseline + part * lrp.sum(relevance)),
    corner: corner !== null && corner > low && corner < high ? corner : null,
  };
}

function notes({ x, w, b, v, a, mode, domain }, box) {
  const silent = !(lrp.preactivation(w, b, x) > 0);
  if (mode === "expansion") {
    const place = lrp.onHinge(w, b, a, x) ? "hinge" : lrp.preactivation(w, b, a) > 0 ? "active" : "dead";
    return [silent ? "silent" : place];
  }
  if (a === null) return [w.some(Boolean) ? "no-root" : "no-weights"];
  if (silent) return ["silent"];
  const behind = lrp.slope(w, v) < 0 ? ["behind"] : [];
  if (domain === "plane") return behind.length ? behind : ["root"];
  const [[low, high], kind] = domain === "box" ? [box, "-box"] : [[0, Infinity], ""];
  if (!x.every((value) => value >= low && value <= high)) return [`x-outside${kind}`, ...behind];
  const outside = a.every((value) => value >= low - 1e-12 && value <= high + 1e-12) ? [] : [`outside${kind}`];
  return outside.length + behind.length ? [...outside, ...behind] : ["root"];
}

// --- the picture ---

const NAMES = { root: "x̃", expansion: "a" }; // of the point of expansion

function view({ stage, side, control, set: change, schema, constants, palette, state, redraw, steady }) {
  stage.classList.add("tall");
  const { range, brightest } = constants;
  const plane = plot(stage, {
    x: range, y: range, xTicks: ticks(range), yTicks: ticks(range), xLabel: "x₁", yLabel: "x₂", ground: "light",
    label: "The plane of the two inputs, colored by the output of the neuron", onResize: redraw,
  });
  const field = drawField(plane, brightest, palette.activation);
  const walk = drawWalk(plane, constants.box);
  const legend = drawLegend(brightest, palette.activation);
  stage.append(legend.element);
  const along = sideView(stage, { range: constants.way, redraw });

  const [arrowHalo, arrow, aim] = ["weights-halo", "weights", "aim"].map((name) => make("line", { class: name }));
  plane.marks.append(arrowHalo, arrow, aim);
  const round = gently(plane);
  const move = (key) => (point) => change({ [key]: point });
  const x = handle(plane, { name: "x", label: schema.x.label, shape: disc(), at: "ne", move: move("x") });
  const w = handle(plane, { name: "w", label: schema.w.label, shape: arrowhead(), at: "se", move: move("w") });
  const a = handle(plane, {
    name: "a", label: schema.a.label, shape: diamond(), at: "sw", snap: (point) => nearHinge(point, state, plane) ?? round(point),
    move: (point, how) => change({ a: (how === "key" && stopAtHinge(point, state, plane)) || point }),
  });
  const back = (point) => point.map((value, i) => state.x[i] - value); // from the tip x − v to v, and again
  const v = handle(plane, {
    name: "−v", key: "v", label: schema.v.label, shape: circle(), at: "nw", range: () => [0, 1].map(() => [schema.v.low, schema.v.high]), snap: (tip) => back(round(back(tip))),
    move: (tip) => Math.hypot(...back(tip)) > 0.05 && change({ v: back(tip).map((value) => Number(value.toFixed(10))) }),
  });

  const direction = control("direction", { onInput: turn });
  function turn(value) {
    // Going free starts from the direction that was walked last.
    const last = lrp.DIRECTIONS[state.direction]?.(state.x, state.w, constants);
    change(value === "free" && last?.some(Boolean) ? { direction: value, v: last } : { direction: value });
  }
  const fields = Object.fromEntries(["x", "w", "a", "v"].map((key) => [key, control(key)]));
  const bars = waterfall();
  side.append(direction, make("div", { class: "points" }, ...Object.values(fields)), control("b"), bars.element);
  const limitOf = steady();

  return (now, values) => {
    const walking = now.mode === "root";
    const free = walking && now.direction === "free";
    const shares = sums(values);
    const limit = limitOf(1.02 * Math.max(...shares.stops, values.f_x, ...shares.stops.map((stop) => -2 * stop)));
    field(now);
    walk(now, values);
    for (const line of [arrowHalo, arrow]) set(line, ends(plane, [0, 0], now.w));
    x.place(now.x);
    w.place(now.w);
    set(w.shape, { transform: `rotate(${angle(now.w)})` });
    a.place(walking ? null : now.a);
    const tip = free ? aimTip(plane, now) : null;
    v.place(tip, now.v);
    set(aim, tip ? { ...ends(plane, now.x, tip), display: null } : { display: "none" });
    legend.update({ walking, free, domain: domainOf(now.mode, now.direction, now.domain), last: values.last });
    along.update(alongTheWay(now, values, limit));
    direction.hidden = !walking;
    fields.a.hidden = walking;
    fields.v.hidden = !free;
    bars.update(NAMES[now.mode], shares, values, limit);
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

/** The point of the hinge that is nearest to a point, if it lies in the plot; twice, for its rounding. */
function footOnHinge(point, { w, b }, { ranges: { x: [low, high] } }) {
  const foot = w.some(Boolean) ? lrp.root(w, b, lrp.root(w, b, point, w), w) : null;
  return foot?.every((value) => value >= low && value <= high) ? foot : null;
}

/** What a dragged point snaps to when it is near the hinge. */
function nearHinge(point, state, plane) {
  const distance = Math.abs(lrp.preactivation(state.w, state.b, point)) / Math.hypot(...state.w);
  return distance * (plane.X(1) - plane.X(0)) <= SNAP ? footOnHinge(point, state, plane) : null;
}

/** A key that would carry a across the hinge stops on it: no step of 0.1 would meet it. */
function stopAtHinge(point, { w, b, a, x }, plane) {
  const across = !lrp.onHinge(w, b, a, x) && lrp.preactivation(w, b, a) * lrp.preactivation(w, b, point) < 0;
  return across ? footOnHinge(point, { w, b }, plane) : null;
}

/** The colored field. Its output grows along w only, so one gradient, moved as a whole, paints all of it. */
function drawField({ data, id, X, Y }, brightest, colors) {
  const stops = colors.map((one, i) => make("stop", { offset: i / (colors.length - 1), "stop-color": one }));
  const gradient = make("linearGradient", { id: `${id}-output`, gradientUnits: "userSpaceOnUse", x1: 0, x2: brightest, y1: 0, y2: 0 }, ...stops);
  const tall = { y: -FAR, height: 2 * FAR };
  const flat = make("rect", { class: "silent", x: 0, y: 0, width: FAR, height: FAR });
  const levels = [1, 2, 3, 4].map((quarter) => (quarter * brightest) / 4).map((f) => make("line", { class: "contour", x1: f, x2: f, y1: -FAR, y2: FAR }));
  const outputs = make("g", {}, make("rect", { class: "output", x: 0, width: FAR, ...tall, fill: `url(#${id}-output)` }), ...levels);
  const silence = make("g", {}, make("rect", { class: "silence", x: -FAR, width: FAR, ...tall, fill: `url(#${id}-silent)` }),
    make("line", { class: "hinge", x1: 0, x2: 0, y1: -FAR, y2: FAR }));
  data.append(make("defs", {}, gradient, hatch(`${id}-silent`)), flat, outputs, silence);

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

const LAST = { class: "last", d: "M-5 -5H5V5H-5Z" }; // the last point of the domain on the walk
const HEAD = "M0 0 -11 5 -8.5 0 -11 -5Z"; // of the walk, its tip at the origin
const [CLEAR, SHORT] = [10, 26]; // px from the middle of the root's mark to the tip, and the shortest walk that has a head

/** The way from x to the point of expansion, and one leg for each input: R_i = w_i (x_i − a_i). */
function drawWalk(plane, [low, high]) {
  const { data, X, Y, ranges } = plane;
  const domain = make("path", { class: "domain" });
  const rest = make("line", { class: "full-step" });
  const square = make("path", LAST);
  const halo = make("line", { class: "walk-halo" });
  const path = make("line", { class: "walk" });
  const head = make("path", { class: "walk-head", d: HEAD });
  data.append(domain, rest);
  const legs = drawLegs(plane, data);
  data.append(halo, path, head, square);
  const root = landmark(plane, data, { name: NAMES.root, shape: diamond() });

  const edges = {
    nonnegative: () => `M${X(0)} ${Y(ranges.y[1])}V${Y(0)}H${X(ranges.x[1])}`,
    box: () => `M${X(low)} ${Y(low)}V${Y(high)}H${X(high)}V${Y(low)}Z`,
  };
  return ({ x, mode, direction, domain: inputs }, { a, R, last, notes: keys }) => {
    const walking = mode === "root";
    const edge = walking && edges[domainOf(mode, direction, inputs)]?.();
    set(domain, edge ? { d: edge, display: null } : { display: "none" });
    for (const element of [rest, square]) set(element, { display: last ? null : "none" });
    if (last) {
      set(rest, ends(plane, x, last));
      set(square, { transform: `translate(${X(last[0])} ${Y(last[1])})` });
    }
    for (const element of [halo, path, head]) set(element, { display: a ? null : "none" });
    legs(x, a, R);
    root.place(walking ? a : null);
    root.element.classList.toggle("outside", keys.some((key) => key.startsWith("outside")));
    if (!a) return;
    for (const element of [halo, path]) set(element, ends(plane, x, a));
    const [dx, dy] = [X(a[0]) - X(x[0]), Y(a[1]) - Y(x[1])];
    set(head, walking && Math.hypot(dx, dy) >= SHORT
      ? { transform: `translate(${X(a[0])} ${Y(a[1])}) rotate(${(Math.atan2(dy, dx) * 180) / Math.PI}) translate(${-CLEAR} 0)` } : { display: "none" });
  };
}

function drawLegend(brightest, colors) {
  const id = newId("legend");
  const ground = () => sampleArea("sample-ground");
  const stops = colors.map((one, i) => make("stop", { offset: i / (colors.length - 1), "stop-color": one }));
  const silent = legendEntry("silent, f = 0", make("defs", {}, hatch(`${id}-silent`)), sampleArea("silence", { fill: `url(#${id}-silent)` }));
  const output = legendEntry(`f from 0 to ${brightest}`, make("defs", {}, make("linearGradient", { id: `${id}-output` }, ...stops)),
    sampleArea("output", { fill: `url(#${id}-output)` }));
  const level = legendEntry(`f = ${[1, 2, 3, 4].map((n) => format((n * brightest) / 4)).join(", ")}`, sampleArea("sample-output"), make("line", { class: "contour", x1: 15, x2: 15, y1: 0, y2: 14 }));
  const hinge = legendEntry("hinge, z = 0", ground(), sampleLine("hinge"));
  const head = make("path", { class: "walk-head", d: HEAD, transform: "translate(29 7)" });
  const walk = legendEntry("walk from x to x̃", ground(), sampleLine("walk"), head);
  const straight = legendEntry("straight way from a to x", ground(), sampleLine("walk"));
  const legs = [["R > 0", 1], ["R < 0", -1], ["R = 0", 0]].map(([text, sign]) => legendEntry(text, ground(), sampleLine("leg", { "data-sign": sign })));
  const weights = legendEntry("weights w", ground(), sampleLine("weights"));
  const aim = legendEntry("direction −v", ground(), sampleLine("aim"));
  const domain = legendEntry("edge of x ≥ 0", ground(), sampleLine("domain"));
  const boxed = legendEntry("edge of 0 ≤ x ≤ 2", ground(), sampleLine("domain"));
  const full = legendEntry("last possible input on the way", ground(), make("path", { ...LAST, transform: "translate(15 7)" }));
  const outside = legendEntry("x̃ beyond it", ground(), make("g", { class: "on-light" }, make("g", { class: "landmark outside", transform: "translate(15 7) scale(0.65)" }, diamond())));
  const element = make("p", { class: "legend" }, silent, output, level, hinge, weights, walk, straight, ...legs, aim, domain, boxed, full, outside);
  const update = ({ walking, free, domain: inputs, last }) => {
    const shown = [[walk, walking], [straight, !walking], [aim, free], [domain, walking && inputs === "nonnegative"],
      [boxed, walking && inputs === "box"], [full, last], [outside, walking && inputs !== "plane"]];
    for (const [entry, shows] of shown) entry.hidden = !shows;
  };
  return { element, update };
}

/** What the side view shows. */
function alongTheWay({ mode }, { way, f_a, f_x, epsilon }, limit) {
  if (!way) return null;
  const { s, f, tangent, corner } = way;
  const [low, high] = [s[0], s.at(-1)];
  const curve = [[low, f[0]], ...(corner === null ? [] : [[corner, 0]]), [high, f.at(-1)]];
  const flat = corner === null ? (f[0] > 0 ? null : [low, high]) : f[0] > 0 ? [corner, high] : [low, corner];
  return { name: NAMES[mode], curve, tangent: [[low, tangent[0]], [high, tangent.at(-1)]], f_a, f_x, epsilon, flat, limit };
}

export default figure({ numbers, view });
