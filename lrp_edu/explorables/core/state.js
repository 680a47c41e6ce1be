// The state of a figure: clamped to the limits that Python gives, read from and written to the address,
// and its numbers compared with Python's.

/** Return `value` clamped to what its schema allows, or `fallback` where it makes no sense. */
export function clamp(schema, value, fallback) {
  if (schema.kind === "choice") return Object.hasOwn(schema.choices, value) ? value : fallback;
  if (schema.kind === "array") return clampArray(schema, value, fallback, schema.shape);
  if (schema.kind === "levels") return clampLevels(schema, value, fallback);
  if (typeof value !== "number" || !Number.isFinite(value)) return fallback;
  const clamped = Math.min(Math.max(value, schema.low), schema.high);
  return schema.whole ? Math.round(clamped) : clamped;
}

function clampArray(schema, value, fallback, [size, ...rest]) {
  if (!Array.isArray(value) || value.length !== size) return fallback;
  const one = { ...schema, kind: "number" };
  return value.map((item, i) => (rest.length ? clampArray(schema, item, fallback[i], rest) : clamp(one, item, fallback[i])));
}

function clampLevels({ size, high }, value, fallback) {
  if (!Array.isArray(value) || value.length !== size) return fallback;
  const one = { kind: "number", low: 0, high, whole: true };
  return value.map((level, i) => clamp(one, level, fallback[i]));
}

/** The entry of nested arrays (or of a state) at a path, such as ["W1", 0, 2]. */
export const read = (value, [part, ...rest]) => (part === undefined ? value : read(value[part], rest));

/** The same nested arrays with another number at a path. */
export const replaced = (value, [part, ...rest], number) =>
  part === undefined ? number : value.map((old, n) => (n === Number(part) ? replaced(old, rest, number) : old));

/** `{x: [1, 1], b: -1}` as `x=1,1;b=-1`. Six significant digits keep the address short; a level is one character. */
export const encode = (schema, state) =>
  Object.keys(schema)
    .map((key) => `${key}=${schema[key].kind === "levels" ? levels(state[key]) : [state[key]].flat(Infinity).map(short).join(",")}`)
    .join(";");

const BASE = 36;

/** `[0, 9, 16]` as `09g`, as levels() in explorable.py. */
export const levels = (values) => values.map((level) => level.toString(BASE)).join("");

/** `09g` as `[0, 9, 16]`; what is no level becomes NaN. */
export const readLevels = (text) => [...text].map((character) => (/[0-9a-z]/.test(character) ? parseInt(character, BASE) : NaN));

const short = (value) => (typeof value === "number" ? String(Number(value.toPrecision(6))) : value);

/** The parts of `x=1,1;b=-1` that the schema knows, clamped; nothing else. */
export function decode(schema, text, state) {
  const changes = {};
  for (const part of text.split(";")) {
    const [key, value] = part.split("=");
    if (value === undefined || !Object.hasOwn(schema, key)) continue;
    changes[key] = clamp(schema[key], parse(schema[key], value), state[key]);
  }
  return changes;
}

function parse(schema, text) {
  if (schema.kind === "choice") return text;
  if (schema.kind === "levels") return readLevels(text);
  const numbers = text.split(",").map((part) => (part.trim() ? Number(part) : NaN));
  if (schema.kind === "number") return numbers[0];
  return numbers.length === schema.shape.reduce((p, q) => p * q) ? fold(numbers, schema.shape) : null;
}

function fold(numbers, [size, ...rest]) {
  if (!rest.length) return numbers;
  const chunk = numbers.length / size;
  return Array.from({ length: size }, (_, i) => fold(numbers.slice(i * chunk, (i + 1) * chunk), rest));
}

/** The address `#neuron:b=2&neuron-2:b=1` as {"neuron": "b=2", "neuron-2": "b=1"}. */
export function readAddress(hash) {
  const parts = hash.replace(/^#/, "").split("&").map((part) => /^([a-z]+(?:-\d+)?):(.*)$/.exec(part));
  return Object.fromEntries(parts.filter(Boolean).map(([, key, text]) => [key, decodeSafely(text)]));
}

export const writeAddress = (entries) => "#" + Object.entries(entries).map(([key, text]) => `${key}:${text}`).join("&");

function decodeSafely(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** The first difference between two sets of numbers, as a sentence; "" where they agree to 1e-9 of the largest one. */
export function difference(ours, theirs) {
  const tolerance = 1e-9 * Math.max(...magnitudes(theirs), Number.MIN_VALUE);
  return compare(ours, theirs, tolerance, "");
}

const magnitudes = (value) =>
  typeof value === "number" ? [Math.abs(value)] : value && typeof value === "object" ? Object.values(value).flatMap(magnitudes) : [];

function compare(ours, theirs, tolerance, path) {
  if (theirs && typeof theirs === "object" && ours && typeof ours === "object") {
    const keys = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
    return [...keys].map((key) => compare(ours[key], theirs[key], tolerance, path ? `${path}.${key}` : key)).find(Boolean) ?? "";
  }
  const same = typeof theirs === "number" && typeof ours === "number" ? Math.abs(ours - theirs) <= tolerance : ours === theirs;
  return same ? "" : `${path}: ${ours} here, ${theirs} in Python`;
}
