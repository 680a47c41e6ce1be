// Two digits on one canvas, to be dragged: the logits of a convolutional network, and where the relevance of a class lies.

import { fold } from "../core/controls.js";
import { color, format, make, set, setText } from "../core/elements.js";
import { figure } from "../core/figure.js";
import { handle } from "../core/handles.js";
import * as lrp from "../core/lrp.js";
import { setSize } from "../core/plot.js";
import { KINDS, classes, drawAccount, drawLegend, drawLogits, drawRules, growing, largest, together } from "../core/reading.js";
import { sharedNumbers } from "../core/shared.js";
import { readLevels } from "../core/state.js";

// --- the numbers: as CanvasFigure.numbers() ---

let layers = null;

/** The convolutions with the size of the blocks that are pooled above each, and the dense layer. */
function network({ shape, convolutions, classes: count }) {
  if (layers) return layers;
  const numbers = sharedNumbers("canvas_network");
  let at = 0;
  const next = (many) => numbers.subarray(at, (at += many));
  let maps = shape;
  const lower = convolutions.map(({ outputs, size, padding, pooled }) => {
    const layer = lrp.convolution(next(outputs * maps[0] * size * size), next(outputs), maps, size, padding);
    const [channels, rows, columns] = layer.shape;
    maps = [channels, rows / pooled, columns / pooled];
    return { layer, pooled };
  });
  const inputs = maps.reduce((product, size) => product * size);
  return (layers = { lower, last: lrp.dense(next(inputs * count), next(count)) });
}

export function numbers(state, constants) {
  const { lower, last } = network(constants);
  const seen = [];
  let a = canvasOf(state, constants);
  for (const { layer, pooled } of lower) {
    const outputs = lrp.relu(lrp.preactivations(a, layer));
    const pool = lrp.maxPool(outputs, layer.shape, pooled);
    seen.push({ a, layer, pool });
    a = pool.values;
  }
  const logits = Array.from(lrp.preactivations(a, last));
  const { target, against } = classes(state, logits);
  const output = lrp.oneOutput(last, target, against);
  const settings = { ...state, absorb: state.absorb === "yes", low: constants.low, high: constants.high };
  const parts = (key) => lrp.RULES[key](settings);
  const f = lrp.preactivations(a, output)[0];
  const passes = [lrp.propagate(parts(state.upper), a, output, Float64Array.of(f))];
  seen.toReversed().forEach((its, n) => {
    const rule = n === seen.length - 1 ? state.first : state.hidden;
    passes.unshift(lrp.propagate(parts(rule), its.a, its.layer, its.pool.down(passes[0].relevance)));
  });
  const R = Array.from(passes[0].relevance);
  const totals = [...passes.map((pass) => lrp.sum(pass.relevance)), f];
  const losses = passes.map((one) => Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, lrp.sum(one.losses[kind])])));
  const read = [largest(logits), largest(logits, largest(logits))];
  const values = { logits, read, target, against, f, R, ...shares(state, constants, target, R), totals, losses, gap: f - totals[0] };
  return { ...values, notes: notes(state, values, constants) };
}

const corners = (state) => [[state.row, state.column], [state.other_row, state.other_column]];
const shown = (state) => [state.one, state.other];
const images = ({ images: texts, low, high, full }) => texts.map((text) => readLevels(text).map((ink) => low + (ink * (high - low)) / full));
const within = ([row, column], r, c, side) => r >= row && r < row + side && c >= column && c < column + side;

/** The pixels of the canvas, row by row; where two digits overlap, the darker one. */
function canvasOf(state, constants) {
  const { shape: [, rows, columns], side, low } = constants;
  const canvas = new Float64Array(rows * columns).fill(low);
  const known = images(constants);
  shown(state).forEach((digit, k) => {
    if (digit === "none") return;
    const [row, column] = corners(state)[k];
    known[digit].forEach((value, n) => {
      const place = (row + Math.floor(n / side)) * columns + column + (n % side);
      canvas[place] = Math.max(canvas[place], value);
    });
  });
  return canvas;
}

/** Which share of the positive relevance lies inside the squares of the class, and which inside the other digit's. */
function shares(state, { shape: [, , columns], side }, target, R) {
  const positive = R.map((value) => Math.max(value, 0));
  const total = lrp.sum(positive);
  const share = (digit) => {
    const squares = corners(state).filter((_, k) => shown(state)[k] === String(digit));
    const lies = (n) => squares.some((corner) => within(corner, Math.floor(n / columns), n % columns, side));
    return squares.length && total ? lrp.sum(positive.filter((_, n) => lies(n))) / total : null;
  };
  const others = shown(state).filter((digit) => digit !== "none" && digit !== String(target)).sort();
  return { inside: share(target), outside: others.length ? share(others[0]) : null };
}

function notes(state, { target, against, f, losses }, { side }) {
  const some = (kind) => losses.some((lost) => lost[kind]);
  const lost = some("no_receiver") || some("bias") || some("stabilizer");
  const [one, other] = corners(state);
  const apart = state.other === "none" || Math.max(...one.map((place, i) => Math.abs(place - other[i]))) >= side;
  return Object.entries({
    itself: target === against,
    overlap: !apart,
    same: state.one === state.other,
    "no-receiver": some("no_receiver"),
    bias: some("bias"),
    stabilizer: some("stabilizer"),
    absent: !shown(state).includes(String(target)),
    "below-zero": f < 0,
    conserved: !lost && f !== 0,
  }).filter(([, applies]) => applies).map(([key]) => key);
}

// --- the view ---

const LARGEST = 460; // px, the width of the canvas
const MARK = 0.62; // of a pixel's side has the mark of full ink
const LEAST = 1 / 64; // the limit of the colors
const NAMES = ["the pixels", "12 maps", "24 maps", "64 numbers", "the output"];

function view({ stage, side, control, set: change, state, schema, constants, palette, redraw }) {
  const held = { down: false }; // while it is, the scales grow only
  const board = drawCanvas(stage, { change, state, constants, palette, redraw, held });
  const logits = drawLogits({ change, held });
  const rules = drawRules(control, constants.settings, schema, ["upper", "hidden", "first"]);
  const account = drawAccount(NAMES);
  const wide = stage.parentElement.clientWidth >= 628; // there is room to show all
  const places = ["one", "row", "column", "other", "other_row", "other_column"].map((key) => control(key));
  stage.append(make("div", { class: "digits" }, ...places), rules.element);
  side.append(logits.element, control("against"), fold("Sums of the layers", wide, account.element));
  return (now, values) => {
    board(now, values);
    logits.update(now, { ...values, read: values.read[0] });
    rules.update(now);
    account.update(values);
  };
}

function drawCanvas(stage, { change, state, constants, palette, redraw, held }) {
  const { shape: [, rows, columns], side, full, low, high } = constants;
  const svg = make("svg", { class: "plot canvas on-light", role: "group", "aria-label": "The canvas, and two digits to be moved" });
  const [heats, inks, marks] = [make("g"), make("g"), make("g")];
  const heat = Array.from({ length: rows * columns }, () => make("rect", { class: "heat" }));
  const ink = heat.map(() => make("rect", { class: "ink" }));
  heats.append(...heat);
  inks.append(...ink);
  svg.append(heats, inks, marks);
  const verdict = make("p", { class: "verdict", "aria-hidden": "true" });
  const legend = drawLegend(palette.relevance);
  const reading = make("p", { class: "reading", "aria-hidden": "true" });
  stage.append(verdict, svg, legend.element, reading);
  let size = 0;
  let looked = null;
  const limitOf = growing(held, LEAST);

  // A digit's place is [column, rows above the lowest place]: up is up.
  const lowest = rows - side;
  const board = {
    svg, marks, handles: [],
    limits: () => [[0, columns - side], [0, lowest]],
    pixels: ([column, up]) => [(column + side / 2) * size, (lowest - up + side / 2) * size],
    value: (px, py) => [px / size - side / 2, lowest - py / size + side / 2],
  };
  const places = () => [[columns - side, 0], [lowest, 0]].map(([high]) => [0, high]);
  const frames = [["row", "column"], ["other_row", "other_column"]].map(([row, column], k) => {
    const shape = make("rect", { class: "frame" });
    const one = handle(board, {
      name: "", key: k ? "other" : "one", label: "a digit", shape, step: 1,
      snap: (value) => value.map(Math.round), range: places,
      move: ([across, up]) => change({ [column]: Math.round(across), [row]: lowest - Math.round(up) }),
    });
    return { one, shape, place: () => one.place(k && state.other === "none" ? null : [state[column], lowest - state[row]], [state[column], state[row]]) };
  });
  const inFrame = ({ one }, px, py) => one.visible && Math.max(Math.abs(px - one.px), Math.abs(py - one.py)) <= (side / 2) * size;
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const [px, py] = at(event);
    const far = ({ one }) => Math.hypot(one.px - px, one.py - py);
    const [nearest] = frames.filter((frame) => inFrame(frame, px, py)).sort((a, b) => far(a) - far(b));
    held.down = Boolean(nearest);
    nearest?.one.grab(event, px, py);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    svg.addEventListener(end, () => {
      held.down = false;
      redraw();
    });
  }
  svg.addEventListener("pointermove", (event) => look(at(event)));
  svg.addEventListener("pointerleave", () => look(null));
  function look(point) {
    const [c, r] = point?.map((p) => Math.floor(p / size)) ?? [-1, -1];
    const next = r >= 0 && r < rows && c >= 0 && c < columns ? r * columns + c : null;
    if (next === looked) return;
    looked = next;
    redraw();
  }

  const resize = () => {
    const width = Math.min(stage.clientWidth || 320, LARGEST);
    size = Math.floor(width / columns);
    setSize(svg, size * columns, size * rows);
    heat.forEach((rect, n) => set(rect, { x: (n % columns) * size, y: Math.floor(n / columns) * size, width: size, height: size }));
    frames.forEach(({ shape }) => set(shape, { x: (-side / 2) * size, y: (-side / 2) * size, width: side * size, height: side * size }));
    return width;
  };
  let drawn = resize();
  new ResizeObserver(() => {
    if (!stage.clientWidth || Math.min(stage.clientWidth, LARGEST) === drawn) return;
    drawn = resize();
    redraw();
  }).observe(stage);

  return (now, values) => {
    const { R, target } = values;
    const limit = limitOf(R);
    const canvas = canvasOf(now, constants);
    heat.forEach((rect, n) => set(rect, { fill: color(palette.relevance, 0.5 + R[n] / (2 * limit)) }));
    ink.forEach((rect, n) => {
      const share = (canvas[n] - low) / (high - low);
      const half = (MARK * size * Math.sqrt(share)) / 2; // the area grows with the ink
      const [x, y] = [((n % columns) + 0.5) * size, (Math.floor(n / columns) + 0.5) * size];
      set(rect, share ? { x: x - half, y: y - half, width: 2 * half, height: 2 * half, display: null } : { display: "none" });
    });
    frames.forEach((frame, k) => {
      frame.place();
      set(frame.one.element, { "aria-label": `a ${shown(now)[k]}: column and row of its upper left pixel` });
      set(frame.shape, { "data-asked": shown(now)[k] === String(target) ? "" : null });
    });
    legend.update(limit);
    setText(verdict, together(summary(values)));
    const where = looked === null ? null : `row ${Math.floor(looked / columns)}, column ${looked % columns}`;
    setText(reading, looked === null ? "Drag a digit. Point at a pixel to read its relevance." : `${where}: x = ${format(canvas[looked])}, R = ${format(R[looked])}`);
  };
}

/** What one wants to see while one drags, in a line. */
function summary({ target, against, f, inside, outside, notes }) {
  const what = against === null ? `The logit of ${target}` : `The logit of ${target} minus that of ${against}`;
  const nowhere = notes.includes("absent") ? "No square of its own" : "No positive relevance";
  const beside = outside === null ? "" : `, ${Math.round(100 * outside)} % in the other`;
  return `${what}: ${format(f)}. ${inside === null ? nowhere : `Red: ${Math.round(100 * inside)} % in its frame${beside}`}`;
}

export default figure({ numbers, view });
