// What a pen leaves on paper. The paper is a bitmap, row by row, of `side` × `side` points for each cell; the ink of a cell is
// the number of its points that are covered, as in the data set.

/** A sheet of `rows` × `columns` cells, with nothing on it. `lines` are those of which all ink comes, or null if some does not. */
export function sheet([rows, columns], side) {
  const [height, width] = [rows * side, columns * side];
  return { rows, columns, side, width, height, points: new Uint8Array(width * height), lines: [] };
}

/** What lies on a sheet, to be restored. */
export const copy = ({ points, lines }) => ({ points: points.slice(), lines: lines && [...lines] });

export function restore(paper, { points, lines }) {
  paper.points.set(points);
  paper.lines = lines;
}

/** Begin a line with a round pen of this width; `extend` draws it on to a place. */
export function begin({ lines }, pen) {
  const line = { pen, places: [] };
  lines?.push(line);
  return line;
}

export function extend(paper, { pen, places }, place) {
  stroke(paper, places.at(-1) ?? place, place, pen);
  places.push(place);
}

const cellOf = ({ columns, side, width }, n) => Math.floor(n / width / side) * columns + Math.floor((n % width) / side);

/** How many points are covered in each cell. */
export function inkOf(paper) {
  const ink = new Array(paper.rows * paper.columns).fill(0);
  paper.points.forEach((covered, n) => (ink[cellOf(paper, n)] += covered));
  return ink;
}

/** Draw a straight stroke with a round pen of this width; places are counted in points, from the upper left corner. */
export function stroke({ points, width, height }, [x0, y0], [x1, y1], pen) {
  const [dx, dy, reach] = [x1 - x0, y1 - y0, pen / 2];
  const length = dx * dx + dy * dy;
  const lowest = (a) => Math.max(0, Math.floor(a - reach));
  const highest = (a, size) => Math.min(size - 1, Math.ceil(a + reach));
  for (let row = lowest(Math.min(y0, y1)); row <= highest(Math.max(y0, y1), height); row++) {
    for (let column = lowest(Math.min(x0, x1)); column <= highest(Math.max(x0, x1), width); column++) {
      const [px, py] = [column + 0.5 - x0, row + 0.5 - y0]; // the middle of a point
      const share = length ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
      if (Math.hypot(px - share * dx, py - share * dy) <= reach) points[row * width + column] = 1;
    }
  }
}

/** Cover as many points of each cell as `ink` says, and change no cell that has so many: first those with most ink around them. */
export function follow(paper, ink) {
  const { points, width, side } = paper;
  const now = inkOf(paper);
  const around = smooth(paper, ink);
  const cells = ink.map(() => []);
  points.forEach((_, n) => cells[cellOf(paper, n)].push(n));
  cells.forEach((its, cell) => {
    if (now[cell] === ink[cell]) return;
    paper.lines = null;
    const order = its.map((n) => [n, around((n % width) + 0.5, Math.floor(n / width) + 0.5)]).sort((p, q) => q[1] - p[1]);
    order.forEach(([n], place) => (points[n] = place < ink[cell] ? 1 : 0));
  });
  if (!ink.some(Boolean)) paper.lines = [];
}

/** The ink at a place, between the middles of the cells in proportion; it goes to nothing beyond the edge. */
function smooth({ rows, columns, side }, ink) {
  const at = (row, column) => (row >= 0 && row < rows && column >= 0 && column < columns ? ink[row * columns + column] : 0);
  return (x, y) => {
    const [u, v] = [x / side - 0.5, y / side - 0.5];
    const [i, k] = [Math.floor(v), Math.floor(u)];
    const [p, q] = [v - i, u - k];
    return (1 - p) * ((1 - q) * at(i, k) + q * at(i, k + 1)) + p * ((1 - q) * at(i + 1, k) + q * at(i + 1, k + 1));
  };
}

/** The smallest box that holds all covered points, as [left, top, right, bottom], or null. */
export function boxOf({ points, width }) {
  let box = null;
  points.forEach((covered, n) => {
    if (!covered) return;
    const [x, y] = [n % width, Math.floor(n / width)];
    const [left, top, right, bottom] = box ?? [x, y, x + 1, y + 1];
    box = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
  });
  return box;
}

/**
 * Scale what is drawn until its box meets two sides of the sheet, and put it in the middle: as the digits of the data set stand.
 * Lines are drawn anew, with the pens that they were drawn with; other ink is scaled as it is, and grows thicker or thinner.
 */
export function fit(paper) {
  if (paper.lines?.length) fitLines(paper);
  else fitPoints(paper);
}

function fitLines(paper) {
  const { lines, width, height } = paper;
  const places = lines.flatMap((line) => line.places);
  const [left, right, top, bottom] = [0, 1].flatMap((axis) => [Math.min, Math.max].map((end) => end(...places.map((place) => place[axis]))));
  const pen = Math.max(...lines.map((line) => line.pen));
  const scale = Math.min((width - pen) / (right - left), (height - pen) / (bottom - top));
  const put = (value, low, high, size) => size / 2 + (high > low ? (value - (low + high) / 2) * scale : 0);
  const moved = lines.map((line) => ({ ...line, places: line.places.map(([x, y]) => [put(x, left, right, width), put(y, top, bottom, height)]) }));
  paper.points.fill(0);
  paper.lines = [];
  for (const { pen: its, places: all } of moved) {
    const line = begin(paper, its);
    for (const place of all) extend(paper, line, place);
  }
}

function fitPoints(paper) {
  const { points, width, height } = paper;
  const box = boxOf(paper);
  if (!box) return;
  const [left, top, right, bottom] = box;
  const scale = Math.min(width / (right - left), height / (bottom - top));
  const old = points.slice();
  for (let n = 0; n < points.length; n++) {
    const x = (left + right) / 2 + ((n % width) + 0.5 - width / 2) / scale;
    const y = (top + bottom) / 2 + (Math.floor(n / width) + 0.5 - height / 2) / scale;
    const inside = x >= left && x < right && y >= top && y < bottom;
    points[n] = inside ? old[Math.floor(y) * width + Math.floor(x)] : 0;
  }
}
