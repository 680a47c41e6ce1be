// The formulas of lrp_edu that the live figures need, in the same order of operations.
// Each is compared with its twin in Python over thousands of random cases (tests/test_live_figures.py).

export const EPS = Number.EPSILON;

export const dot = (a, b) => a.reduce((total, value, i) => total + value * b[i], 0);
export const sum = (a) => a.reduce((total, value) => total + value, 0);
const magnitude = (a, b) => a.reduce((total, value, i) => total + Math.abs(value) * Math.abs(b[i]), 0);

// --- one neuron: lrp_edu.neuron, lrp_edu.first_order, lrp_edu.roots ---

export const preactivation = (w, b, x) => dot(x, w) + b;
export const output = (w, b, x) => Math.max(0, preactivation(w, b, x));
export const onHinge = (w, b, x) => Math.abs(preactivation(w, b, x)) <= 8 * EPS * (magnitude(x, w) + Math.abs(b));

/** The gradient at x; on the hinge it is the limit from the active side. */
export const gradient = (w, b, x) => (preactivation(w, b, x) > 0 || onHinge(w, b, x) ? w : w.map(() => 0));

export const DIRECTIONS = {
  w2: (x, w) => w,
  z: (x, w) => x,
  zplus: (x, w) => x.map((value, i) => (Math.sign(value) * Math.sign(w[i]) > 0 ? value : 0)),
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
  const slopes = gradient(w, b, a);
  return decomposition(output(w, b, x), slopes.map((g, i) => g * (x[i] - a[i])), output(w, b, a));
}
