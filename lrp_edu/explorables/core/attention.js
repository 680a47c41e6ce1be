// Self-attention and what stands around it, as lrp_edu.attention, for layers without biases. A sequence is an array of rows,
// one for each token, each a typed array; relevance has the same shape.

import * as lrp from "./lrp.js";

const turned = (X) => Array.from(X[0], (_, j) => X.map((row) => row[j]));
const product = (A, B) => A.map((row) => Float64Array.from(B[0], (_, j) => row.reduce((total, value, k) => total + value * B[k][j], 0)));
const each = (X, f) => X.map((row, i) => Float64Array.from(row, (value, j) => f(value, i, j)));
const times = (X, Y) => each(X, (value, i, j) => value * Y[i][j]);
export const plus = (X, Y) => each(X, (value, i, j) => value + Y[i][j]);
export const total = (X) => lrp.sum(X.map((row) => lrp.sum(Array.from(row))));

/** R / d, and 0 where d is. */
const ratio = (R, d) => each(R, (value, i, j) => (d[i][j] === 0 ? 0 : value / d[i][j]));

// Each layer sees its inputs, and says what it returns, and how relevance of the outputs goes down: `down(R, rule, lost)` adds
// to the losses what it took. A rule has the shares of attention weights, values and scores, and whether σ is fixed.

/** Rows through the weights W of `outputs` columns, row by row. */
export const dense = (W, outputs) => (X) => {
  const layer = lrp.dense(W, new Float64Array(outputs));
  const Y = X.map((x) => layer.apply(x, W));
  return { Y, down: (R) => times(X, ratio(R, Y).map((s) => layer.transpose(s, W))) };
};

export const relu = (X) => ({ Y: X.map(lrp.relu), down: (R) => R });

/** Centered, divided by σ and scaled. */
export const norm = (scale, eps) => (X) => {
  const mean = (row) => lrp.sum(Array.from(row)) / row.length;
  const centered = X.map((row) => row.map((value) => value - mean(row)));
  const sigma = centered.map((row) => Math.sqrt(mean(row.map((value) => value * value)) + eps));
  const normal = each(centered, (value, i) => value / sigma[i]);
  const Y = each(normal, (value, i, j) => value * scale[j]);
  const down = (R, { fixed }, lost) => {
    const c = each(ratio(R, Y), (s, i, j) => (s * scale[j]) / sigma[i]);
    const means = c.map(mean);
    const held = times(X, each(c, (value, i) => value - means[i]));
    if (fixed) return held;
    const along = times(c, normal).map(mean);
    const taken = times(X, each(normal, (value, i) => value * along[i]));
    lost.norm += total(taken);
    return each(held, (value, i, j) => value - taken[i][j]);
  };
  return { Y, down };
};

const softmax = (row) => {
  const most = Math.max(...row);
  const parts = row.map((value) => Math.exp(value - most));
  const all = lrp.sum(Array.from(parts));
  return parts.map((value) => value / all);
};

/** One head of columns [from, to) of queries, keys and values; `down(s, rule, lost)` takes the ratio R / O. */
function head(Q, K, V) {
  const root = Math.sqrt(Q[0].length);
  const S = each(product(Q, turned(K)), (value) => value / root);
  const A = S.map(softmax);
  const O = product(A, V);
  const down = (s, rule, lost) => {
    const whole = product(s, turned(V));
    const c_A = each(whole, (value) => rule.weights * value);
    const R_A = times(A, c_A);
    const rows = R_A.map((row) => lrp.sum(Array.from(row)));
    const c_S = each(c_A, (value, i, j) => A[i][j] * (value - rows[i]));
    const R_S = times(S, c_S);
    const scaled = each(c_S, (value) => (value * rule.scores) / root);
    if (rule.weights) {
      lost.softmax += total(R_A) - total(R_S);
      lost.product += (1 - rule.weights - rule.values) * total(times(A, whole)) + (1 - 2 * rule.scores) * total(R_S);
    }
    return {
      R_Q: times(Q, product(scaled, K)),
      R_K: times(K, product(turned(scaled), Q)),
      R_V: each(times(V, product(turned(A), s)), (value) => rule.values * value),
    };
  };
  return { A, O, down };
}

/** Self-attention with the weights of queries, keys, values and outputs, each features × features. */
export const attention = ({ query, key, value, output }, features, heads) => (X) => {
  const wide = features / heads;
  const parts = [query, key, value].map((W) => dense(W, features)(X));
  const cut = (Y, h) => Y.map((row) => row.slice(h * wide, (h + 1) * wide));
  const all = Array.from({ length: heads }, (_, h) => head(...parts.map(({ Y }) => cut(Y, h))));
  const beside = (pieces) => pieces[0].map((_, i) => Float64Array.from(pieces.flatMap((piece) => Array.from(piece[i]))));
  const O = beside(all.map((one) => one.O));
  const out = dense(output, features)(O);
  const down = (R, rule, lost) => {
    const s = ratio(out.down(R), O);
    const shared = all.map((one, h) => one.down(cut(s, h), rule, lost));
    const below = ["R_Q", "R_K", "R_V"].map((name, k) => (k === 2 || rule.weights ? parts[k].down(beside(shared.map((one) => one[name]))) : null));
    return below.filter(Boolean).reduce(plus);
  };
  return { Y: out.Y, A: all.map((one) => one.A), down };
};

/** The inputs plus what a branch of layers makes of them; the two share in proportion. */
export const residual = (...layers) => (X) => {
  const seen = [];
  let Y = X;
  for (const layer of layers) {
    seen.push(layer(Y));
    Y = seen.at(-1).Y;
  }
  const Z = plus(X, Y);
  const down = (R, rule, lost) => {
    const s = ratio(R, Z);
    const through = seen.reduceRight((below, one) => one.down(below, rule, lost), times(s, Y));
    return plus(times(s, X), through);
  };
  return { Y: Z, seen, down };
};

/** The last row alone; it takes what comes down, and the others get 0. */
export const last = (X) => ({
  Y: [X.at(-1)],
  down: ([R]) => X.map((row, i) => (i === X.length - 1 ? R : new Float64Array(row.length))),
});
