// An LSTM of one unit, forward and backward: lrp_edu.recurrence, in the same order of operations.

import { messages, RULES, sum } from "./lrp.js";

const sigmoid = (z) => 1 / (1 + Math.exp(-z));

/** One unit from a row of numbers: W by rows of x₁, x₂ and h and columns of i, f, g, o, the biases, and the readout. */
export function oneUnit(numbers) {
  const W = [0, 1].map((input) => [0, 1, 2, 3].map((gate) => numbers[2 * gate + input]));
  return { W: [...W, [...numbers.slice(8, 12)]], b: [...numbers.slice(12, 16)], readout: numbers[16] };
}

/** What each step of a sequence of pairs sees and computes. */
export function lstmStates(sequence, { W, b }) {
  const steps = [];
  let [h, c] = [0, 0];
  for (const x of sequence) {
    const a = [...x, h];
    const z = b.map((bias, k) => a.reduce((total, value, i) => total + value * W[i][k], 0) + bias);
    const [i, f, g, o] = [sigmoid(z[0]), sigmoid(z[1]), Math.tanh(z[2]), sigmoid(z[3])];
    const before = c;
    c = f * c + i * g;
    h = o * Math.tanh(c);
    steps.push({ a, i, f, g, o, before, c, bent: Math.tanh(c), h });
  }
  return steps;
}

const ADD = [[1], [1]];

/** What gate and signal get of the relevance of their product; `share` goes through a sum. */
const PRODUCTS = {
  signal: (gate, signal, R) => [0, R],
  half: (gate, signal, R) => [R / 2, R / 2],
  proportion: (gate, signal, R, share) => share([gate, signal], ADD, [R], [0]),
  magnitude: (gate, signal, R, share) => share([Math.abs(gate), Math.abs(signal)], ADD, [R], [0]),
};

/**
 * The relevance of each step's inputs from R, that of the last output; `sums`, of what is on its way after each step (none of
 * them, one, …) and what later steps have got; and what was lost. `product` is a key of PRODUCTS, `absorb` and `epsilon` are those of the ε rule.
 */
export function lstmRelevance(steps, { W, b }, R, { product, absorb, epsilon }) {
  const parts = RULES.epsilon({ absorb, epsilon });
  const lost = { bias: 0, stabilizer: 0, no_receiver: 0 };
  const share = (a, weights, relevance, biases) => {
    const { sent, losses } = messages(a, weights, relevance, biases, parts);
    for (const kind of Object.keys(lost)) lost[kind] += sum(losses[kind]);
    return sent.map(sum);
  };
  const split = (gate, signal, relevance) => PRODUCTS[product](gate, signal, relevance, share);
  const [found, sums] = [[], [R]];
  let got = 0;
  let [R_h, R_c] = [R, 0];
  for (const { a, i, f, g, o, before, bent } of steps.toReversed()) {
    const [R_o, R_bent] = split(o, bent, R_h);
    const [R_kept, R_new] = share([f * before, i * g], ADD, [R_c + R_bent], [0]);
    const [R_f, R_before] = split(f, before, R_kept);
    const [R_i, R_g] = split(i, g, R_new);
    const R_a = share(a, W, [R_i, R_f, R_g, R_o], b);
    [R_h, R_c] = [R_a[2], R_before];
    found.unshift(R_a.slice(0, 2));
    got += R_a[0] + R_a[1];
    sums.unshift(R_h + R_c + got);
  }
  return { R: found, sums, losses: lost };
}
