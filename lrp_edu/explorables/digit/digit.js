// The digit that one draws: a pad that takes ink, ten logits, and the relevance of each pixel while the pen moves.

import { button, fold } from "../core/controls.js";
import { color, format, make, set, setText } from "../core/elements.js";
import { figure } from "../core/figure.js";
import * as lrp from "../core/lrp.js";
import { setSize } from "../core/plot.js";
import { KINDS, classes, drawAccount, drawLegend, drawLogits, drawRules, growing, largest, summary, together } from "../core/reading.js";
import { sharedNumbers } from "../core/shared.js";
import { readLevels } from "../core/state.js";
import * as pen from "./pen.js";

// --- the numbers: as DigitFigure.numbers() ---

let layers = null;

const network = ({ neurons }) => (layers ??= lrp.denseLayers(sharedNumbers("digits_network"), neurons));

export function numbers(state, constants) {
  const { low, high, full } = constants;
  const [first, hidden, last] = network(constants);
  const x = Float64Array.from(state.ink, (ink) => low + (ink * (high - low)) / full);
  const a1 = lrp.relu(lrp.preactivations(x, first));
  const a2 = lrp.relu(lrp.preactivations(a1, hidden));
  const logits = Array.from(lrp.preactivations(a2, last));
  const { target, against } = classes(state, logits);
  const output = lrp.oneOutput(last, target, against);
  const settings = { ...state, absorb: state.absorb === "yes", low, high };
  const parts = (key) => lrp.RULES[key](settings);
  const R3 = lrp.preactivations(a2, output);
  const upper = lrp.propagate(parts(state.upper), a2, output, R3);
  const middle = lrp.propagate(parts(state.hidden), a1, hidden, upper.relevance);
  const lowest = lrp.propagate(parts(state.first), x, first, middle.relevance);
  const R = [lowest.relevance, middle.relevance, upper.relevance, R3].map((layer) => Array.from(layer));
  const totals = R.map(lrp.sum);
  const losses = [lowest, middle, upper].map((one) => Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, lrp.sum(one.losses[kind])])));
  const f = R3[0];
  const values = { logits, read: largest(logits), target, against, f, R, totals, losses, gap: f - totals[0] };
  return { ...values, notes: notes(state, values, [a1, a2], constants) };
}

function notes(state, { target, against, f, R, losses }, a, { high }) {
  const rules = [state.hidden, state.upper];
  const some = (kind) => losses.some((lost) => lost[kind]);
  const lost = some("no_receiver") || some("bias") || some("stabilizer");
  return Object.entries({
    itself: target === against,
    "no-receiver": some("no_receiver"),
    bias: some("bias"),
    stabilizer: some("stabilizer"),
    fed: a.some((said, l) => said.some((value, j) => value === 0 && R[l + 1][j] !== 0)),
    box: a.some((said, l) => rules[l] === "zbox" && said.some((value) => value > high)),
    blank: !state.ink.some(Boolean),
    "below-zero": f < 0,
    conserved: !lost && f !== 0,
  }).filter(([, applies]) => applies).map(([key]) => key);
}

const layerNames = ({ neurons }) => ["the pixels", ...neurons.slice(1, -1).map((count) => `${count} neurons`), "the output"];

// --- the view ---

const WIDE = 628; // px, from where the figure has two columns

function view({ stage, side, control, set: change, state, schema, constants, palette, redraw }) {
  const session = drawing({ state, change, constants });
  const pad = drawPad(stage, { session, state, constants, palette, redraw });
  const tools = drawTools(stage, { session });
  const samples = drawSamples({ session, constants });
  const logits = drawLogits({ change, held: session });
  const rules = drawRules(control, constants.settings, schema, ["upper", "hidden", "first"]);
  const account = drawAccount(layerNames(constants));
  const wide = stage.parentElement.clientWidth >= WIDE; // there is room to show all
  stage.append(fold("Pen, and images to start from", wide, control("pen"), samples), rules.element);
  side.append(logits.element, control("against"), fold("Sums of the layers", wide, account.element));
  return (now, values) => {
    session.follow(now.ink);
    pad(now, values);
    tools.update();
    logits.update(now, values);
    rules.update(now);
    account.update(values);
  };
}

/** What a hand does to the drawing. The ink is the state; the points that the pen has covered, and what was before, last a session. */
function drawing({ state, change, constants: { shape, side, full } }) {
  const paper = pen.sheet(shape, side);
  const past = [];
  let line = null; // that the pen is drawing
  const put = () => change({ ink: pen.inkOf(paper) });
  /** Remember what was, if it has changed. */
  const keep = (before) => before.points.some((covered, n) => covered !== paper.points[n]) && past.push(before);
  let before = null; // what the stroke began with
  const self = { looking: false, paper, shape, side, full, get undone() { return !past.length; }, get down() { return line !== null; } };
  /** Take over ink that came from elsewhere. */
  self.follow = (ink) => line || pen.follow(paper, ink);
  self.begin = (place) => {
    self.follow(state.ink);
    before = pen.copy(paper);
    line = pen.begin(paper, state.pen);
    self.move(place);
  };
  self.move = (place) => {
    if (!line) return;
    pen.extend(paper, line, place);
    put();
  };
  self.end = () => {
    line = null;
    keep(before);
    put();
  };
  const step = (action) => () => {
    if (line) return;
    self.follow(state.ink);
    before = pen.copy(paper);
    action();
    keep(before);
    put();
  };
  self.clear = step(() => pen.follow(paper, state.ink.map(() => 0)));
  self.fit = step(() => pen.fit(paper));
  self.take = (ink) => step(() => pen.follow(paper, ink))();
  self.setCell = (cell, ink) => self.take(state.ink.map((old, n) => (n === cell ? Math.min(full, Math.max(0, ink)) : old)));
  self.undo = () => {
    if (line || !past.length) return;
    pen.restore(paper, past.pop());
    put();
  };
  return self;
}

const LARGEST = 352; // px, the side of the pad
const MARK = 0.62; // of a cell's side has the mark of full ink
const LEAST = 1 / 16; // the limit of the colors

function drawPad(stage, { session, state, constants, palette, redraw }) {
  const { shape: [rows, columns], full, low, high, side } = constants;
  const svg = make("svg", { class: "plot pad", role: "grid", "aria-label": "The drawing, cell by cell. Arrow keys go from cell to cell, space inks one or empties it, 0 to 9 give it so much ink, plus and minus a sixteenth" });
  const ring = make("rect", { class: "cell-ring", display: "none" });
  const cells = Array.from({ length: rows * columns }, (_, n) => drawCell(n, columns));
  for (let row = 0; row < rows; row++) {
    const group = make("g", { role: "row" });
    group.append(...cells.slice(row * columns, (row + 1) * columns).map((cell) => cell.group));
    svg.append(group);
  }
  svg.append(ring);
  const legend = drawLegend(palette.relevance);
  const verdict = make("p", { class: "verdict", "aria-hidden": "true" });
  const reading = make("p", { class: "reading", "aria-hidden": "true" });
  stage.append(verdict, svg, legend.element, reading);
  const limitOf = growing(session, LEAST);
  let size = 0;
  let looked = null; // the cell that is read
  let active = 0; // the cell that Tab leads to

  const resize = () => {
    const width = Math.min(stage.clientWidth || 320, LARGEST);
    size = Math.floor(width / columns);
    setSize(svg, size * columns, size * rows);
    cells.forEach((cell) => cell.place(size));
    set(ring, { width: size, height: size });
    return width;
  };
  let drawn = resize();
  new ResizeObserver(() => {
    if (!stage.clientWidth || Math.min(stage.clientWidth, LARGEST) === drawn) return;
    drawn = resize();
    redraw();
  }).observe(stage);

  const look = (cell) => {
    if (cell === looked) return;
    looked = cell;
    redraw();
  };
  const focus = (cell) => {
    active = cell;
    looked = cell;
    set(cells[cell].group, { tabindex: 0 });
    cells[cell].group.focus({ preventScroll: true });
    redraw();
  };
  usePen(svg, { session, look, columns, rows, side, pixels: () => size, left: () => look(null) });
  cells.forEach(({ group }, n) => {
    group.addEventListener("focus", () => {
      active = n;
      look(n);
      const ringed = group.matches(":focus-visible");
      set(ring, { x: (n % columns) * size, y: Math.floor(n / columns) * size, display: ringed ? null : "none" });
    });
    group.addEventListener("blur", () => set(ring, { display: "none" }));
  });
  svg.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z") return handled(event, session.undo);
    if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
    const next = neighbor(active, event.key, rows, columns);
    if (next !== null) return handled(event, () => focus(next));
    const ink = inkFor(event.key, state.ink[active], full);
    return ink === null ? undefined : handled(event, () => session.setCell(active, ink));
  });

  return (now, values) => {
    const [R] = values.R;
    const limit = limitOf(R);
    cells.forEach((cell, n) => cell.update(now.ink[n] / full, R[n], color(palette.relevance, 0.5 + R[n] / (2 * limit)), n === active, `ink ${now.ink[n]} of ${full}, relevance ${format(R[n])}`));
    legend.update(limit);
    setText(verdict, together(summary(values)));
    const value = looked === null ? null : low + (now.ink[looked] * (high - low)) / full;
    setText(reading, looked === null ? "Point at a pixel to read its relevance." : `${where(looked, columns)}: ink ${now.ink[looked]} of ${full}, x = ${format(value)}, R = ${format(R[looked])}`);
  };
}

function handled(event, action) {
  event.preventDefault();
  event.stopPropagation();
  action();
}

const where = (n, columns) => `row ${Math.floor(n / columns)}, column ${n % columns}`;

function drawCell(n, columns) {
  const heat = make("rect", { class: "heat" });
  const ink = make("rect", { class: "ink" });
  const group = make("g", { role: "gridcell", class: "cell", "data-cell": n });
  group.append(heat, ink);
  let size = 0;
  const place = (cell) => {
    size = cell;
    set(heat, { x: (n % columns) * size, y: Math.floor(n / columns) * size, width: size, height: size });
  };
  const update = (share, R, fill, active, said) => {
    const half = (MARK * size * Math.sqrt(share)) / 2; // the area grows with the ink
    const [x, y] = [(n % columns) * size + size / 2, Math.floor(n / columns) * size + size / 2];
    set(heat, { fill });
    set(ink, { x: x - half, y: y - half, width: 2 * half, height: 2 * half, display: share ? null : "none" });
    set(group, { tabindex: active ? 0 : -1, "aria-label": `${where(n, columns)}: ${said}` });
  };
  return { group, place, update };
}

/** Where a key leads from a cell, or null. */
function neighbor(n, key, rows, columns) {
  const [row, column] = [Math.floor(n / columns), n % columns];
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -columns], End: [0, columns], PageUp: [-rows, 0], PageDown: [rows, 0] };
  if (!Object.hasOwn(step, key)) return null;
  const within = (value, size) => Math.min(size - 1, Math.max(0, value));
  return within(row + step[key][0], rows) * columns + within(column + step[key][1], columns);
}

/** The ink that a key gives, or null. */
function inkFor(key, ink, full) {
  if (key === " " || key === "Enter") return ink ? 0 : full;
  if (key === "Delete" || key === "Backspace") return 0;
  if (key === "+" || key === "-") return ink + (key === "+" ? 1 : -1);
  return /^[0-9]$/.test(key) ? Math.round((Number(key) * full) / 9) : null;
}

/** A pointer draws while it is down, and reads while it is not. */
function usePen(svg, { session, look, columns, rows, side, pixels, left }) {
  let pointer = null;
  const box = () => svg.getBoundingClientRect();
  const places = (event, { left: x0, top: y0 }) => {
    const all = event.getCoalescedEvents?.() ?? [];
    return (all.length ? all : [event]).map(({ clientX, clientY }) => [((clientX - x0) / pixels()) * side, ((clientY - y0) / pixels()) * side]);
  };
  const cellAt = ([x, y]) => {
    const [row, column] = [Math.floor(y / side), Math.floor(x / side)];
    return row >= 0 && row < rows && column >= 0 && column < columns ? row * columns + column : null;
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null) return;
    if (session.looking) {
      look(cellAt(places(event, box()).at(-1)));
      return;
    }
    pointer = event.pointerId;
    svg.setPointerCapture(pointer);
    session.begin(places(event, box()).at(-1));
  });
  svg.addEventListener("pointermove", (event) => {
    const passed = places(event, box());
    if (event.pointerId === pointer) for (const place of passed) session.move(place);
    if (pointer === null || event.pointerId === pointer) look(cellAt(passed.at(-1)));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    svg.addEventListener(end, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      session.end();
    });
  }
  svg.addEventListener("pointerleave", (event) => pointer === null && event.pointerType === "mouse" && left());
  svg.addEventListener("mousedown", (event) => event.preventDefault()); // no selection of text, no focus
  svg.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false }); // a finger draws, and does not scroll
}

function drawTools(stage, { session }) {
  const undo = button("Undo", session.undo, { class: "undo" });
  const look = button("Look only", () => {
    session.looking = !session.looking; // a finger then reads, and does not draw
    set(look, { "aria-pressed": String(session.looking) });
  }, { class: "look", "aria-pressed": "false" });
  const tools = [undo, button("Clear", session.clear, { class: "clear" }), button("Fit", session.fit, { class: "fit", "aria-label": "Fit in frame" }), look];
  stage.append(make("div", { class: "tools" }, ...tools));
  return { update: () => (undo.disabled = session.undone) };
}

const SPECIMEN = 32; // px

/** Held-out images to start from: one of each digit, and those that the network misreads. */
function drawSamples({ session, constants: { samples, shape: [, columns], full } }) {
  const cell = SPECIMEN / columns;
  const square = (ink, n) => {
    const side = cell * Math.sqrt(ink / full);
    const [x, y] = [(n % columns) * cell + (cell - side) / 2, Math.floor(n / columns) * cell + (cell - side) / 2];
    return ink ? `M${x.toFixed(2)} ${y.toFixed(2)}h${side.toFixed(2)}v${side.toFixed(2)}h${(-side).toFixed(2)}Z` : "";
  };
  const buttons = samples.map(({ ink: text, label, read }) => {
    const ink = readLevels(text);
    const picture = make("svg", { width: SPECIMEN, height: SPECIMEN, viewBox: `0 0 ${SPECIMEN} ${SPECIMEN}`, "aria-hidden": "true" });
    picture.append(make("path", { class: "specimen-ink", d: ink.map(square).join("") }));
    const said = label === read ? `a ${label}` : `a ${label}, read as ${read}`;
    const element = make("button", { type: "button", class: "specimen", title: `image: ${said}`, "data-hard": label === read ? null : "" }, picture);
    element.addEventListener("click", () => session.take(ink));
    return element;
  });
  return make("div", { class: "specimens", role: "group", "aria-label": "Images that the network was not trained on; the last ones it misreads" }, ...buttons);
}

export default figure({ numbers, view });
