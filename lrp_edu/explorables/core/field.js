// The plane of two inputs, painted with a function: bands of color, levels as lines, and the line of a corner or of the
// roots. All of them are levels of a function, found by marching squares on a grid, and found again only for another function.

import { color, make, set } from "./elements.js";

const CELLS = 60; // along each side of the plane, so that whole numbers lie on the grid
const BANDS = 16;
const LINES = 4;

/** A function on a grid over the limits and one cell beyond, and around it a ring that is below every level: so each closes. */
function sampled(f, [low, high]) {
  const size = CELLS + 5;
  const at = (n) => low + ((n - 2) * (high - low)) / CELLS;
  const ring = (n) => n === 0 || n === size - 1;
  const values = new Float64Array(size * size);
  for (let j = 0; j < size; j++) for (let i = 0; i < size; i++) values[j * size + i] = ring(i) || ring(j) ? -Infinity : f([at(i), at(j)]);
  return { values, size, at };
}

/** The closed lines around where a sampled function is at least `level`, as lists of points. Inside lies on their left. */
export function levelLines({ values, size, at }, level) {
  const inside = (node) => values[node] >= level;
  const next = new Map(); // from an edge of the grid that a line crosses to the next one; an edge is 2 node, or 2 node + 1 upwards
  for (let j = 0; j < size - 1; j++) {
    for (let i = 0; i < size - 1; i++) {
      const n = j * size + i;
      const here = inside(n);
      if (here === inside(n + 1) && here === inside(n + size) && here === inside(n + size + 1)) continue;
      const corners = [n, n + 1, n + size + 1, n + size].map(inside); // counterclockwise
      const edges = [2 * n, 2 * (n + 1) + 1, 2 * (n + size), 2 * n + 1];
      const leaves = [0, 1, 2, 3].filter((k) => corners[k] && !corners[(k + 1) % 4]);
      const enters = (k) => !corners[k % 4] && corners[(k + 1) % 4];
      for (const k of leaves) next.set(edges[k], edges[([3, 2, 1].map((m) => k + m).find(enters)) % 4]); // apart on a saddle
    }
  }
  const crossing = (edge) => {
    const [one, two] = [edge >> 1, (edge >> 1) + (edge & 1 ? size : 1)];
    const [from, to] = inside(one) ? [one, two] : [two, one];
    const share = (values[from] - level) / (values[from] - values[to]);
    const place = (node) => [at(node % size), at(Math.floor(node / size))];
    return place(from).map((value, c) => value + share * (place(to)[c] - value));
  };
  const lines = [];
  while (next.size) {
    const line = [];
    let [edge] = next.keys();
    while (next.has(edge)) {
      line.push(crossing(edge));
      const after = next.get(edge);
      next.delete(edge);
      edge = after;
    }
    lines.push(line);
  }
  return lines;
}

/**
 * Paint the plane of a plot. `paint(key, { shape, brightest, edge, silent })`: `shape` gives the colors and levels from 0 to
 * `brightest`, and its level 0 is where the ground ends, hatched if f is `silent` there; where `edge` is 0, a line is drawn,
 * or those that it is a list of.
 */
export function drawField({ data, id, X, Y, ranges }, colors) {
  const ground = make("rect", { class: "ground", x: -9, y: -9, width: 4000, height: 4000 });
  const hatching = make("rect", { class: "silence", x: -9, y: -9, width: 4000, height: 4000, fill: `url(#${id}-silent)` });
  const bands = Array.from({ length: BANDS }, (_, n) => make("path", { class: "band", fill: color(colors, (n + 0.5) / BANDS) }));
  const levels = Array.from({ length: LINES }, () => make("path", { class: "contour" }));
  const line = make("path", { class: "hinge" });
  data.append(make("defs", {}, hatch(`${id}-silent`)), ground, hatching, ...bands, ...levels, line);
  const path = (lines) => lines.map((points) => `M${points.map(([x1, x2]) => `${X(x1).toFixed(2)} ${Y(x2).toFixed(2)}`).join("L")}Z`).join("");
  let found = null;
  let drawn = "";

  return (key, { shape, brightest, edge, silent }) => {
    if (found?.key !== key) {
      const grid = sampled(shape, ranges.x);
      found = {
        key,
        bands: bands.map((_, n) => levelLines(grid, (n * brightest) / BANDS)),
        levels: levels.map((_, n) => levelLines(grid, ((n + 1) * brightest) / LINES)),
        edge: typeof edge === "function" ? levelLines(sampled(edge, ranges.x), 0) : (edge ?? []),
      };
    }
    const wanted = `${key} ${X(1) - X(0)}`;
    if (wanted === drawn) return;
    drawn = wanted;
    bands.forEach((band, n) => set(band, { d: path(found.bands[n]) }));
    levels.forEach((level, n) => set(level, { d: path(found.levels[n]) }));
    set(line, { d: path(found.edge), display: edge ? null : "none" });
    set(hatching, { display: silent ? null : "none" });
  };
}

/** The values of the levels that are drawn as lines. */
export const levelsOf = (brightest) => Array.from({ length: LINES }, (_, n) => ((n + 1) * brightest) / LINES);

/** What covers the plane where a neuron is silent. */
export const hatch = (id) => make("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
  make("rect", { class: "silent", width: 7, height: 7 }), make("line", { class: "silent-line", x1: 0, x2: 0, y1: 0, y2: 7 }));
