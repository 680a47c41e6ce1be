// What figures are made of: elements, numbers as text, colors, legends.

const SVG = new Set("svg g path line circle rect image text tspan defs clipPath linearGradient stop pattern polygon polyline marker".split(" "));

/** Make an element: `make("p", { class: "note" }, "text", child)`. Text is never read as markup. */
export function make(tag, attributes = {}, ...children) {
  const element = SVG.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

/** Set attributes; null and false remove, and what did not change is left alone. */
export function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === false) element.removeAttribute(key);
    else if (element.getAttribute(key) !== String(value)) element.setAttribute(key, value);
  }
  return element;
}

/** A name for an element that nothing else on the page has: the script of another figure counts on. */
export const newId = (kind) => `explorable-${kind}-${(globalThis.explorables = (globalThis.explorables ?? 0) + 1)}`;

/** Set the text of an element. A text that stands there is changed, not replaced: so the browser has less to lay out anew. */
export function setText(element, text) {
  if (element.textContent === text) return;
  const only = element.childNodes.length === 1 && element.firstChild;
  if (only && only.nodeType === Node.TEXT_NODE) only.data = text;
  else element.textContent = text;
}

/** A swatch and what it stands for, for a legend. */
export const legendItem = (name, text) => make("span", { class: "legend-item" }, make("span", { class: `swatch ${name}` }), text);

/** An entry of a legend with a sample of what it names: shapes of the same classes, drawn in a box of SAMPLE pixels. */
export function legendEntry(text, ...shapes) {
  const sample = make("svg", { class: "sample", ...SAMPLE, "aria-hidden": "true" }, ...shapes);
  return make("span", { class: "legend-item" }, sample, make("span", { class: "legend-text" }, text));
}

export const SAMPLE = { width: 30, height: 14 };

/** A sample of a line. */
export const sampleLine = (name, attributes = {}) => make("line", { class: name, x1: 1, x2: 29, y1: 7, y2: 7, ...attributes });

/** A sample of an area. */
export const sampleArea = (name, attributes = {}) => make("rect", { class: name, ...SAMPLE, ...attributes });

/** A number as the reader sees it, as show() in explorable.py. Only an exact zero is shown as 0. */
export function format(value) {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return `(${value.map(format).join(", ")})`;
  const size = Math.abs(value);
  const fixed = size.toFixed(4).replace(/\.?0+$/, "");
  const text = size === 0 ? "0" : size >= 1e-3 && size < 1e5 ? fixed : size.toExponential(1);
  return value < 0 ? `−${text}` : text;
}

/** Two decimals are enough beside a line. Only an exact zero is shown as 0. */
export const brief = (value, decimals = 2) => format(Number(Math.abs(value) < 0.01 ? value.toPrecision(2) : value.toFixed(Math.abs(value) < 1000 ? decimals : 0)));

/** The color at `share` (0 to 1, clamped) of a palette. */
export function color(palette, share) {
  const place = Math.min(Math.max(share, 0), 1) * (palette.length - 1);
  const i = Math.min(Math.floor(place), palette.length - 2);
  const [from, to] = [channels(palette[i]), channels(palette[i + 1])];
  return `rgb(${from.map((c, k) => Math.round(c + (place - i) * (to[k] - c))).join(" ")})`;
}

const channels = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));

/** Make the palette known to the style sheets: --relevance-0 to --relevance-4, --activation-0 …, --epsilon. */
export function paint(element, palette) {
  for (const [name, colors] of Object.entries(palette)) {
    if (typeof colors === "string") element.style.setProperty(`--${name}`, colors);
    else colors.forEach((one, i) => element.style.setProperty(`--${name}-${i}`, one));
  }
}
