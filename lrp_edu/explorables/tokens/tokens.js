// A small transformer that answers a question about letters: the relevance of each token, and what its heads attend to.

import * as layers from "../core/attention.js";
import { fold } from "../core/controls.js";
import { brief, color, format, make, set, setText } from "../core/elements.js";
import { figure } from "../core/figure.js";
import * as lrp from "../core/lrp.js";
import { setSize } from "../core/plot.js";
import { KINDS, drawAccount, drawLogits, growing, largest, together } from "../core/reading.js";
import { sharedNumbers } from "../core/shared.js";

// --- the numbers: as TokensFigure.numbers() ---

let network = null;

/** The rows of letters and places, and the layers above, of which all but the last token's share relevance. */
function transformer({ alphabet, length, blocks, heads, features, hidden, eps }) {
  if (network) return network;
  const all = sharedNumbers("tokens_network");
  let at = 0;
  const next = (many) => all.subarray(at, (at += many));
  const rows = (many) => Array.from({ length: many }, () => next(features));
  const [letters, places] = [rows(alphabet.length), rows(length)];
  const square = () => next(features * features);
  const stack = [];
  for (let k = 0; k < blocks; k++) {
    const read = layers.norm(next(features), eps);
    const [query, key, value, output] = [square(), square(), square(), square()];
    stack.push(layers.residual(read, layers.attention({ query, key, value, output }, features, heads)));
    const [again, up, down] = [layers.norm(next(features), eps), next(features * hidden), next(hidden * features)];
    stack.push(layers.residual(again, layers.dense(up, hidden), layers.relu, layers.dense(down, features)));
  }
  stack.push(layers.last, layers.norm(next(features), eps), layers.dense(next(features * alphabet.length), alphabet.length));
  return (network = { letters, places, stack });
}

export function numbers(state, constants) {
  const { letters, places, stack } = transformer(constants);
  const { alphabet, length, passing } = constants;
  const seen = [];
  let X = state.letters.map((letter, i) => letters[letter].map((value, j) => value + places[i][j]));
  for (const layer of stack) {
    seen.push(layer(X));
    X = seen.at(-1).Y;
  }
  const logits = Array.from(X[0]);
  const target = state.target === "largest" ? largest(logits) : alphabet.indexOf(state.target);
  const f = logits[target];
  let R = [Float64Array.from(logits, (_, k) => (k === target ? f : 0))];
  const [totals, losses] = [[f], []];
  seen.toReversed().forEach((its, n) => {
    const lost = { bias: 0, stabilizer: 0, no_receiver: 0, softmax: 0, norm: 0, product: 0 };
    R = its.down(R, passing[state.rule], lost);
    if (stack[stack.length - 1 - n] === layers.last) return; // which only hands on
    losses.unshift(lost);
    totals.unshift(layers.total(R));
  });
  const tokens = R.map((row) => lrp.sum(Array.from(row)));
  const place = placeOf(state, constants);
  const attending = seen.map(({ seen: branch }) => branch?.find((one) => one.A)).filter(Boolean);
  const values = {
    logits, read: alphabet[largest(logits)], place, answer: place === null ? null : alphabet[state.letters[place]], target: alphabet[target], f, R: tokens,
    on_answer: place === null ? null : share(tokens, [place]),
    on_three: place === null ? null : share(tokens, [place - 1, place, length - 1]),
    totals, losses, gap: f - lrp.sum(tokens),
    A: attending[Number(state.block) - 1].A[Number(state.head) - 1].map((row) => Array.from(row)),
  };
  return { ...values, notes: notes(state, values) };
}

/** Where the right answer stands, or null where the question has none. */
function placeOf({ letters }, { length }) {
  const at = letters.slice(0, -1).lastIndexOf(letters.at(-1));
  return at >= 0 && at < length - 2 ? at + 1 : null;
}

function share(R, places) {
  const positive = R.map((value) => Math.max(value, 0));
  const all = lrp.sum(positive);
  return all ? lrp.sum(places.map((place) => positive[place])) / all : null;
}

function notes({ rule }, { read, answer, target, f }) {
  return Object.entries({
    unasked: answer === null,
    wrong: answer !== null && read !== answer,
    other: answer !== null && target !== answer,
    right: read === answer,
    "below-zero": f < 0,
    conserved: rule === "fixed",
    softmax: rule === "attnlrp",
    norm: rule === "chain",
  }).filter(([, applies]) => applies).map(([key]) => key);
}

// --- the view ---

const LEAST = 1 / 16; // the limit of the colors
const LARGEST = 330; // px, the width of the matrix
const EDGE = 22; // px beside it, for the letters
const NAMES = ["the tokens", "attention 1", "block 1", "attention 2", "block 2", "the last norm", "the output"];
const ALL = { ...KINDS, softmax: "softmax", norm: "norm", product: "products" };

function view({ stage, side, control, set: change, state, constants, palette, redraw }) {
  const held = { down: false };
  const verdict = make("p", { class: "verdict", "aria-hidden": "true" });
  const tokens = drawTokens({ change, state, constants, palette });
  const matrix = drawMatrix(stage, constants, palette, redraw);
  const logits = drawLogits({ change, held, names: [...constants.alphabet] });
  const account = drawAccount(NAMES, ALL);
  const wide = stage.parentElement.clientWidth >= 628;
  stage.append(tokens.element, verdict, control("rule"), matrix.element, make("div", { class: "which" }, control("block"), control("head")));
  side.append(logits.element, fold("Sums of the layers", wide, account.element));
  const limitOf = growing(held, LEAST);
  return (now, values) => {
    const limit = limitOf(values.R);
    tokens.update(now, values, limit);
    matrix.update(now, values);
    setText(verdict, together(summary(now, values, constants)));
    const place = (letter) => constants.alphabet.indexOf(letter);
    logits.update(now, { ...values, target: place(values.target), against: null, read: place(values.read) });
    account.update(values);
  };
}

/** What one wants to see at once, in a line. */
function summary({ letters }, { read, answer, on_answer }, { alphabet }) {
  const asked = alphabet[letters.at(-1)];
  const right = answer === null ? "no letter does" : read === answer ? "right" : `wrong: ${answer} does`;
  const red = on_answer === null ? "" : `. Red: ${Math.round(100 * on_answer)} % on the answer`;
  return `Which follows the last ${asked}? ${read} (${right})${red}`;
}

/** Black or white, whichever reads better on a color such as "rgb(1 2 3)". */
function inkOn(fill) {
  const [r, g, b] = fill.match(/\d+/g).map((channel) => (channel / 255 <= 0.04045 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#16191d" : "#fff";
}

/** The letters, each on the color of its relevance. One of them takes keys: letters, and arrows to change it or to go on. */
function drawTokens({ change, state, constants, palette }) {
  const { alphabet, length } = constants;
  const put = (i, letter) => change({ letters: state.letters.map((old, k) => (k === i ? letter : old)) });
  const boxes = Array.from({ length }, (_, i) => {
    const [letter, number] = [make("span", { class: "letter" }), make("span", { class: "token-number" })];
    const name = i === length - 1 ? "the question" : `token ${i + 1}`;
    const element = make("div", { class: "token", role: "spinbutton", "aria-label": name, "aria-valuemin": 1, "aria-valuemax": alphabet.length, "data-token": i, tabindex: i ? -1 : 0 }, letter, number);
    element.addEventListener("click", () => {
      go(i);
      put(i, (state.letters[i] + 1) % alphabet.length);
    });
    element.addEventListener("keydown", (event) => key(event, i));
    return { element, letter, number };
  });
  const go = (i) => {
    boxes.forEach(({ element }, k) => set(element, { tabindex: k === i ? 0 : -1 }));
    boxes[i].element.focus();
  };
  const key = (event, i) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const typed = alphabet.indexOf(event.key.toUpperCase());
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const to = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: length - 1 }[event.key];
    if (event.key.length === 1 && typed >= 0) {
      put(i, typed);
      go(Math.min(i + 1, length - 1));
    } else if (step) put(i, (state.letters[i] + step + alphabet.length) % alphabet.length);
    else if (to !== undefined) go(Math.min(Math.max(to, 0), length - 1));
    else return;
    event.preventDefault();
  };
  const element = make("div", { class: "tokens on-light", role: "group", "aria-label": "The letters, of which the last is the question" }, ...boxes.map((box) => box.element));
  const update = ({ letters }, { R, place }, limit) => boxes.forEach((box, i) => {
    const fill = color(palette.relevance, 0.5 + R[i] / (2 * limit));
    box.element.style.background = fill;
    box.element.style.color = inkOn(fill);
    setText(box.letter, alphabet[letters[i]] + (i === length - 1 ? "?" : ""));
    setText(box.number, brief(R[i]));
    const due = place !== null && [place - 1, place, length - 1].includes(i);
    set(box.element, {
      "aria-valuenow": letters[i] + 1, "aria-valuetext": `${alphabet[letters[i]]}, relevance ${format(R[i])}${i === place ? ", the answer" : ""}`,
      "data-due": due ? "" : null, "data-answer": i === place ? "" : null,
    });
  });
  return { element, update };
}

/** The attention weights of a head: a row for each token that reads, a column for each that is read. */
function drawMatrix(stage, { alphabet, length }, palette, redraw) {
  const svg = make("svg", { class: "weights on-light", role: "img" });
  const cells = Array.from({ length: length * length }, (_, n) => make("rect", { class: "weight", "data-row": Math.floor(n / length), "data-column": n % length }));
  const frame = make("rect", { class: "reader" });
  const [rows, columns] = ["row", "column"].map((name) => Array.from({ length }, () => make("text", { class: `matrix-letter at-${name}` })));
  svg.append(...cells, frame, ...rows, ...columns);
  const words = make("p", { class: "reading", "aria-hidden": "true" });
  let size = 0;
  const resize = () => {
    size = Math.floor((Math.min(stage.clientWidth || 300, LARGEST) - EDGE) / length);
    setSize(svg, EDGE + size * length, EDGE + size * length);
    const middle = (k) => EDGE + (k + 0.5) * size;
    cells.forEach((cell, n) => set(cell, { x: EDGE + (n % length) * size, y: EDGE + Math.floor(n / length) * size, width: size, height: size }));
    rows.forEach((text, k) => set(text, { x: EDGE / 2, y: middle(k) }));
    columns.forEach((text, k) => set(text, { x: middle(k), y: EDGE / 2 }));
    set(frame, { x: EDGE, y: EDGE + (length - 1) * size, width: size * length, height: size });
  };
  resize();
  let known = stage.clientWidth;
  new ResizeObserver(() => {
    if (!stage.clientWidth || stage.clientWidth === known) return;
    known = stage.clientWidth;
    resize();
    redraw();
  }).observe(stage);
  const update = ({ letters, block, head }, { A }) => {
    cells.forEach((cell, n) => set(cell, { fill: color(palette.activation, A[Math.floor(n / length)][n % length]) }));
    for (const texts of [rows, columns]) texts.forEach((text, k) => setText(text, alphabet[letters[k]] + (k === length - 1 ? "?" : "")));
    const own = A.at(-1);
    const most = own.indexOf(Math.max(...own));
    const told = `Block ${block}, head ${head}: the question reads most from ${most === length - 1 ? "itself" : `token ${most + 1}, ${alphabet[letters[most]]}`} (${brief(own[most])})`;
    set(svg, { "aria-label": `Attention weights. ${told}` });
    setText(words, told);
  };
  return { element: make("div", { class: "matrix" }, svg, words), update };
}

export default figure({ numbers, view });
