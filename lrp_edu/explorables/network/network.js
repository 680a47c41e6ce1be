// Bach's seven neurons: 1 to 3 are the inputs, 4 to 6 hidden, 7 the output. Edges are as thick as their messages.

import { brief, color, format, legendEntry, make, sampleLine, set, setText } from "../core/elements.js";
import { figure } from "../core/figure.js";
import { disc, handle, track } from "../core/handles.js";
import * as lrp from "../core/lrp.js";
import { setSize } from "../core/plot.js";

const LAYERS = [["1", "2", "3"], ["4", "5", "6"], ["7"]];
const LAYER_NAMES = ["inputs", "hidden", "output"];
const EDGES = [0, 1].map((l) => LAYERS[l].flatMap((i) => LAYERS[l + 1].map((k) => i + k)));
const COLUMNS = [LAYERS[0], EDGES[0], LAYERS[1], EDGES[1], LAYERS[2]]; // from the inputs up

// --- the numbers: as NetworkFigure.numbers() ---

export function numbers(state, constants) {
  const { x, W1, W2, b, rule, first } = state;
  const settings = { ...state, absorb: state.absorb === "yes", low: -constants.box, high: constants.box };
  const z = lrp.forward(x, W1, b);
  const hidden = z.map((value) => Math.max(0, value));
  const output = lrp.forward(hidden, W2, [0]);
  const above = lrp.messages(hidden, W2, output, [0], lrp.RULES[rule](settings));
  const R_hidden = above.sent.map(lrp.sum);
  const below = lrp.messages(x, W1, R_hidden, b, lrp.RULES[first === "same" ? rule : first](settings));
  const R = [below.sent.map(lrp.sum), R_hidden, output];
  const totals = R.map(lrp.sum);
  const values = {
    f_x: output[0],
    a: [x, hidden, output],
    z,
    R,
    messages: [below.sent, above.sent],
    losses: [below.losses, above.losses],
    totals,
    gaps: totals.map((total) => output[0] - total),
  };
  return { ...values, notes: notes(state, values, constants) };
}

function notes({ rule, first, W1, W2, b }, { f_x, a, z, R, messages, losses }, { box, huge }) {
  const W = [W1, W2];
  const rules = [first === "same" ? rule : first, rule];
  const where = (layer, key) => LAYERS[layer].filter((_, n) => key(n));
  const lost = [1, 0].flatMap((l) =>
    where(l + 1, (n) => losses[l].no_receiver[n]).map((k) => `${why(losses[l].no_receiver[index(k)], R[l + 1][index(k)], rules[l])}-${k}`));
  const kept = losses.flatMap((loss, l) => loss.bias.map((amount, n) => amount * R[l + 1][n]));
  if (kept.some((part) => part > 0)) lost.push("bias");
  if (kept.some((part) => part < 0)) lost.push("bias-adds");
  if (losses.some((loss) => loss.stabilizer.some(Boolean))) lost.push("stabilizer");
  const size = (l, n) => lrp.sum(messages[l].map((row) => Math.abs(row[n])));
  const carried = (l, n) => !l && !losses[l].bias[n] && b[n] > Math.abs(z[n] - b[n]);
  const strange = [1, 0].flatMap((l) =>
    where(l + 1, (n) => R[l + 1][n] && size(l, n) > huge * Math.abs(R[l + 1][n])).map((k) => `${carried(l, index(k)) ? "carried" : "huge"}-${k}`));
  strange.push(...where(1, (n) => !a[1][n] && R[1][n]).map((k) => `fed-${k}`));
  if (rule === "zbox" && Math.max(...a[1]) > box) strange.push("box");
  const remarks = W.some((weights, l) => weights.some((row, i) => row.some((w, k) => w === 0 && messages[l][i][k] !== 0))) ? ["missing"] : [];
  if (f_x <= 0) remarks.push(f_x < 0 ? "below-zero" : "nothing");
  remarks.push(...where(1, (n) => z[n] <= 0 && !R[1][n]).map((k) => `${z[index(k)] < 0 ? "silent" : "hinge"}-${k}`));
  if (!lost.length && f_x !== 0) remarks.push("conserved");
  if (R.some((layer) => layer.some((value) => value * f_x < 0))) remarks.push("negative");
  return [...lost, ...strange, ...remarks];
}

function why(loss, relevance, rule) {
  if (loss * relevance < 0) return "nothing-subtracts";
  return rule === "alphabeta" || rule === "zplus" ? "nothing-adds" : "no-receiver";
}

// --- neurons and edges by name: "5" is a neuron, "25" the edge from 2 to 5 ---

const layerOf = (k) => LAYERS.findIndex((layer) => layer.includes(k));
const index = (k) => LAYERS[layerOf(k)].indexOf(k);
const isEdge = (key) => key.length === 2;
const sub = (text) => [...text].map((digit) => String.fromCharCode(0x2080 + Number(digit))).join("");
const arrow = (i, k) => `R${sub(i)}←${sub(k)}`;

/** What the numbers say about an edge. */
function look([i, k], { W1, W2 }, { a, R, messages }) {
  const layer = layerOf(i);
  const weight = [W1, W2][layer][index(i)][index(k)];
  const relevance = R[layer + 1][index(k)];
  const message = messages[layer][index(i)][index(k)];
  return { weight, message, relevance, contribution: a[layer][index(i)] * weight };
}

const valueOf = (layers, k) => layers[layerOf(k)][index(k)];
const touches = (selected, key) => (isEdge(selected) ? selected === key : key.includes(selected));

// --- the view ---

function view({ stage, side, control, set: change, schema, constants, palette, state, redraw, steady }) {
  const select = (key) => change({ selected: key });
  const rules = ruleControls(control, constants.settings);
  const editor = drawEditor(control, schema);
  const diagram = drawDiagram(stage, { select, edit: editor.focus, change, schema, palette, state, redraw, steady, rules: rules.element });
  const account = drawAccount(select);
  side.append(editor.element, account.element);

  return (now, values) => {
    rules.update(now);
    diagram(now, values);
    editor.update(now);
    account.update(now, values);
  };
}

/** The rule of all layers, another one for the inputs, and what these two can be told. */
function ruleControls(control, settings) {
  const optional = ["epsilon", "gamma", "alpha", "absorb"].map((key) => [key, control(key)]);
  const element = make("div", { class: "rules" },
    make("div", { class: "rule-menus" }, control("rule"), control("first")), ...optional.map(([, part]) => part));
  const update = ({ rule, first }) => {
    const used = new Set([rule, first].flatMap((name) => settings[name] ?? []));
    for (const [key, part] of optional) part.hidden = !used.has(key);
  };
  return { element, update };
}

// --- the diagram ---

const R = 20; // px, radius of a neuron
const REACH = 22; // px: half of the 44 px that a finger needs
const TRACK = 28; // px, half the length of an input's track
const WIDTH = 12; // px, of a message as large as the limit
const THINNEST = 1.25; // px, of an edge without a message
const WIDEST = 20; // px, of one that outgrows the limit while the scale rests
const [LEAST, MOST] = [4, 4096]; // the limits of the scales
const DARK = 0.78; // the share of the colors of activations from which on a number is written in white

/** Where everything stands. Wide: the inputs at the left. Narrow: at the bottom. */
function arrange(width) {
  const wide = width >= 400;
  const places = {};
  const put = (layer, n, point) => (places[LAYERS[layer][n]] = point);
  if (wide) {
    const columns = [74, 74 + (width - 74 - 38) * 0.51, width - 38];
    LAYERS.forEach((layer, l) => layer.forEach((_, n) => put(l, n, [columns[l], layer.length === 1 ? 174 : 62 + 112 * n])));
    return {
      wide, places, height: 404,
      track: ([x, y]) => ({ from: [x - 50, y + TRACK], to: [x - 50, y - TRACK] }),
      names: columns.map((x) => ({ x, y: 13, "text-anchor": "middle" })),
      sums: columns.map((x) => ({ x, y: 370, "text-anchor": "middle" })),
      losses: [0, 1].map((l) => ({ x: (columns[l] + columns[l + 1]) / 2, y: 370, "text-anchor": "middle" })),
      rule: { x1: 30, x2: width, y1: 348, y2: 348 },
    };
  }
  const rows = [330, 190, 50];
  const left = 108;
  const gap = (width - left - 40) / 2;
  const half = Math.min(TRACK - 2, gap / 2 - 18); // so that the ends of one track keep clear of the next
  LAYERS.forEach((layer, l) => layer.forEach((_, n) => put(l, n, [left + gap * (layer.length === 1 ? 1 : n), rows[l]])));
  return {
    wide, places, height: 424,
    track: ([x, y]) => ({ from: [x - half, y + 64], to: [x + half, y + 64] }),
    names: rows.map((y) => ({ x: 0, y: y - 7, "text-anchor": "start" })),
    sums: rows.map((y) => ({ x: 0, y: y + 12, "text-anchor": "start" })),
    losses: [0, 1].map((l) => ({ x: 0, y: (rows[l] + rows[l + 1]) / 2 - 12, "text-anchor": "start" })),
    rule: { x1: 76, x2: 76, y1: rows[2] - 24, y2: rows[0] + 24 },
  };
}

function drawDiagram(stage, { select, edit, change, schema, palette, state, redraw, steady, rules }) {
  const layer = (name) => make("g", { class: name });
  const [lines, numbersOnLines, nodes, marks] = ["edges", "edge-numbers", "nodes", "knobs"].map(layer);
  const parts = make("g", { role: "radiogroup", "aria-label": "Neurons and edges. The arrow keys go from one to the next, Enter goes to its number" }, lines, nodes);
  const texts = (name, count) => Array.from({ length: count }, () => make("text", { class: name }));
  const [names, sums, losses] = [texts("layer-name", 3), texts("layer-sum", 3), texts("layer-loss", 2)];
  const rule = make("line", { class: "layer-rule" });
  const svg = make("svg", { class: "plot network", role: "group", "aria-label": "The network of seven neurons" });
  svg.append(rule, parts, numbersOnLines, make("g", { "aria-hidden": "true" }, ...names, ...sums, ...losses), marks);
  const legend = drawLegend(palette.activation);
  const [relevanceLimit, activationLimit] = [steady(), steady()];
  stage.append(rules, svg, legend.element);
  names.forEach((text, l) => setText(text, LAYER_NAMES[l]));

  let place = arrange(0);
  const edges = Object.fromEntries(EDGES.flat().map((key) => [key, drawEdge(key, lines, numbersOnLines)]));
  const neurons = Object.fromEntries(LAYERS.flat().map((key) => [key, drawNeuron(key, nodes, palette.activation)]));
  const items = { ...edges, ...neurons };
  const knobs = LAYERS[0].map((key, n) => drawKnob({ key, n, svg, marks, schema, state, change, place: () => place.track(place.places[key]) }));
  for (const [key, { group }] of Object.entries(items)) group.addEventListener("focus", () => state.selected !== key && select(key));

  function resize() {
    const width = Math.min(stage.clientWidth || 320, 560);
    place = arrange(width);
    setSize(svg, width, place.height);
    set(svg, { "data-wide": place.wide ? "" : null });
    set(rule, place.rule);
    [names, sums, losses].forEach((all, n) => all.forEach((text, l) => set(text, [place.names, place.sums, place.losses][n][l])));
    for (const key of Object.keys(neurons)) neurons[key].place(place.places[key]);
    for (const key of Object.keys(edges)) edges[key].place(place.places[key[0]], place.places[key[1]]);
    for (const knob of knobs) knob.resize();
    return width;
  }
  let drawn = resize();
  new ResizeObserver(() => {
    if (!stage.clientWidth || Math.min(stage.clientWidth, 560) === drawn) return;
    drawn = resize();
    redraw();
  }).observe(stage);

  const focus = (key) => items[key].group.focus({ preventScroll: true }); // which selects it
  usePointer(svg, { knobs, select, focus, places: () => place.places });
  parts.addEventListener("keydown", (event) => {
    if (event.key === "Enter") return edit();
    const next = step(state.selected, event, place.wide);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    focus(next);
  });

  return (now, values) => {
    const limit = relevanceLimit(largest(values.R, values.messages), LEAST, MOST);
    const brightest = activationLimit(Math.max(0, ...values.a.flat()), LEAST, MOST);
    const faded = (key) => !touches(now.selected, key);
    for (const [key, edge] of Object.entries(edges)) {
      edge.update(look(key, now, values), { limit, faded: faded(key), selected: key === now.selected });
    }
    for (const [key, neuron] of Object.entries(neurons)) {
      const held = { a: valueOf(values.a, key), z: layerOf(key) === 1 ? values.z[index(key)] : null, relevance: valueOf(values.R, key) };
      neuron.update(held, { limit, brightest, selected: key === now.selected });
    }
    knobs.forEach((knob, n) => knob.update(now.x[n]));
    values.totals.forEach((total, l) => setText(sums[l], `${place.wide ? "Σ R" : "Σ"} = ${brief(total)}`));
    losses.forEach((text, l) => showLoss(text, values, l, place));
    legend.update(limit, brightest);
  };
}

const largest = (...numbers) => Math.max(...numbers.flat(4).map(Math.abs));

/** How thick a message or a relevance is drawn; `limit` is as thick as the wedge of the legend at its end. */
const thickness = (amount, limit) => Math.min(WIDEST, (WIDTH * Math.abs(amount)) / limit);

/** What the arrow keys lead to: on to the next layer or edge, or to the neighbor in the same one. */
function step(selected, { key, ctrlKey, altKey, metaKey }, wide) {
  if (ctrlKey || altKey || metaKey) return null;
  const [on, back, next, last] = wide ? ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"] : ["ArrowUp", "ArrowDown", "ArrowRight", "ArrowLeft"];
  const place = COLUMNS.findIndex((column) => column.includes(selected));
  const column = COLUMNS[place];
  const at = column.indexOf(selected);
  if (key === next || key === last) return column[at + (key === next ? 1 : -1)] ?? null;
  if (key !== on && key !== back) return null;
  if (isEdge(selected)) return key === on ? selected[1] : selected[0];
  const edges = COLUMNS[place + (key === on ? 1 : -1)];
  return edges?.find((edge) => edge[key === on ? 0 : 1] === selected) ?? null;
}

/** Knobs and inputs are dragged; a click selects the neuron under it, or the edge that is nearest. */
function usePointer(svg, { knobs, select, focus, places }) {
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const distance = ([px, py], [x, y]) => Math.hypot(px - x, py - y);
  const neuronAt = (point) => Object.keys(places()).find((key) => distance(point, places()[key]) <= REACH);
  let grabbed = false;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const point = at(event);
    const near = knobs.map((knob) => ({ knob, reach: distance(point, knob.position()) })).sort((p, q) => p.reach - q.reach)[0];
    const knob = near.reach <= REACH ? near.knob : knobs[LAYERS[0].indexOf(neuronAt(point))];
    grabbed = Boolean(knob);
    knob?.grab(event, ...point);
    if (knob) select(knob.key);
  });
  svg.addEventListener("mousedown", (event) => event.preventDefault()); // the click focuses what is nearest
  svg.addEventListener("click", (event) => {
    if (grabbed) return;
    const point = at(event);
    const found = neuronAt(point) ?? nearestEdge(point, places());
    if (found) focus(found);
  });
}

function nearestEdge(point, places) {
  const near = EDGES.flat().map((key) => ({ key, reach: toSegment(point, places[key[0]], places[key[1]]) })).sort((p, q) => p.reach - q.reach)[0];
  return near.reach <= REACH ? near.key : null;
}

function toSegment([px, py], [x1, y1], [x2, y2]) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const share = Math.min(1, Math.max(0, ((px - x1) * dx + (py - y1) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(px - x1 - share * dx, py - y1 - share * dy);
}

/** An item of the diagram that can be selected. */
const item = (name, key, ...children) => make("g", { class: name, role: "radio", "data-item": key }, ...children);

function check(group, selected, label) {
  set(group, { "aria-checked": String(selected), tabindex: selected ? 0 : -1, "aria-label": label });
  group.classList.toggle("selected", selected);
}

const sign = (value) => (value > 0 ? "positive" : value < 0 ? "negative" : "zero");

function drawEdge(key, lines, texts) {
  const [hit, halo, line] = ["edge-hit", "edge-halo", "edge-line"].map((name) => make("line", { class: name }));
  const number = make("text", { class: "edge-number", "text-anchor": "middle", "aria-hidden": "true" });
  const group = item("edge", key, hit, halo, line);
  lines.append(group);
  texts.append(number);
  const place = ([x1, y1], [x2, y2]) => {
    for (const one of [hit, halo, line]) set(one, { x1, y1, x2, y2 });
    set(number, { x: x1 + 0.42 * (x2 - x1), y: y1 + 0.42 * (y2 - y1) + 4 });
  };
  const update = ({ weight, message }, { limit, faded, selected }) => {
    const width = Math.max(THINNEST, thickness(message, limit));
    const kind = weight === 0 ? (message === 0 ? "missing" : "leak") : sign(message);
    set(line, { "data-sign": kind === "leak" ? sign(message) : kind, "data-missing": weight === 0 ? "" : null, "stroke-width": width.toFixed(2) });
    set(halo, { "stroke-width": (width + 7).toFixed(2) });
    group.classList.toggle("faded", faded);
    check(group, selected, `edge ${key[0]} to ${key[1]}: weight ${format(weight)}, message ${format(message)}`);
    const shown = !faded && (kind !== "missing" || selected);
    set(number, { display: shown ? null : "none", "data-sign": sign(message) });
    setText(number, brief(message));
  };
  return { group, place, update };
}

function drawNeuron(key, nodes, colors) {
  const halo = make("circle", { class: "node-halo" });
  const body = make("circle", { class: "node-body", r: R });
  const value = make("text", { class: "node-value", y: 5, "text-anchor": "middle" });
  const name = make("text", { class: "node-name", y: -R - 9, "text-anchor": "middle" }, `${layerOf(key) ? "a" : "x"}${sub(key)}`);
  const relevance = make("text", { class: "node-relevance", y: R + 20, "text-anchor": "middle" });
  const ring = make("circle", { class: "node-ring" });
  const group = item(layerOf(key) ? "node" : "node node-input", key, halo, ring, body, value, name, relevance);
  // A finger on an input drags it and does not scroll the page. (Inside of an SVG, touch-action is not enough.)
  if (!layerOf(key)) group.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  nodes.append(group);
  const kind = ["input", "hidden neuron", "output neuron"][layerOf(key)];
  const place = ([x, y]) => set(group, { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });
  const update = ({ a, z, relevance: amount }, { limit, brightest, selected }) => {
    const width = thickness(amount, limit) / 2; // it is seen on both sides
    const silent = z !== null && z <= 0;
    const share = silent ? 0 : a / brightest;
    set(ring, { r: R + width / 2, "stroke-width": width.toFixed(2), "data-sign": sign(amount) });
    set(halo, { r: R + width + 3.5 });
    set(body, { fill: a < 0 ? null : color(colors, share), "data-kind": silent ? "silent" : a < 0 ? "below" : null });
    const text = brief(a, Math.abs(a) < 10 ? 2 : 1); // it must fit into the circle
    set(value, { "data-dark": share > DARK ? "" : null, "data-long": text.length > 4 ? "" : null });
    setText(value, text);
    set(relevance, { "data-sign": sign(amount) });
    setText(relevance, `R${sub(key)} = ${brief(amount)}`);
    check(group, selected, `${kind} ${key}: activation ${format(a)}${silent ? ", silent" : ""}, relevance ${format(amount)}`);
  };
  return { group, place, update };
}

/** The knob of an input, on a track beside it (or below it, where the picture is narrow). */
function drawKnob({ key, n, svg, marks, schema, state, change, place }) {
  const limits = [schema.x.low, schema.x.high];
  const line = make("line", { class: "track" });
  const zero = make("line", { class: "track" });
  const ends = limits.map((value) => make("text", { class: "track-end", "text-anchor": "middle", "aria-hidden": "true" }, format(value)));
  marks.append(line, zero, ...ends);
  const board = track(svg, marks, limits, place);
  const move = (value) => change({ x: state.x.map((old, i) => (i === n ? value : old)) });
  const knob = handle(board, { name: "", key: `x.${n}`, label: schema.x.names[n], shape: disc(), move });
  const resize = () => {
    const { from, to } = place();
    const [[x, y], upright] = [board.pixels(0), board.axis === "y"];
    set(line, { x1: from[0], y1: from[1], x2: to[0], y2: to[1] });
    set(zero, upright ? { x1: x - 4, x2: x + 4, y1: y, y2: y } : { x1: x, x2: x, y1: y - 4, y2: y + 4 });
    ends.forEach((text, i) => {
      const [ex, ey] = [from, to][i];
      set(text, upright ? { x: ex, y: ey + (i ? -11 : 19) } : { x: ex + (i ? 11 : -11), y: ey + 4 });
    });
  };
  const update = (value) => knob.place(value);
  return { key, resize, update, grab: knob.grab, position: () => [knob.px, knob.py] };
}

const KINDS = { bias: "bias", stabilizer: "ε", no_receiver: "no receiver" };

/** Between two sums: whether they agree, and if not, what must be added to the lower one, and why. */
function showLoss(text, { losses, totals }, layer, { wide }) {
  const lost = Object.entries(KINDS)
    .filter(([kind]) => losses[layer][kind].some(Boolean))
    .map(([kind, name]) => [lrp.sum(losses[layer][kind]), name])
    .map(([amount, name]) => `${name}${wide || name.length < 5 ? " " : "\n"}${amount < 0 ? "" : "+"}${brief(amount)}`);
  const same = totals[layer] === totals[layer + 1];
  const shown = [lost.length ? "≠" : same ? "=" : "≈", ...lost].join("\n");
  const x = text.getAttribute("x");
  text.classList.toggle("lost", lost.length > 0);
  if (text.dataset.shown === shown + x) return;
  text.dataset.shown = shown + x;
  text.replaceChildren(...shown.split("\n").map((line, n) => make("tspan", { x, dy: n ? 15 : 0 }, line)));
}

const sampleCircle = (name, attributes) => make("circle", { class: name, cx: 15, cy: 7, ...attributes });

/** Wedges, which say what a thickness and a color mean, and a name for everything else that is drawn. */
function drawLegend(colors) {
  const wedge = (kind, d) => make("path", { class: "wedge", "data-sign": kind, d });
  const [low, high] = [make("span", {}), make("span", {})];
  const shape = make("svg", { class: "wedges", width: 96, height: WIDTH, "aria-hidden": "true" });
  const half = WIDTH / 2;
  shape.append(wedge("negative", `M0 0V${WIDTH}L48 ${half}Z`), wedge("positive", `M96 0V${WIDTH}L48 ${half}Z`));
  const stops = colors.join(", ");
  const [zero, full] = [make("span", {}, "0"), make("span", {})];
  const element = make("p", { class: "legend" },
    make("span", { class: "legend-item" }, "relevance", low, shape, high),
    make("span", { class: "legend-item" }, "activation", zero, make("span", { class: "swatch swatch-activation", style: `background: linear-gradient(90deg, ${stops})` }), full),
    legendEntry("R of a neuron", sampleCircle("node-ring", { r: 4.5, "stroke-width": 3, "data-sign": "positive" })),
    legendEntry("silent", sampleCircle("node-body", { r: 6, "data-kind": "silent" })),
    legendEntry("below 0", sampleCircle("node-body", { r: 6, "data-kind": "below" })),
    legendEntry("message 0", sampleLine("edge-line", { "data-sign": "zero", "stroke-width": THINNEST })),
    legendEntry("weight 0", sampleLine("edge-line", { "data-sign": "negative", "data-missing": "", "stroke-width": 3 })));
  const update = (limit, brightest) => {
    setText(low, format(-limit));
    setText(high, format(limit));
    setText(full, format(brightest));
  };
  return { element, update };
}

// --- beside the diagram: the selected thing, its number, its messages ---

/** The number that belongs to a part: an input, a weight, a bias. The output has none. */
function source(key) {
  if (isEdge(key)) return `${layerOf(key[0]) ? "W2" : "W1"}.${index(key[0])}.${index(key[1])}`;
  return key === "7" ? null : `${layerOf(key) ? "b" : "x"}.${index(key)}`;
}

function drawEditor(control, schema) {
  const title = make("p", { class: "selected-name" });
  const box = make("div", { class: "editor" });
  const sliders = {};
  const update = ({ selected }) => {
    if (box.dataset.for === selected) return;
    box.dataset.for = selected;
    const from = source(selected);
    setText(title, schema.selected.choices[selected].replace(/^\w/, (letter) => letter.toUpperCase()));
    box.replaceChildren(from ? (sliders[from] ??= control(from)) : make("p", { class: "hint" }, "Relevance starts here, with the output itself."));
  };
  const focus = () => box.querySelector("input")?.focus();
  return { element: make("div", { class: "selected" }, title, box), update, focus };
}

function drawAccount(select) {
  const element = make("div", { class: "account" });
  const tables = {};
  let shown = null;
  const update = (now, values) => {
    const table = (tables[now.selected] ??= isEdge(now.selected) ? edgeTable(now.selected) : neuronTable(now.selected, select));
    if (shown !== table) element.replaceChildren(table.element);
    shown = table;
    table.update(now, values);
  };
  return { element, update };
}

function row(name, heading, count, key) {
  const cells = Array.from({ length: count }, () => make("td"));
  if (key) set(cells.at(-1), { "data-account": key });
  const element = make("tr", { class: name }, make("th", { scope: "row", ...(count === 1 && name ? { colspan: 3 } : {}) }, heading), ...cells);
  return { element, cells, show: (...values) => values.forEach((value, n) => setText(cells[n], format(value))) };
}

function edgeTable(key) {
  const [i, k] = key;
  const rows = [
    row("", `contribution a${sub(i)} w${sub(key)}`, 1, "contribution"),
    row("", `message ${arrow(i, k)}`, 1, "message"),
    row("", `part of R${sub(k)} = message / R${sub(k)}`, 1, "part"),
  ];
  const update = (now, values) => {
    const { contribution, message, relevance } = look(key, now, values);
    [contribution, message, relevance === 0 ? null : message / relevance].forEach((value, n) => rows[n].show(value));
  };
  return { element: make("table", { class: "messages" }, make("tbody", {}, ...rows.map((r) => r.element))), update };
}

/** What a neuron holds, received and sent, and where the rest of its relevance went. */
function neuronTable(key, select) {
  const layer = layerOf(key);
  const link = (i, k, text) => {
    const button = make("button", { type: "button", class: "to-edge", "aria-label": `${text}, select this edge` }, text);
    button.addEventListener("click", () => select(i + k));
    return button;
  };
  const head = (text) => make("tr", { class: "group" }, make("th", { scope: "colgroup" }, text), ...["w", "a w", "message"].map((name) => make("th", { scope: "col" }, name)));
  const received = (LAYERS[layer + 1] ?? []).map((k) => ({ edge: key + k, ...row("", link(key, k, `from ${k}`), 3, `${key}<${k}`) }));
  const sent = layer ? LAYERS[layer - 1].map((i) => ({ edge: i + key, ...row("", link(i, key, `to ${i}`), 3, `${i}<${key}`) })) : [];
  const [sumIn, sumOut] = [row("sum", `Σ = R${sub(key)}`, 1, "received"), row("sum", "Σ sent", 1, "sent")];
  const losses = Object.entries({ bias: "kept by the bias", stabilizer: "kept by ε", no_receiver: "no receiver" })
    .map(([kind, text]) => ({ kind, ...row("loss", text, 1, kind) }));
  const whole = row("sum", `together = R${sub(key)}`, 1, "whole");
  const body = make("tbody");
  if (received.length) body.append(head("receives"), ...received.map((r) => r.element), sumIn.element);
  if (sent.length) body.append(head("sends"), ...sent.map((r) => r.element), sumOut.element, ...losses.map((r) => r.element), whole.element);
  const state = make("p", { class: "holds" });

  const update = (now, values) => {
    const relevance = valueOf(values.R, key);
    setText(state, holds(key, now, values));
    for (const { edge, show, element } of [...received, ...sent]) {
      const { weight, contribution, message } = look(edge, now, values);
      show(weight, contribution, message);
      element.classList.toggle("absent", weight === 0 && message === 0);
    }
    sumIn.show(relevance);
    if (!sent.length) return;
    const n = index(key);
    const passed = lrp.sum(values.messages[layer - 1].map((messages) => messages[n]));
    sumOut.show(passed);
    const lost = losses.map((r) => ({ ...r, amount: values.losses[layer - 1][r.kind][n] }));
    for (const { kind, element, show, amount } of lost) {
      show(amount);
      element.hidden = !amount;
      if (kind === "bias") setText(element.firstChild, amount * relevance < 0 ? "injected by the bias" : "kept by the bias");
    }
    const some = lost.some(({ amount }) => amount);
    whole.element.hidden = !some;
    setText(sumOut.element.firstChild, some ? "Σ sent" : passed === relevance ? `Σ = R${sub(key)}` : `Σ ≈ R${sub(key)}`);
    whole.show(lrp.sum([passed, ...lost.map(({ amount }) => amount)]));
  };
  return { element: make("div", {}, state, make("table", { class: "messages" }, body)), update };
}

function holds(key, { b }, { a, z, R }) {
  const relevance = `R${sub(key)} = ${format(valueOf(R, key))}`;
  if (layerOf(key) !== 1) return `${layerOf(key) ? "f(x) = a" : "x"}${sub(key)} = ${format(valueOf(a, key))}, ${relevance}`;
  const n = index(key);
  const bias = b[n] ? `, of which the bias is ${format(b[n])}` : "";
  return `z${sub(key)} = ${format(z[n])}${bias}, a${sub(key)} = ${format(a[1][n])}, ${relevance}`;
}

export default figure({ numbers, view });
