// The formulas of lrp_edu that the live figures need, in the same order of operations.
// Each is compared with its twin in Python over thousands of random cases (tests/test_live_figures.py).

export const EPS = Number.EPSILON;

export const dot = (a, b) => a.reduce((total, value, i) => total + value * b[i], 0);
export const sum = (a) => a.reduce((total, value) => total + value, 0);
const magnitude = (a, b) => a.reduce((total, value, i) => total + Math.abs(value) * Math.abs(b[i]), 0);

// --- one neuron: lrp_edu.neuron, lrp_edu.first_order, lrp_edu.roots ---

export const preactivation = (w, b, x) => dot(x, w) + b;
export const output = (w, b, x) => Math.max(0, preactivation(w, b, x));

/** Whether a lies on the hinge, up to the rounding of the sum there and, with x, of the walk from x to a. */
export function onHinge(w, b, a, x = null) {
  const few = 2 * (w.length + 2) * EPS;
  return Math.abs(preactivation(w, b, a)) <= few * ((x ? magnitude(x, w) : 0) + magnitude(a, w) + Math.abs(b));
}

/** The gradient at a; on the hinge it is the limit from the active side. For x see onHinge. */
export const gradient = (w, b, a, x = null) => (preactivation(w, b, a) > 0 || onHinge(w, b, a, x) ? w : w.map(() => 0));

/** The direction v of each rule, for x, w and a box and γ. */
export const DIRECTIONS = {
  w2: (x, w) => w,
  z: (x, w) => x,
  zplus: (x, w) => x.map((value, i) => (Math.sign(value) * Math.sign(w[i]) > 0 ? value : 0)),
  zbox: (x, w, { box: [low, high] }) => x.map((value, i) => value - (w[i] > 0 ? low : 0) - (w[i] < 0 ? high : 0)),
  gamma: (x, w, { gamma }) => x.map((value, i) => value * (w[i] > 0 ? 1 + gamma : 1)),
};

/** w·v, or null where it vanishes up to rounding: then there is no root in this direction. */
export function slope(w, v) {
  const value = dot(v, w);
  return Math.abs(value) <= 8 * EPS * magnitude(v, w) ? null : value;
}

/** Walk from x against v to the hinge. */
export function root(w, b, x, v) {
  const t = preactivation(w, b, x) / slope(w, v);
  return x.map((value, i) => value - t * v[i]);
}

const decomposition = (value, relevance, baseline) => ({
  value,
  relevance,
  baseline,
  remainder: value - baseline - sum(relevance),
  gap: value - sum(relevance),
});

/** Split the output at x by the root in the direction v. */
export function relevance(w, b, x, v) {
  const value = output(w, b, x);
  const slopeOfWalk = slope(w, v);
  const shares = w.map((weight, i) => ((weight * v[i]) / slopeOfWalk) * value);
  return decomposition(value, shares, output(w, b, root(w, b, x, v)));
}

/** First-order expansion of the output at a. */
export function decompose(w, b, x, a) {
  const slopes = gradient(w, b, a, x);
  return decomposition(output(w, b, x), slopes.map((g, i) => g * (x[i] - a[i])), output(w, b, a));
}

// --- a layer and its messages: lrp_edu.layers, lrp_edu.rules, lrp_edu.messages ---

const plus = (value) => Math.max(value, 0);
const minus = (value) => Math.min(value, 0);
const column = (W, k) => W.map((row) => row[k]);

/** z_k = Σ_i a_i W_ik + b_k */
export const forward = (a, W, b) => b.map((bias, k) => dot(a, column(W, k)) + bias);

const same = (value) => value;
const one = () => 1;
const product = [[same, same]];
const adds = [[plus, plus], [minus, minus]];
const subtracts = [[plus, minus], [minus, plus]];
const part = (terms, bias = () => 0, share = 1, stabilizer = () => 0) => ({ terms, bias, share, stabilizer });

/**
 * The parts of each rule: its terms (x_t, W_t), as functions of an activation and of a weight, what stands beside the sum
 * of the numerators n_ik = Σ_t x_t,i W_t,ik in the denominator, and the share of R_k.
 */
export const RULES = {
  lrp0: ({ absorb }) => [part(product, absorb ? (b) => b : undefined)],
  epsilon: ({ absorb, epsilon }) => [part(product, absorb ? (b) => b : undefined, 1, (z) => (z < 0 ? -epsilon : epsilon))],
  gamma: ({ absorb, gamma }) => [part([[same, (w) => w + gamma * plus(w)]], absorb ? (b) => b + gamma * plus(b) : undefined)],
  alphabeta: ({ absorb, alpha }) => [
    part(adds, absorb ? plus : undefined, alpha),
    ...(alpha === 1 ? [] : [part(subtracts, absorb ? minus : undefined, 1 - alpha)]),
  ],
  zplus: ({ absorb }) => [part(adds, absorb ? plus : undefined)],
  wsquare: () => [part([[one, (w) => w * w]])],
  flat: () => [part([[one, one]])],
  zbox: ({ low, high }) => [part([[(a) => a - low, plus], [(a) => a - high, minus]])],
};

/** All messages R_{i←k} of a layer, as rows i and columns k, and what each neuron k loses. */
export function messages(a, W, R, b, parts) {
  const columns = R.map((relevance, k) => parts.map((one) => hand(a, column(W, k), relevance, b[k], one)));
  const total = (key) => columns.map((handed) => sum(handed.map((one) => one[key])));
  return {
    sent: a.map((_, i) => columns.map((handed) => sum(handed.map((one) => one.sent[i])))),
    losses: { bias: total("bias"), stabilizer: total("stabilizer"), no_receiver: total("noReceiver") },
  };
}

/** One part of what neuron k hands down: n_i R / d, with d = Σ n + bias + stabilizer; nothing where d = 0. */
function hand(a, w, relevance, b, { terms, bias, share, stabilizer }) {
  const numerators = a.map((value, i) => terms.reduce((n, [x, W]) => n + x(value) * W(w[i]), 0));
  const kept = bias(b);
  const z = sum(numerators) + kept;
  const extra = stabilizer(z);
  const d = z + extra;
  const R = share * relevance;
  const s = d === 0 ? 0 : R / d;
  return { sent: numerators.map((value) => value * s), bias: s * kept, stabilizer: s * extra, noReceiver: d === 0 ? R : 0 };
}

// --- whole layers, on typed arrays: lrp_edu.layers, lrp_edu.propagate ---

/** A layer of weights W, row by row of its inputs, and biases b; `apply` sends forward through weights, `transpose` back. */
export function dense(W, b) {
  const [inputs, outputs] = [W.length / b.length, b.length];
  /** Σ_i x_i W_ij */
  const apply = (x, weights) => {
    const z = new Float64Array(outputs);
    for (let i = 0, n = 0; i < inputs; i++) for (let j = 0; j < outputs; j++) z[j] += x[i] * weights[n++];
    return z;
  };
  /** Σ_j W_ij s_j */
  const transpose = (s, weights) => {
    const c = new Float64Array(inputs);
    for (let i = 0, n = 0; i < inputs; i++) for (let j = 0; j < outputs; j++) c[i] += weights[n++] * s[j];
    return c;
  };
  return { W, b, inputs, outputs, apply, transpose };
}

/**
 * A convolution of maps of the shape [channels, rows, columns] with kernels K (outputs, channels, size, size) and a frame of
 * `padding` zeros, which are no inputs. All numbers of its maps stand in one row, and each has the bias of its map.
 */
export function convolution(K, biases, [channels, rows, columns], size, padding = 0) {
  const [down, across] = [rows, columns].map((length) => length + 2 * padding - size + 1);
  const outputs = biases.length * down * across;
  const joined = []; // each weight n, with the inputs from i on and the outputs from j on that it joins, and how many: n, i, j, many
  for (let k = 0, n = 0; k < biases.length; k++) for (let m = 0; m < channels; m++) for (let y = 0; y < size; y++) for (let x = 0; x < size; x++, n++) {
    const [left, right] = [Math.max(0, padding - x), Math.min(across, columns + padding - x)];
    for (let r = Math.max(0, padding - y); r < Math.min(down, rows + padding - y); r++) {
      joined.push(n, (m * rows + r + y - padding) * columns + left + x - padding, (k * down + r) * across + left, right - left);
    }
  }
  const plan = Int32Array.from(joined);
  const apply = (x, weights) => {
    const z = new Float64Array(outputs);
    for (let at = 0; at < plan.length; at += 4) {
      const [w, i, j, many] = [weights[plan[at]], plan[at + 1], plan[at + 2], plan[at + 3]];
      for (let t = 0; t < many; t++) z[j + t] += x[i + t] * w;
    }
    return z;
  };
  const transpose = (s, weights) => {
    const c = new Float64Array(channels * rows * columns);
    for (let at = 0; at < plan.length; at += 4) {
      const [w, i, j, many] = [weights[plan[at]], plan[at + 1], plan[at + 2], plan[at + 3]];
      for (let t = 0; t < many; t++) c[i + t] += w * s[j + t];
    }
    return c;
  };
  const b = Float64Array.from({ length: outputs }, (_, j) => biases[Math.floor(j / (down * across))]);
  return { W: K, b, inputs: channels * rows * columns, outputs, apply, transpose, shape: [biases.length, down, across] };
}

/** Dense layers of the sizes of `neurons` from one row of numbers: for each its weights, then its biases. */
export function denseLayers(numbers, neurons) {
  let at = 0;
  const next = (count) => numbers.subarray(at, (at += count));
  return neurons.slice(1).map((outputs, n) => dense(next(neurons[n] * outputs), next(outputs)));
}

/** One column of the last layer of a network, or the difference of two, as a layer of one output. */
export function oneOutput({ W, b, inputs, outputs }, k, other = null) {
  const column = (j) => (other === null ? W[j * outputs + k] : W[j * outputs + k] - W[j * outputs + other]);
  const bias = other === null ? b[k] : b[k] - b[other];
  return dense(Float64Array.from({ length: inputs }, (_, j) => column(j)), Float64Array.of(bias));
}

/** z_j = Σ_i a_i W_ij + b_j of a layer. */
export const preactivations = (a, { W, b, apply }) => apply(a, W).map((product, j) => product + b[j]);

export const relu = (z) => z.map(plus);

/** The largest of each block of size x size numbers of maps, and `down(R)`, which hands the relevance of each to its winner, the first. */
export function maxPool(a, [channels, rows, columns], size) {
  const [down, across] = [Math.floor(rows / size), Math.floor(columns / size)];
  const values = new Float64Array(channels * down * across).fill(-Infinity);
  const winners = new Int32Array(values.length);
  for (let m = 0, j = 0; m < channels; m++) for (let r = 0; r < down; r++) for (let c = 0; c < across; c++, j++) {
    for (let n = 0; n < size * size; n++) {
      const i = (m * rows + r * size + Math.floor(n / size)) * columns + c * size + (n % size);
      if (a[i] > values[j]) [values[j], winners[j]] = [a[i], i];
    }
  }
  const hand = (R) => {
    const relevance = new Float64Array(a.length);
    winners.forEach((i, j) => (relevance[i] = R[j]));
    return relevance;
  };
  return { values, down: hand };
}

/** Redistribute the relevance of a layer's outputs to its inputs a, in four steps; say what each output loses. */
export function propagate(parts, a, { W, b, inputs, outputs, apply, transpose }, R) {
  const relevance = new Float64Array(inputs);
  const losses = { bias: new Float64Array(outputs), stabilizer: new Float64Array(outputs), no_receiver: new Float64Array(outputs) };
  for (const { terms, bias, share, stabilizer } of parts) {
    const modified = terms.map(([x, w]) => [a.map(x), W.map(w)]);
    const d = new Float64Array(outputs); // 1 forward
    for (const [x, w] of modified) apply(x, w).forEach((z, j) => (d[j] += z));
    const s = d.map((q, j) => {
      const kept = bias(b[j]);
      const extra = stabilizer(q + kept);
      const whole = q + kept + extra;
      const ratio = whole === 0 ? 0 : (share * R[j]) / whole; // 2 divide
      losses.bias[j] += ratio * kept;
      losses.stabilizer[j] += ratio * extra;
      if (whole === 0) losses.no_receiver[j] += share * R[j];
      return ratio;
    });
    for (const [x, w] of modified) {
      const c = transpose(s, w); // 3 backward
      c.forEach((value, i) => (relevance[i] += x[i] * value)); // 4 multiply
    }
  }
  return { relevance, losses };
}

// --- one neuron's walk inside a network: lrp_edu.deep_taylor ---

/**
 * A layer { W, b } with what the parts of a rule share by, for activations a ≥ 0: the terms with a⁻ are 0, and in the others
 * x_t is a itself, so that their weights add up.
 */
export const sharing = ({ W, b }, parts) => ({
  W, b,
  shares: parts.map(({ terms, bias, share, stabilizer }) => {
    const counting = terms.filter(([x]) => x(1));
    return { V: W.map((row) => row.map((w) => sum(counting.map(([, modify]) => modify(w))))), kept: b.map(bias), share, stabilizer };
  }),
});

/** c_i = Σ_k V_ik R_k / d_k of activations a ≥ 0, so that the rule hands down R_i = a_i c_i. */
function factors(a, { shares }, R) {
  const c = new Array(a.length).fill(0);
  for (const { V, kept, share, stabilizer } of shares) {
    for (let k = 0; k < R.length; k++) {
      let q = kept[k];
      for (let i = 0; i < a.length; i++) q += a[i] * V[i][k];
      const d = q + stabilizer(q);
      const s = d === 0 ? 0 : (share * R[k]) / d;
      for (let i = 0; i < a.length; i++) c[i] += V[i][k] * s;
    }
  }
  return c;
}

/** What a layer with a ReLU makes of activations a; in loops, as a whole plane of them may be asked for. */
export function reluLayer(a, { W, b }) {
  const said = new Array(b.length);
  for (let k = 0; k < b.length; k++) {
    let z = b[k];
    for (let i = 0; i < a.length; i++) z += a[i] * W[i][k];
    said[k] = z > 0 ? z : 0;
  }
  return said;
}

/** Up from the activations a through layers as sharing() gives them, and down again: all a and R, and the c of the lowest. */
export function upAndDown(a, layers) {
  const all = [a];
  for (const layer of layers) all.push(reluLayer(all[all.length - 1], layer));
  const R = [all[layers.length]];
  let c = null;
  for (let l = layers.length - 1; l >= 0; l--) {
    c = factors(all[l], layers[l], R[0]);
    const below = c.slice();
    for (let i = 0; i < c.length; i++) below[i] *= all[l][i];
    R.unshift(below);
  }
  return { a: all, R, c };
}

const LEFT = 2 ** -200; // stands for 1 − s at the root, so that 0 / 0 is the limit from the active side

/** The walk of neuron j of a layer, from the activations a below it: the root, the way, and what the layer says on it. */
export function neuronWalk(a, { W, b }, j, direction) {
  const v = direction(a, column(W, j));
  const slopes = b.map((_, k) => dot(v, column(W, k)));
  const z = forward(a, W, b);
  const root = a.map((value, i) => value - (z[j] / slopes[j]) * v[i]);
  const atRoot = z.map((value, k) => value - z[j] * (slopes[k] / slopes[j]));
  const mix = (from, to, s) => from.map((value, i) => (1 - s) * value + s * to[i]);
  return {
    root,
    point: (s) => mix(a, root, s),
    neurons: (s) => z.map((value, k) => plus(Math.max(1 - s, LEFT) * value + s * atRoot[k])),
    activation: (s) => (1 - s) * z[j],
  };
}

// --- Taylor coefficients: lrp_edu.taylor ---

const upTo = (degree, coefficient) => Array.from({ length: degree + 1 }, (_, k) => coefficient(k));
const padded = (few, degree) => upTo(degree, (k) => few[k] ?? 0);

/** With u = x², s = sin u and c = cos u obey s' = c u', c' = −s u'. */
function sinOfSquare(a, degree) {
  const u = [a * a, 2 * a, 1];
  const [s, c] = [[Math.sin(u[0])], [Math.cos(u[0])]];
  for (let k = 1; k <= degree; k++) {
    const slopes = [1, 2].filter((j) => j <= k).map((j) => [j * u[j], k - j]);
    s.push(sum(slopes.map(([du, i]) => du * c[i])) / k);
    c.push(-sum(slopes.map(([du, i]) => du * s[i])) / k);
  }
  return s;
}

function exponential(a, degree) {
  const c = [Math.exp(a)];
  for (let k = 1; k <= degree; k++) c.push(c[k - 1] / k);
  return c;
}

/** Each function: its value f, its coefficients c_0 ... c_n at a, and the left end of its domain. */
export const FUNCTIONS = {
  sin: { f: (x) => Math.sin(x * x), coefficients: sinOfSquare, low: -Infinity },
  exp: { f: Math.exp, coefficients: exponential, low: -Infinity },
  log: {
    f: Math.log1p,
    coefficients: (a, degree) => upTo(degree, (k) => (k ? -((-1 / (1 + a)) ** k) / k : Math.log1p(a))),
    low: -1,
  },
  cubic: {
    f: (x) => x ** 3 / 3 - x,
    coefficients: (a, degree) => padded([a ** 3 / 3 - a, a * a - 1, a, 1 / 3], degree),
    low: -Infinity,
  },
  relu: {
    f: (x) => Math.max(0, x),
    coefficients: (a, degree) => padded([Math.max(0, a), a >= 0 ? 1 : 0], degree),
    low: -Infinity,
  },
};

/** Σ_k c_k (x − a)^k by Horner's scheme. */
export const evaluate = (c, a, x) => c.reduceRight((total, coefficient) => total * (x - a) + coefficient, 0);

// --- attributions of a function of two inputs: lrp_edu.attribution, lrp_edu.explorables.shares ---

/** What the value loses when one input after the other is set to its baseline. */
export const occlusion = (f, [x1, x2], [a1, a2]) => [f([x1, x2]) - f([a1, x2]), f([x1, x2]) - f([x1, a2])];

/** What each input adds, as the first and as the last, on average. */
export function shapley(f, [x1, x2], [a1, a2]) {
  const [none, first, second, both] = [f([a1, a2]), f([x1, a2]), f([a1, x2]), f([x1, x2])];
  return [(first - none + (both - second)) / 2, (second - none + (both - first)) / 2];
}

/** The part of a way on which a number that changes evenly is above 0; half of it if it is always 0. */
export function partAbove(start, end) {
  if (start === 0 && end === 0) return 0.5;
  const [above, below] = [Math.max(start, end, 0), Math.max(-start, -end, 0)];
  return above / (above + below);
}

/** The average of n gradients, each in the middle of one of n equal pieces of the straight way from a to x. */
export function averageGradient(gradient, x, a, steps) {
  const total = x.map(() => 0);
  for (let k = 0; k < steps; k++) {
    gradient(a.map((value, i) => value + ((k + 0.5) / steps) * (x[i] - value))).forEach((slope, i) => (total[i] += slope));
  }
  return total.map((value) => value / steps);
}
