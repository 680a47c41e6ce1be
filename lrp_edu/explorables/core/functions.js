// The functions of two inputs that the figures shares and plane offer, as FUNCTIONS in functions.py.

import * as lrp from "./lrp.js";

const W = [2, 1];
const FAR = 20; // beyond every plot
const soft = (z) => Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z)));
const rise = (z) => 1 / (1 + Math.exp(-z));

/**
 * Each function with its gradient, and its average gradient on the straight way from a to x, where a figure needs it.
 * `edge` is 0 where f has a corner. `shape` has the levels of f, and goes on falling where f is silent; its gradient is `fall`.
 * `roots` are the lines where f is 0, if they cross: a grid does not find out how.
 */
export function functions(tiny) {
  const settled = (value) => (Math.abs(value) < tiny ? 0 : value);
  const lead = ([x1, x2]) => settled(x1 - x2);
  const z = ([x1, x2]) => settled(2 * x1 + x2 - 1);
  const active = (a, x) => (z(a) === 0 && z(x) === 0 ? 1 : lrp.partAbove(z(a), z(x)));
  const pair = (first) => [first, 1 - first];
  const all = {
    sum: { f: ([x1, x2]) => 2 * x1 + x2, gradient: () => W, average: () => W },
    product: {
      f: ([x1, x2]) => x1 * x2, gradient: ([x1, x2]) => [x2, x1],
      average: (a, x) => [(a[1] + x[1]) / 2, (a[0] + x[0]) / 2], roots: [[[-FAR, 0], [FAR, 0]], [[0, -FAR], [0, FAR]]],
    },
    maximum: {
      f: (x) => Math.max(...x), gradient: (x) => pair(lead(x) === 0 ? 0.5 : Number(lead(x) > 0)),
      average: (a, x) => pair(lrp.partAbove(lead(a), lead(x))), edge: lead,
    },
    neuron: {
      f: (x) => Math.max(0, z(x)), gradient: (x) => W.map((w) => w * Number(z(x) >= 0)),
      average: (a, x) => W.map((w) => w * active(a, x)), edge: z, shape: z, fall: () => W,
    },
    square: {
      f: ([x1, x2]) => x1 * (x1 + x2), gradient: ([x1, x2]) => [2 * x1 + x2, x1],
      roots: [[[0, -FAR], [0, FAR]], [[-FAR, FAR], [FAR, -FAR]]],
    },
    smooth: {
      f: ([x1, x2]) => soft(2 * x1 - x2) + soft(2 * x2 - x1) - 2,
      gradient: ([x1, x2]) => {
        const [first, second] = [rise(2 * x1 - x2), rise(2 * x2 - x1)];
        return [2 * first - second, 2 * second - first];
      },
    },
  };
  for (const one of Object.values(all)) {
    one.shape ??= one.f;
    one.fall ??= one.gradient;
  }
  return all;
}
