// Two numbers in a sequence, what a recurrent network answers, and the relevance of each step.

import { fold } from "../core/controls.js";
import { format, legendEntry, make, sampleArea, sampleLine, set } from "../core/elements.js";
import { figure } from "../core/figure.js";
import { diamond, disc, handle } from "../core/handles.js";
import * as lrp from "../core/lrp.js";
import { plot, ticks } from "../core/plot.js";
import { drawAccount } from "../core/reading.js";
import { lstmRelevance, lstmStates, oneUnit } from "../core/recurrence.js";
import { sharedNumbers } from "../core/shared.js";

// --- the numbers: as SequenceFigure.numbers() ---

const SIZE = 17; // numbers of a network

function networkOf({ task, network }, { signs, many }) {
  const at = (Object.keys(signs).indexOf(task) * many + network - 1) * SIZE;
  return oneUnit(sharedNumbers("sequence_network").subarray(at, at + SIZE));
}

const places = ({ first_step, second_step, steps }) => [first_step, second_step].map((step) => Math.min(step, steps) - 1);

export function numbers(state, constants) {
  const { first, second, task, absorb, steps: length } = state;
  const network = networkOf(state, constants);
  const [a, b] = places(state);
  const sequence = Array.from({ length }, (_, t) => [t === a ? first : 0, t === b ? second : 0]);
  const steps = lstmStates(sequence, network);
  const { h } = steps.at(-1);
  const f = h * network.readout;
  const settings = { ...state, absorb: absorb === "yes" };
  const top = lrp.messages([h], [[network.readout]], [f], [0], lrp.RULES.epsilon(settings));
  const R_h = top.sent[0][0];
  const { R, sums, losses } = lstmRelevance(steps, network, R_h, settings);
  const total = lrp.sum(R.map(lrp.sum));
  const upper = Object.fromEntries(Object.entries(top.losses).map(([kind, [lost]]) => [kind, lost]));
  return {
    right: first + constants.signs[task] * second, f_x: f, R, R_first: R[a][0], R_second: R[b][1], total, gap: f - total,
    totals: [total, R_h, f], losses: [losses, upper], sums,
    states: Object.fromEntries(["i", "f", "g", "o", "c", "h"].map((name) => [name, steps.map((step) => step[name])])),
    notes: notes(state, constants),
  };
}

function notes(state, { least }) {
  const [a, b] = places(state);
  const small = Math.min(Math.abs(state.first), Math.abs(state.second)) < least;
  return [...(a >= b ? ["order"] : []), ...(small ? ["small"] : []), state.product];
}

// --- the view ---

const BESIDE = 0.19; // of a step, from its middle to that of the bar of n₁ or n₂
const HALF = 0.15; // of a step, half the width of a bar
const LINES = { i: "input gate i", f: "forget gate f", o: "output gate o", c: "cell c" };

function view({ stage, side, control, set: change, state, schema, constants, redraw, steady }) {
  stage.classList.add("tall");
  stage.append(control("product"));
  const shares = drawShares(stage, { change, state, schema, constants, redraw, steady });
  const sums = drawSums(stage, { redraw, steady });
  const gates = drawGates(stage, { redraw });
  const account = drawAccount(["the steps", "the last output", "the answer"]);
  const fields = ["first", "first_step", "second", "second_step"].map((key) => control(key));
  side.append(control("task"), make("div", { class: "where" }, ...fields), control("absorb"),
    fold("Network, length, ε", false, control("network"), control("steps"), control("epsilon")), fold("Sums of the layers", false, account.element));
  return (now, values) => {
    shares(now, values);
    sums(now, values);
    gates(now, values);
    account.update(values);
  };
}

const acrossOf = (steps) => ({ x: [0.5, steps + 0.5] });
const upTo = (limit) => ({ y: [-0.75 * limit, 0.75 * limit] });
const HIGHEST = 8; // the scale of relevance grows to this limit; what is more is cut
const cut = (value, limit) => Math.min(Math.max(value, -0.8 * limit), 0.8 * limit);

/** The two numbers, which can be dragged, what each is worth, and the bars of their relevance. */
function drawShares(stage, { change, state, schema, constants, redraw, steady }) {
  const board = plot(stage, {
    ...acrossOf(state.steps), ...upTo(2), aspect: 0.55, xLabel: "step", yLabel: "R",
    label: "The steps of the sequence: two numbers to be moved, and the relevance of each", onResize: redraw,
  });
  board.svg.classList.add("shares");
  const bars = [0, 1].map((k) => make("rect", { class: "share", "data-slot": k }));
  const worth = [0, 1].map((k) => make("line", { class: "worth", "data-slot": k }));
  const zeros = make("path", { class: "zeros" });
  board.data.append(zeros, ...bars, ...worth);
  const points = ["first", "second"].map((key, k) => {
    const shift = k ? BESIDE : -BESIDE;
    const place = `${key}_step`;
    const one = handle(board, {
      name: k ? "n₂" : "n₁", key, label: `${schema[key].label}: its step and the number`, shape: k ? diamond() : disc(), at: k ? "ne" : "nw",
      range: () => [[1, state.steps], [schema[key].low, schema[key].high]],
      move: ([across, up], how) => change({ [place]: stepOf(across - shift, Math.min(state[place], state.steps), how), [key]: up }),
    });
    return (step, value) => one.place([step + shift, value], [step, value]);
  });
  stage.append(make("p", { class: "legend" }, legendEntry("relevance > 0", sampleArea("share", { "data-sign": "positive" })),
    legendEntry("< 0", sampleArea("share", { "data-sign": "negative" })), legendEntry("what the number is worth", sampleLine("worth"))));
  const limitOf = steady();
  let drawn = "";
  return (now, { R, R_first, R_second }) => {
    const limit = limitOf(Math.max(Math.abs(R_first), Math.abs(R_second)) / 0.75, 2, HIGHEST);
    if (drawn !== `${now.steps} ${limit}`) {
      board.setRanges({ ...acrossOf(now.steps), ...upTo(limit) }, { xTicks: ticks([1, now.steps]), yTicks: [-limit / 2, 0, limit / 2] });
      drawn = `${now.steps} ${limit}`;
    }
    const { X, Y } = board;
    places(now).forEach((place, k) => {
      const [value, number] = [[R_first, R_second][k], [now.first, now.second][k]];
      const middle = place + 1 + (k ? BESIDE : -BESIDE);
      const [left, right, level] = [X(middle - HALF), X(middle + HALF), Y((k ? constants.signs[now.task] : 1) * number)];
      const [top, bottom] = [Y(cut(Math.max(value, 0), limit)), Y(cut(Math.min(value, 0), limit))];
      set(bars[k], { x: left, width: right - left, y: top, height: bottom - top, "data-sign": value < 0 ? "negative" : "positive", "data-cut": Math.abs(value) > 0.75 * limit ? "" : null });
      set(worth[k], { x1: left - 8, x2: right + 8, y1: level, y2: level });
      points[k](place + 1, number);
    });
    set(zeros, { d: R.map((_, t) => `M${X(t + 1 - BESIDE - HALF)} ${Y(0)}H${X(t + 1 + BESIDE + HALF)}`).join("") });
  };
}

/** The step that a handle is moved to: a key moves it by whole steps. */
function stepOf(across, now, how) {
  const by = across - now;
  if (how !== "key" || Math.abs(by) > 1.01) return Math.round(across);
  return now + (Math.abs(by) < 1e-6 ? 0 : Math.sign(by) * Math.max(1, Math.round(10 * Math.abs(by))));
}

/** The sum of relevance, cut after each step, beside f; what is missing at the end is the gap. */
function drawSums(stage, { redraw, steady }) {
  const board = plot(stage, { x: [0.5, 8.5], ...upTo(2), aspect: 0.24, xLabel: "step", yLabel: "Σ R", role: "img", onResize: redraw });
  board.svg.classList.add("sums");
  const [line, goal, gap] = [make("path", { class: "sum-line" }), make("line", { class: "sum-goal" }), make("line", { class: "gap" })];
  board.data.append(goal, gap, line);
  stage.append(make("p", { class: "legend" }, legendEntry("Σ R, on its way or in later steps", sampleLine("sum-line")),
    legendEntry("f(x)", sampleLine("sum-goal")), legendEntry("gap", sampleLine("gap"))));
  const limitOf = steady();
  let drawn = "";
  return (now, { sums, f_x, total, gap: missing }) => {
    const limit = limitOf(Math.max(...sums.map(Math.abs), Math.abs(f_x)) / 0.75, 2, HIGHEST);
    if (drawn !== `${now.steps} ${limit}`) {
      board.setRanges({ ...acrossOf(now.steps), ...upTo(limit) }, { xTicks: ticks([1, now.steps]), yTicks: [-limit / 2, 0, limit / 2] });
      drawn = `${now.steps} ${limit}`;
    }
    const { X, Y } = board;
    // The sum after step t holds from there to the next step, on the way back from the right.
    const stretch = (t) => `${X(Math.max(t, 0.5))} ${Y(cut(sums[t], limit))}H${X(Math.min(t + 1, now.steps + 0.5))}`;
    set(line, { d: `M${sums.map((_, t) => stretch(t)).join("L")}` });
    set(goal, { x1: X(0.5), x2: X(now.steps + 0.5), y1: Y(f_x), y2: Y(f_x) });
    set(gap, { x1: X(0.5) + 4, x2: X(0.5) + 4, y1: Y(cut(total, limit)), y2: Y(f_x) });
    set(board.svg, { "aria-label": `The sum of relevance from the last step, ${format(sums.at(-1))}, to the first, ${format(total)}; f(x) is ${format(f_x)}, the gap ${format(missing)}` });
  };
}

/** The three gates and the cell over time. */
function drawGates(stage, { redraw }) {
  const board = plot(stage, { x: [0.5, 8.5], y: [-1.2, 1.2], aspect: 0.3, xLabel: "step", yLabel: "", yTicks: [-1, 0, 1], role: "img", onResize: redraw });
  board.svg.classList.add("gates");
  const lines = Object.keys(LINES).map((name) => [name, make("path", { class: `state state-${name}` })]);
  board.data.append(...lines.map(([, line]) => line));
  stage.append(make("p", { class: "legend" }, ...Object.entries(LINES).map(([name, text]) => legendEntry(text, sampleLine(`state state-${name}`)))));
  let drawn = 0;
  return (now, { states }) => {
    if (drawn !== now.steps) board.setRanges(acrossOf(now.steps), { xTicks: ticks([1, now.steps]) });
    drawn = now.steps;
    const { X, Y } = board;
    for (const [name, line] of lines) set(line, { d: `M${states[name].map((value, t) => `${X(t + 1).toFixed(2)} ${Y(value).toFixed(2)}`).join("L")}` });
    const last = Object.entries(LINES).map(([name, text]) => `${text} ${format(states[name].at(-1))}`);
    set(board.svg, { "aria-label": `Gates and cell over the steps; at the last: ${last.join(", ")}` });
  };
}

export default figure({ numbers, view });
