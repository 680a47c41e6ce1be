// A function of two inputs, and what four methods hand to each of them: bars side by side, on one scale.

import { format, legendEntry, make, newId, sampleArea, sampleLine, set, setText } from "../core/elements.js";
import { drawField, hatch, levelsOf } from "../core/field.js";
import { figure } from "../core/figure.js";
import { functions } from "../core/functions.js";
import { diamond, disc, handle } from "../core/handles.js";
import * as lrp from "../core/lrp.js";
import { plot, ticks } from "../core/plot.js";
import { straightWay } from "../core/way.js";

// --- the numbers: as SharesFigure.numbers() ---

export function numbers({ function: key, x, a }, { tiny }) {
  const { f, gradient, average, edge } = functions(tiny)[key];
  const split = (R, from) => ({ R, from, epsilon: f(x) - from - lrp.sum(R) });
  return {
    f_x: f(x),
    f_a: f(a),
    gradient: split(gradient(x).map((slope, i) => x[i] * slope), f([0, 0])),
    occlusion: split(lrp.occlusion(f, x, a), f(a)),
    integrated: split(average(a, x).map((slope, i) => (x[i] - a[i]) * slope), f(a)),
    shapley: split(lrp.shapley(f, x, a), f(a)),
    notes: [note(key, x, a, edge)],
  };
}

function note(key, x, a, edge) {
  if (x.every((value, i) => value === a[i])) return "nothing";
  if (key === "neuron" && edge(x) <= 0) return "silent";
  if (key === "sum") return "linear";
  if (x.some((value, i) => value === a[i])) return "edge";
  if (key === "product") return "product";
  const values = [a[0], x[0]].flatMap((x1) => [a[1], x[1]].map((x2) => edge([x1, x2])));
  const above = values.every((value) => value >= 0);
  if (key === "maximum") return above || values.every((value) => value <= 0) ? "leader" : "change";
  return above ? "active" : "hinge";
}

// --- the picture ---

function view({ stage, side, control, set: change, schema, constants, palette, redraw, steady }) {
  const { range } = constants;
  stage.append(control("function"));
  const plane = plot(stage, {
    x: range, y: range, xTicks: ticks(range), yTicks: ticks(range), xLabel: "x₁", yLabel: "x₂", ground: "light",
    label: "The plane of the two inputs, colored by f", onResize: redraw,
  });
  const field = drawField(plane, palette.activation);
  const known = functions(constants.tiny);
  const way = drawWay(plane);
  const legend = drawLegend(constants, palette.activation);
  stage.append(legend.element);
  const move = (key) => (point) => change({ [key]: point });
  const x = handle(plane, { name: "x", label: schema.x.label, shape: disc(), at: "ne", move: move("x") });
  const a = handle(plane, { name: "a", label: schema.a.label, shape: diamond(), at: "sw", move: move("a") });
  const bars = drawBars(constants.methods);
  side.append(bars.element, make("div", { class: "points" }, control("x"), control("a")));
  const limitOf = steady();

  return (now, values) => {
    const sizes = Object.keys(constants.methods).flatMap((method) => [...values[method].R, values[method].epsilon]);
    field(now.function, { ...known[now.function], brightest: constants.brightest[now.function], silent: now.function === "neuron" });
    way(now);
    legend.update(now.function);
    x.place(now.x);
    a.place(now.a);
    bars.update(values, limitOf(Math.max(...sizes.map(Math.abs))));
  };
}

/** The straight way from a to x, and the rectangle between them with the two points where only one input is that of x. */
function drawWay(plane) {
  const { marks, X, Y } = plane;
  const rectangle = make("path", { class: "rectangle" });
  marks.append(rectangle);
  const way = straightWay(plane, marks);
  const mixed = [0, 1].map(() => make("circle", { class: "mixed", r: 4 }));
  marks.append(...mixed);
  return ({ x, a }) => {
    set(rectangle, { d: `M${X(a[0])} ${Y(a[1])}H${X(x[0])}V${Y(x[1])}H${X(a[0])}Z` });
    way(a, x);
    set(mixed[0], { cx: X(x[0]), cy: Y(a[1]) });
    set(mixed[1], { cx: X(a[0]), cy: Y(x[1]) });
  };
}

function drawLegend({ brightest }, colors) {
  const id = newId("legend");
  const stops = colors.map((one, i) => make("stop", { offset: i / (colors.length - 1), "stop-color": one }));
  const output = legendEntry("", make("defs", {}, make("linearGradient", { id: `${id}-output` }, ...stops)), sampleArea("output", { fill: `url(#${id}-output)` }));
  const level = legendEntry("", sampleArea("sample-output"), make("line", { class: "contour", x1: 15, x2: 15, y1: 0, y2: 14 }));
  const silent = legendEntry("silent, f = 0", make("defs", {}, hatch(`${id}-silent`)), sampleArea("silence", { fill: `url(#${id}-silent)` }));
  const corner = legendEntry("", sampleArea("sample-ground"), sampleLine("hinge"));
  const way = legendEntry("straight way from a to x", sampleArea("sample-ground"), sampleLine("way"));
  const mixed = legendEntry("one input from x, one from a", sampleArea("sample-ground"), make("circle", { class: "mixed", r: 4, cx: 15, cy: 7 }));
  const element = make("p", { class: "legend" }, output, level, silent, corner, way, mixed);
  const say = (entry, text) => setText(entry.querySelector(".legend-text"), text);
  const update = (key) => {
    const top = brightest[key];
    say(output, `f from 0 to ${top}`);
    say(level, `f = ${levelsOf(top).map(format).join(", ")}`);
    say(corner, key === "maximum" ? "corner, x₁ = x₂" : "hinge, 2x₁ + x₂ = 1");
    silent.hidden = key !== "neuron";
    corner.hidden = key !== "neuron" && key !== "maximum";
  };
  return { element, update };
}

/** For each method three bars from zero, on a scale from −limit to limit: the shares of both inputs, and what is left. */
function drawBars(methods) {
  const NAMES = ["R₁", "R₂", "ε"];
  const blocks = Object.entries(methods).map(([key, name]) => {
    const rows = NAMES.map((text) => ({
      bar: make("div", { class: "bar" }), value: make("span", { class: "bar-value" }), name: make("span", { class: "bar-name" }, text),
    }));
    const parts = rows.flatMap((row) => [row.name, make("div", { class: "bar-area" }, make("div", { class: "bar-zero" }), row.bar), row.value]);
    return { key, name, rows, element: make("div", { class: "method", "data-method": key, role: "img" }, make("span", { class: "method-name" }, name), ...parts) };
  });
  const scale = [-1, 0, 1].map((share) => ({ share, text: make("span", { class: "bar-tick", style: `left: ${50 + 50 * share}%; transform: translateX(-${50 + 50 * share}%)` }) }));
  const axis = make("div", { class: "method", "aria-hidden": "true" }, make("span"), make("div", { class: "bar-scale" }, ...scale.map((tick) => tick.text)), make("span"));
  const element = make("div", { class: "methods" }, ...blocks.map((block) => block.element), axis);

  const update = (values, limit) => {
    for (const { key, name, rows, element: block } of blocks) {
      const terms = [...values[key].R, values[key].epsilon];
      rows.forEach(({ bar, value }, i) => {
        const size = Math.min(Math.abs(terms[i]) / limit, 1);
        bar.style.left = `${50 - (terms[i] < 0 ? 50 * size : 0)}%`;
        bar.style.width = `${50 * size}%`;
        bar.dataset.kind = i === 2 ? "remainder" : terms[i] < 0 ? "negative" : "positive";
        bar.toggleAttribute("data-cut", Math.abs(terms[i]) > limit); // while the scale rests
        setText(value, format(terms[i]));
      });
      set(block, { "aria-label": `${name}: ${terms.map((term, i) => `${NAMES[i]} ${format(term)}`).join(", ")}` });
    }
    for (const { share, text } of scale) setText(text, format(share * limit));
  };
  return { element, update };
}

export default figure({ numbers, view });
