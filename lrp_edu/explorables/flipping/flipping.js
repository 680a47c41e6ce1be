// Pixels that are replaced one after the other: the image, and the curve of its logit by the order of each map.

import { format, legendEntry, make, sampleLine, set, setText, brief } from "../core/elements.js";
import { figure } from "../core/figure.js";
import { along, disc, handle } from "../core/handles.js";
import * as lrp from "../core/lrp.js";
import { plot, setSize, ticks } from "../core/plot.js";
import { sharedNumbers } from "../core/shared.js";
import { readLevels } from "../core/state.js";

// --- the numbers: as FlippingFigure.numbers() ---

let layers = null;
const kept = new Map(); // curves by what they depend on

const network = ({ neurons }) => (layers ??= lrp.denseLayers(sharedNumbers("digits_network"), neurons));

/** The ten logits of an image. */
function logitsOf(x, constants) {
  const [first, hidden, last] = network(constants);
  return lrp.preactivations(lrp.relu(lrp.preactivations(lrp.relu(lrp.preactivations(x, first)), hidden)), last);
}

const imageOf = (k, { images, low, high, full }) => Float64Array.from(readLevels(images[k]), (ink) => low + (ink * (high - low)) / full);

/** What takes the place of the pixels. */
function replacementOf({ replacement, digit }, constants) {
  if (replacement === "blank") return constants.mean.map(() => constants.low);
  return replacement === "mean" ? constants.mean : imageOf((Number(digit) + 1) % constants.images.length, constants);
}

const orderOf = (key, { digit, first }, { orders, places }) =>
  [...orders[Number(digit)][key][first === "least" ? 1 : 0]].map((letter) => places.indexOf(letter));

/** The image with the first `count` pixels replaced. */
function replaced(x, r, order, count) {
  const image = x.slice();
  for (const i of order.slice(0, count)) image[i] = r[i];
  return image;
}

/** The logit after 0, 1, … pixels, for the order of each map. */
function curvesOf(state, constants) {
  const name = `${state.digit} ${state.first} ${state.replacement}`;
  if (!kept.has(name)) {
    const [x, r, k] = [imageOf(Number(state.digit), constants), replacementOf(state, constants), Number(state.digit)];
    const curve = (key) => {
      const order = orderOf(key, state, constants);
      return [0, ...order.map((_, m) => m + 1)].map((count) => logitsOf(replaced(x, r, order, count), constants)[k]);
    };
    kept.set(name, Object.fromEntries(Object.keys(constants.names).map((key) => [key, curve(key)])));
  }
  return kept.get(name);
}

const areaOver = (curve) => lrp.sum(curve.map((f) => curve[0] - f)) / curve.length;

export function numbers(state, constants) {
  const target = Number(state.digit);
  const curves = curvesOf(state, constants);
  const image = replaced(imageOf(target, constants), replacementOf(state, constants), orderOf(state.order, state, constants), state.count);
  const logits = logitsOf(image, constants);
  const read = logits.reduce((best, z, k) => (z > logits[best] ? k : best), 0);
  const curve = curves[state.order];
  const f = curve[state.count];
  const areas = Object.fromEntries(Object.entries(curves).map(([key, one]) => [key, areaOver(one)]));
  const values = { target, read, f, drop: curve[0] - f, area: areas[state.order], image: Array.from(image), curves, areas };
  return { ...values, notes: notes(state, values) };
}

function notes({ order, first, count }, { f, read, target, curves }) {
  if (count === 0) return ["none"];
  if (count === curves.random.length - 1) return ["gone"];
  const noise = curves.random[count];
  const beaten = order !== "random" && (first === "most" ? noise < f : noise > f);
  return [...(beaten ? ["beaten"] : []), read === target ? "still" : "changed"];
}

// --- the view ---

const PICTURE = 176; // px, the side of the image

function view({ stage, side, control, set: change, schema, constants, redraw }) {
  const picture = drawImage(constants);
  const names = drawLegend(constants.names);
  const last = schema.count.high;
  const verdict = make("p", { class: "verdict", "aria-hidden": "true" });
  stage.append(make("div", { class: "above" }, picture.element, verdict));
  const board = plot(stage, {
    x: [0, last], y: constants.range, xTicks: ticks([0, last], 16), yTicks: ticks(constants.range, 4),
    xLabel: "pixels replaced", yLabel: "logit", aspect: 0.62,
    label: "The logit of the class against the number of pixels replaced, a curve for the order of each map", onResize: redraw,
  });
  const lines = Object.keys(constants.names).map((key) => [key, make("path", { class: `flip-line by-${key}`, "data-order": key })]);
  board.data.append(...lines.map(([, line]) => line));
  stage.append(names.element);
  side.append(control("count"), control("order"), control("digit"), control("replacement"), control("first"));

  let curve = null;
  const onCurve = along(board, "x", (m) => curve[Math.round(Math.min(Math.max(m, 0), last))]);
  const place = handle(onCurve, {
    name: "", key: "count", label: schema.count.label, shape: disc(), step: 1, snap: Math.round,
    move: (m) => change({ count: Math.round(m) }),
  });

  return (now, values) => {
    const { X, Y } = board;
    curve = values.curves[now.order];
    for (const [key, line] of lines) {
      const points = values.curves[key].slice(0, now.count + 1).map((f, m) => `${X(m).toFixed(2)} ${Y(f).toFixed(2)}`);
      set(line, { d: `M${points.join("L")}`, "data-chosen": key === now.order ? "" : null });
    }
    place.place(now.count);
    picture.update(now, values);
    names.update(now, values);
    setText(verdict, `${now.count} of ${last} replaced: read as ${values.read}`);
  };
}

/** The image as it stands: each pixel in its gray, with a mark where it was replaced. */
function drawImage(constants) {
  const { shape: [rows, columns], low, high } = constants;
  const size = PICTURE / columns;
  const element = make("svg", { class: "flipped", role: "img" });
  setSize(element, PICTURE, PICTURE);
  const cells = Array.from({ length: rows * columns }, (_, n) => {
    const [x, y] = [(n % columns) * size, Math.floor(n / columns) * size];
    const pixel = make("rect", { class: "pixel", "data-pixel": n, x, y, width: size, height: size });
    const mark = make("circle", { class: "replaced", "data-pixel": n, cx: x + size / 2, cy: y + size / 2, r: size / 6 });
    element.append(pixel, mark);
    return { pixel, mark };
  });
  const update = (now, { image, read }) => {
    const gone = new Set(orderOf(now.order, now, constants).slice(0, now.count));
    cells.forEach(({ pixel, mark }, n) => {
      const gray = Math.round(255 * (1 - (image[n] - low) / (high - low)));
      set(pixel, { fill: `rgb(${gray} ${gray} ${gray})` });
      set(mark, { display: gone.has(n) ? null : "none" });
    });
    set(element, { "aria-label": `The image with ${now.count} of ${cells.length} pixels replaced, read as ${read}` });
  };
  return { element, update };
}

/** Each order with a sample of its line, and where its curve stands. */
function drawLegend(names) {
  const entries = Object.entries(names).map(([key, name]) => {
    const value = make("span", { class: "legend-value" });
    const entry = legendEntry(`${name}: `, sampleLine(`flip-line by-${key}`));
    entry.append(value);
    set(entry, { "data-order": key });
    return { key, value, entry };
  });
  const element = make("p", { class: "legend" }, ...entries.map(({ entry }) => entry));
  const update = (now, { curves }) => entries.forEach(({ key, value, entry }) => {
    setText(value, brief(curves[key][now.count]));
    set(entry, { "data-chosen": key === now.order ? "" : null, title: `after ${now.count} pixels: ${format(curves[key][now.count])}` });
  });
  return { element, update };
}

export default figure({ numbers, view });
